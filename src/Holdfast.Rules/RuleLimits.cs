namespace Holdfast.Rules;

/// <summary>How much one expression may be. None of these is a setting: what passes here passes on every edge.</summary>
public static class RuleLimits
{
    /// <summary>Characters (Unicode scalar values) of an expression as it was written; Cloudflare's limit too.</summary>
    public const int ExpressionCharacters = 4096;

    /// <summary>How deep parentheses, <c>not</c> and calls may stand in each other. Far below what a thread's stack can hold.</summary>
    public const int Nesting = 100;

    /// <summary>Members of one set in braces. The length of an expression keeps most sets smaller; longer ones are lists.</summary>
    public const int SetMembers = 1024;

    /// <summary>Stars in one wildcard.</summary>
    public const int WildcardStars = 16;

    /// <summary>Bytes that one regular expression can stand at, with its repetitions written out: what bounds its memory and time.</summary>
    public const int RegexPositions = 1500;

    /// <summary>The same, for all regular expressions of an expression together.</summary>
    public const int RegexPositionsPerExpression = 4 * RegexPositions;

    /// <summary>
    /// What one byte of a text may cost a regular expression, counted in operations on 64 of its places at once; about 1 ns each. Nearly
    /// all expressions cost 6.
    /// </summary>
    public const int RegexCost = 150;

    /// <summary>The same, for all regular expressions of an expression together.</summary>
    public const int RegexCostPerExpression = 150;

    /// <summary>
    /// What regular expressions may cost in one evaluation: as much as is allowed in one expression, over the 128 KiB of a body that are held
    /// back. Beyond it an answer is unknown.
    /// </summary>
    public const long RegexWork = 128L * 1024 * RegexCostPerExpression;

    /// <summary>
    /// Places of the regular expression of <c>regex_replace</c>, repetitions written out. It has to know what its groups capture, which takes
    /// an engine that costs some nanoseconds for each place and byte.
    /// </summary>
    public const int ReplacePositions = 200;

    /// <summary>Places times bytes that <c>regex_replace</c> may take. Beyond it there is no value.</summary>
    public const int ReplaceWork = 4_000_000;

    /// <summary>How deep groups of a regular expression may stand in each other.</summary>
    public const int RegexNesting = 50;

    /// <summary>References, such as <c>${1}</c>, in the replacement of <c>regex_replace</c> and <c>wildcard_replace</c>.</summary>
    public const int ReplacementReferences = 8;

    /// <summary>Pieces that <c>split</c> makes at most.</summary>
    public const int SplitPieces = 128;

    /// <summary>How often <c>url_decode(…, "r")</c> decodes what it has decoded.</summary>
    public const int UrlDecodePasses = 10;

    /// <summary>How deep objects and arrays may stand in each other in JSON that is looked into.</summary>
    public const int JsonNesting = 64;

    /// <summary>
    /// Bytes that functions may write in one evaluation, in memory and in work. A value that would need more is unknown.
    /// </summary>
    public const int ComputedBytes = 1 << 20;
}
