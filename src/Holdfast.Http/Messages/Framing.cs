namespace Holdfast.Http.Messages;

/// <summary>How a message's body ends (RFC 9112 section 6.3).</summary>
public enum Framing
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>After Content-Length bytes.</summary>
    Length,

    /// <summary>With the last chunk and its trailer section.</summary>
    Chunked,

    /// <summary>When the origin closes the connection.</summary>
    UntilClose,
}
