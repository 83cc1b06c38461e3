namespace Holdfast.Rules.Patterns;

/// <summary>
/// Finds a regular expression in bytes: in time linear in their number, without allocation, and with a cost for each byte that is known
/// when the expression is read. It is immutable and may be used by any number of threads.
/// </summary>
internal abstract class RegexMatcher
{
    /// <summary>What one byte costs at most; one is about a third of a nanosecond.</summary>
    public abstract int Cost { get; }

    /// <summary>Whether it is somewhere in the text.</summary>
    public abstract bool IsIn(ReadOnlySpan<byte> text);

    /// <summary>
    /// The matcher of an expression: a table when a small one does, and bits that stand for its positions otherwise.
    /// </summary>
    public static RegexMatcher Of(RegexNode root)
    {
        var bits = new BitMatcher(new RegexAutomaton(root));
        return TableMatcher.TryMake(bits) is { } table ? table : bits;
    }
}
