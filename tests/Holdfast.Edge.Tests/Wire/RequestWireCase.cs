namespace Holdfast.Edge.Tests.Wire;

/// <summary>One conversation of a visitor with the edge. <c>HOST</c> in the texts stands for a host of the case's own.</summary>
/// <param name="Name">What is tried.</param>
/// <param name="Sent">What the visitor sends, in one write.</param>
/// <param name="Status">The status that it gets.</param>
/// <param name="Forwarded">The bytes that the origin gets, without the fields that the edge adds; null when it must get no whole request.</param>
/// <param name="Why">Why that outcome is right; sections are RFC 9112's where nothing else is said.</param>
internal sealed record RequestWireCase(string Name, string Sent, int Status, string? Forwarded, string Why)
{
    // Follows what is refused: it must neither be answered nor reach the origin.
    private const string Smuggled = "GET /smuggled HTTP/1.1\r\nHost: HOST\r\n\r\n";

    /// <summary>The edge answers with this status and closes; the origin sees no whole request, and nothing of what follows.</summary>
    public static RequestWireCase Refused(string name, string sent, int status, string why) =>
        new(name, sent + Smuggled, status, null, why);

    /// <summary>The origin gets exactly these bytes, and its 200 goes back.</summary>
    public static RequestWireCase Forwards(string name, string sent, string forwarded, string why) => new(name, sent, 200, forwarded, why);

    /// <summary>The origin gets what the visitor sent.</summary>
    public static RequestWireCase Passes(string name, string sent, string why) => new(name, sent, 200, sent, why);
}
