namespace Holdfast.Rules.Patterns;

/// <summary>
/// A regular expression in the syntax and with the meaning of Rust's <c>regex</c> crate, as Cloudflare sets it: over bytes, without
/// Unicode unless <c>(?u)</c> asks for it. So <c>\d</c> is <c>[0-9]</c>, <c>.</c> is any byte but a line feed, and <c>$</c> is the very
/// end.
/// </summary>
public sealed class RegexPattern : IEquatable<RegexPattern>
{
    private RegexPattern(string text, RegexNode root, int captures, RegexMatcher matcher)
    {
        Text = text;
        Root = root;
        Captures = captures;
        Matcher = matcher;
        Literals = RequiredLiterals.Of(root);
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>Bytes that it can stand at, with repetitions written out.</summary>
    public int Positions => Root.Positions;

    /// <summary>Groups that remember what they matched.</summary>
    public int Captures { get; }

    /// <summary>What it means.</summary>
    internal RegexNode Root { get; }

    /// <summary>What finds it.</summary>
    internal RegexMatcher Matcher { get; }

    /// <summary>Sets of texts; of each, a match has at least one, in any case. In lower case; null when nothing is certain.</summary>
    internal byte[][][]? Literals { get; }

    /// <summary>Reads a regular expression.</summary>
    /// <param name="text">The pattern.</param>
    /// <param name="pattern">Null when there is a fault.</param>
    /// <returns>What is wrong with it, or null.</returns>
    public static RegexFault? Read(string text, out RegexPattern? pattern)
    {
        var parser = new RegexParser(text);
        var root = parser.Read();
        pattern = null;
        if (root is null)
        {
            return parser.Fault;
        }

        if (root.Positions > RuleLimits.RegexPositions)
        {
            return new RegexFault(
                0,
                $"the regular expression is too large: with its repetitions written out it has {root.Positions} places, at most {RuleLimits.RegexPositions} are allowed"
            );
        }

        var matcher = RegexMatcher.Of(root);
        if (matcher.Cost > RuleLimits.RegexCost)
        {
            return new RegexFault(
                0,
                $"the regular expression is too complex: too many of its places, repetitions written out, can be followed by too many others. A byte costs {matcher.Cost}, at most {RuleLimits.RegexCost} is allowed; fewer optional parts and shorter alternatives make it less"
            );
        }

        pattern = new RegexPattern(text, root, parser.Captures, matcher);
        return null;
    }

    /// <inheritdoc />
    public bool Equals(RegexPattern? other) => other is not null && Text == other.Text;

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as RegexPattern);

    /// <inheritdoc />
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The pattern.</summary>
    public override string ToString() => Text;
}

/// <summary>Why a text is no regular expression.</summary>
/// <param name="At">The place in the pattern, in UTF-16 units from 0.</param>
/// <param name="Message">What is wrong there.</param>
public sealed record RegexFault(int At, string Message);
