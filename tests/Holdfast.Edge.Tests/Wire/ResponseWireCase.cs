namespace Holdfast.Edge.Tests.Wire;

/// <summary>One answer of a sloppy origin.</summary>
/// <param name="Name">What is tried.</param>
/// <param name="Origin">What the origin says before it closes.</param>
/// <param name="Visitor">
/// What the visitor gets, without the fields that the edge adds; null when it gets the edge's own 520 instead.
/// </param>
/// <param name="Kept">Whether the visitor's connection goes on to its next request; otherwise it ends behind these bytes.</param>
/// <param name="Why">Why that outcome is right; sections are RFC 9112's where nothing else is said.</param>
internal sealed record ResponseWireCase(string Name, string Origin, string? Visitor, bool Kept, string Why)
{
    /// <summary>The request's method.</summary>
    public string Method { get; init; } = "GET";

    /// <summary>Whether the origin resets instead of closing.</summary>
    public bool Reset { get; init; }

    /// <summary>The answer is none: the visitor gets a page that says that the origin is at fault.</summary>
    public static ResponseWireCase Faulty(string name, string origin, string why) => new(name, origin, null, true, why);

    /// <summary>The visitor gets this form of it.</summary>
    public static ResponseWireCase Becomes(string name, string origin, string visitor, string why) => new(name, origin, visitor, true, why);

    /// <summary>The visitor gets what the origin said.</summary>
    public static ResponseWireCase Passes(string name, string origin, string why) => new(name, origin, origin, true, why);

    /// <summary>The visitor gets this much and can tell that it is not all.</summary>
    public static ResponseWireCase BreaksOff(string name, string origin, string visitor, string why) =>
        new(name, origin, visitor, false, why);
}
