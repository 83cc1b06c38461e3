namespace Holdfast.Rules.Parsing;

/// <summary>Something about an expression, and where.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1, in characters (Unicode scalar values).</param>
/// <param name="Message">What was found, what fits there, and what may have been meant.</param>
public sealed record RuleError(int Line, int Column, string Message)
{
    /// <summary>Line, column and message.</summary>
    public override string ToString() => $"line {Line}, column {Column}: {Message}";

    /// <summary>For a place in a text, in UTF-16 units.</summary>
    internal static RuleError At(string text, int at, string message)
    {
        var before = text.AsSpan(0, Math.Min(at, text.Length));
        var lineStart = before.LastIndexOf('\n') + 1;
        var column = 1;
        foreach (var _ in before[lineStart..].EnumerateRunes())
        {
            column++;
        }

        return new RuleError(1 + before.Count('\n'), column, message);
    }
}
