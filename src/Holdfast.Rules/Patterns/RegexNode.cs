using System.Collections.Immutable;

namespace Holdfast.Rules.Patterns;

/// <summary>
/// A regular expression as it was understood: over bytes, with every flag, class and escape resolved. Characters beyond ASCII are the
/// bytes of their UTF-8.
/// </summary>
internal abstract record RegexNode
{
    /// <summary>Bytes that it can stand at, with repetitions written out; capped far above any limit.</summary>
    public abstract int Positions { get; }
}

/// <summary>Matches nothing, everywhere.</summary>
internal sealed record EmptyNode : RegexNode
{
    public override int Positions => 0;
}

/// <summary>One byte of a set.</summary>
internal sealed record ByteNode(ByteSet Set) : RegexNode
{
    public override int Positions => 1;
}

/// <summary>One after the other.</summary>
internal sealed record SequenceNode(ImmutableArray<RegexNode> Items) : RegexNode
{
    public override int Positions { get; } = Capped(Items.Sum(item => (long)item.Positions));

    private static int Capped(long positions) => (int)Math.Min(positions, int.MaxValue / 2);
}

/// <summary>One of several, the first that leads to a match.</summary>
internal sealed record ChoiceNode(ImmutableArray<RegexNode> Items) : RegexNode
{
    public override int Positions { get; } = (int)Math.Min(Items.Sum(item => (long)item.Positions), int.MaxValue / 2);
}

/// <summary>Again and again.</summary>
/// <param name="Of">What.</param>
/// <param name="Least">At least so often.</param>
/// <param name="Most">At most so often; null without end.</param>
/// <param name="IsLazy">Whether fewer are tried before more.</param>
internal sealed record RepeatNode(RegexNode Of, int Least, int? Most, bool IsLazy) : RegexNode
{
    // An empty body costs, too: a repetition is never free.
    public override int Positions { get; } = (int)Math.Min((long)Math.Max(1, Of.Positions) * Math.Max(1, Most ?? Least), int.MaxValue / 2);
}

/// <summary>Remembers what it matched.</summary>
/// <param name="Number">From 1, in the order of the opening parentheses.</param>
/// <param name="Of">What.</param>
internal sealed record CaptureNode(int Number, RegexNode Of) : RegexNode
{
    public override int Positions => Of.Positions;
}

/// <summary>Places that an assertion can ask for.</summary>
internal enum RegexPlace
{
    /// <summary><c>\A</c>, and <c>^</c> without <c>(?m)</c></summary>
    TextStart,

    /// <summary><c>\z</c>, and <c>$</c> without <c>(?m)</c></summary>
    TextEnd,

    /// <summary><c>^</c> with <c>(?m)</c>: the start, or after a line feed</summary>
    LineStart,

    /// <summary><c>$</c> with <c>(?m)</c>: the end, or before a line feed</summary>
    LineEnd,

    /// <summary><c>\b</c>: between an ASCII word byte and another or an end</summary>
    WordBoundary,

    /// <summary><c>\B</c></summary>
    NotWordBoundary,
}

/// <summary>Holds at some places, and takes no bytes.</summary>
internal sealed record PlaceNode(RegexPlace Place) : RegexNode
{
    public override int Positions => 1;
}
