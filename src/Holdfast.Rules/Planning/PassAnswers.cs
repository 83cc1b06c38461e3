using Holdfast.Rules.Evaluation;

namespace Holdfast.Rules.Planning;

/// <summary>
/// How a pass keeps an answer: the pass's number, and in the last two bits what it is. One with another number is of an earlier pass, so answers
/// need not be cleared between passes.
/// </summary>
internal static class PassAnswers
{
    /// <summary>How far the number is shifted.</summary>
    public const int Shift = 2;

    /// <summary>The greatest number.</summary>
    public const uint MostPasses = uint.MaxValue >> Shift;

    /// <summary>It does not hold.</summary>
    public const uint False = (uint)Truth.False;

    /// <summary>It holds.</summary>
    public const uint True = (uint)Truth.True;

    /// <summary>What it needs was seen: now it has to be asked.</summary>
    public const uint Pending = 3;
}
