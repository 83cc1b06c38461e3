namespace Holdfast.Edge.Reporting;

/// <summary>Why an access log record was lost.</summary>
internal enum LogDropReason
{
    /// <summary>The disk did not keep up, or the record was too large to hold.</summary>
    QueueFull,

    /// <summary>It could not be written before the edge stopped.</summary>
    WriteFailed,

    /// <summary>It came after the log had stopped.</summary>
    Stopped,

    /// <summary>The log failed with it, or is not run for now.</summary>
    Fault,
}

/// <summary>What a revalidation of a stored response came to.</summary>
internal enum RevalidationResult
{
    /// <summary>The origin confirmed it.</summary>
    Confirmed,

    /// <summary>The origin sent a new one, which is being stored.</summary>
    Replaced,

    /// <summary>The origin sent something that is not stored.</summary>
    NotStored,

    /// <summary>The origin gave no answer, or an error that the stored response was served instead of.</summary>
    Failed,
}

/// <summary>Why a request was not sent to an origin that as many were under way to as may be.</summary>
internal enum OriginShedReason
{
    /// <summary>As many waited already as may.</summary>
    QueueFull,

    /// <summary>A visitor whom the site knows took its place in the queue.</summary>
    Displaced,

    /// <summary>It had waited as long as it may.</summary>
    Timeout,

    /// <summary>Its visitor left while it waited.</summary>
    VisitorLeft,

    /// <summary>A stored response was served instead.</summary>
    Stored,

    /// <summary>It was the cache's own, and nobody waited for it.</summary>
    Background,
}

/// <summary>Why a visitor's connection was closed before anything was read from it.</summary>
internal enum ConnectionRefusal
{
    /// <summary>The edge has as many as it takes.</summary>
    TotalLimit,

    /// <summary>The address has as many as it may.</summary>
    AddressLimit,

    /// <summary>The PROXY header was missing, malformed, or from an address that may not send one.</summary>
    ProxyHeader,
}

/// <summary>Why a visitor's TLS handshake failed.</summary>
internal enum HandshakeFailure
{
    /// <summary>What came was not a TLS client hello.</summary>
    NotTls,

    /// <summary>There is no certificate for the name.</summary>
    NoCertificate,

    /// <summary>No common protocol version or cipher suite.</summary>
    NoCommonParameters,

    /// <summary>It took too long.</summary>
    Timeout,

    /// <summary>The visitor closed the connection in the middle of it.</summary>
    ClosedByClient,

    /// <summary>Anything else.</summary>
    Other,
}

/// <summary>Why a connection to an origin's address could not be had.</summary>
internal enum OriginConnectFailure
{
    /// <summary>The name has no address.</summary>
    Dns,

    /// <summary>Refused.</summary>
    Refused,

    /// <summary>No answer to the attempt in time.</summary>
    Timeout,

    /// <summary>No route.</summary>
    Unreachable,

    /// <summary>The TLS handshake failed.</summary>
    TlsHandshake,

    /// <summary>The certificate is not valid for it.</summary>
    Certificate,

    /// <summary>Anything else, such as no file descriptors left.</summary>
    Other,
}
