namespace Holdfast.Rules.Evaluation;

/// <summary>An answer, by Kleene's strong logic of three values.</summary>
public enum Truth : byte
{
    /// <summary>It does not hold.</summary>
    False,

    /// <summary>It holds.</summary>
    True,

    /// <summary>Nobody can say, because something that it depends on is not known. A rule whose filter says this does not act.</summary>
    Unknown,
}

/// <summary>Whether a value is there.</summary>
public enum Presence : byte
{
    /// <summary>It is.</summary>
    Known,

    /// <summary>There is none: a name that a map does not have, a position beyond an array's end. Comparisons with it are false.</summary>
    Missing,

    /// <summary>Nobody can say: its source is lost. Comparisons with it are unknown.</summary>
    Unknown,
}

/// <summary>The logic.</summary>
internal static class Truths
{
    /// <summary>A plain answer.</summary>
    public static Truth Of(bool holds) => holds ? Truth.True : Truth.False;

    /// <summary>not</summary>
    public static Truth Not(Truth of) =>
        of switch
        {
            Truth.True => Truth.False,
            Truth.False => Truth.True,
            _ => Truth.Unknown,
        };

    /// <summary>and</summary>
    public static Truth And(Truth one, Truth other) =>
        one == Truth.False || other == Truth.False ? Truth.False
        : one == Truth.True ? other
        : Truth.Unknown;

    /// <summary>or</summary>
    public static Truth Or(Truth one, Truth other) =>
        one == Truth.True || other == Truth.True ? Truth.True
        : one == Truth.False ? other
        : Truth.Unknown;

    /// <summary>xor</summary>
    public static Truth Xor(Truth one, Truth other) => one == Truth.Unknown || other == Truth.Unknown ? Truth.Unknown : Of(one != other);
}
