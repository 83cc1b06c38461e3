using System.Net;

namespace Holdfast.Edge.Listening.Admission;

/// <summary>Takes the sampled reports of connections that came to nothing. Calls must return at once and never throw.</summary>
internal interface IConnectionEventSink
{
    /// <summary>A TLS connection ended before a request could be read, or was ended for flooding.</summary>
    void HandshakeFailed(in ConnectionFailure failure);

    /// <summary>A connection was closed without being read.</summary>
    void Refused(in ConnectionRefusal refusal);

    /// <summary>Told of every connection that was let in; <see cref="CountClosed"/> follows.</summary>
    void CountAccepted() { }

    /// <summary>Told of every such connection's end.</summary>
    void CountClosed() { }

    /// <summary>Told of every failure, the reported ones and the others.</summary>
    void CountFailure(FailureReason reason) { }

    /// <summary>Told of every refusal, the reported ones and the others.</summary>
    void CountRefusal(RefusalReason reason) { }
}

/// <summary>One failed connection.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Reason">Why.</param>
/// <param name="Detail">What the TLS library said, or null.</param>
/// <param name="Client">The visitor.</param>
/// <param name="Local">What it connected to.</param>
/// <param name="Sni">The host it asked for, where it got that far.</param>
/// <param name="Ja4">Its fingerprint, where it got that far.</param>
/// <param name="Unreported">How many failures went by unreported since the last report.</param>
internal readonly record struct ConnectionFailure(
    DateTimeOffset At,
    FailureReason Reason,
    string? Detail,
    IPEndPoint Client,
    IPEndPoint Local,
    string? Sni,
    string? Ja4,
    long Unreported
);

/// <summary>One refused connection.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Reason">Why.</param>
/// <param name="Peer">Who opened the connection.</param>
/// <param name="Client">The visitor: the peer, or whom its PROXY header named.</param>
/// <param name="Local">What it connected to.</param>
/// <param name="Unreported">How many refusals went by unreported since the last report.</param>
internal readonly record struct ConnectionRefusal(
    DateTimeOffset At,
    RefusalReason Reason,
    IPEndPoint Peer,
    IPEndPoint Client,
    IPEndPoint Local,
    long Unreported
);

/// <summary>Why a TLS connection failed.</summary>
internal enum FailureReason
{
    /// <summary>The handshake was not done in time.</summary>
    TimedOut,

    /// <summary>The client closed or reset the connection before the handshake was done.</summary>
    ClientClosed,

    /// <summary>The first bytes were plain HTTP; a 400 that says so was sent.</summary>
    PlainHttp,

    /// <summary>The first bytes were neither TLS nor HTTP.</summary>
    NotTls,

    /// <summary>The client hello broke TLS's rules.</summary>
    MalformedHello,

    /// <summary>The client hello was larger than the limit.</summary>
    HelloTooLarge,

    /// <summary>There was no certificate for the host.</summary>
    NoCertificate,

    /// <summary>Client and server had no version, cipher or protocol in common, or one sent an alert; the detail says which.</summary>
    Rejected,

    /// <summary>An HTTP/2 client sent more control frames than allowed; the detail says which.</summary>
    Http2Flood,
}

/// <summary>Why a connection was refused.</summary>
internal enum RefusalReason
{
    /// <summary>There are too many in all.</summary>
    TooManyConnections,

    /// <summary>There are too many of this client address.</summary>
    TooManyFromAddress,

    /// <summary>The peer of a PROXY listener is not one of its trusted upstreams.</summary>
    UntrustedUpstream,

    /// <summary>The PROXY header was malformed or not there.</summary>
    MalformedProxyHeader,

    /// <summary>The PROXY header did not come in time, or the peer closed first.</summary>
    ProxyHeaderTimedOut,
}
