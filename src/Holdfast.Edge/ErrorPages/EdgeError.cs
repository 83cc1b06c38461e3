namespace Holdfast.Edge.ErrorPages;

/// <summary>
/// Everything that the edge itself answers with an error, by cause. What each one means, and what it says, stands in
/// <see cref="EdgeErrorCatalog"/>. An error that the origin sent passes through untouched and is none of these.
/// </summary>
internal enum EdgeError
{
    /// <summary>No error of the edge's.</summary>
    None,

    /// <summary>400: the request has no single reading.</summary>
    BadRequest,

    /// <summary>404: a path below <c>/cdn-cgi/</c> that the edge does not have.</summary>
    NotFound,

    /// <summary>405: a method that the edge never forwards, such as CONNECT.</summary>
    MethodNotAllowed,

    /// <summary>408: the request's head or body came too slowly.</summary>
    RequestTimeout,

    /// <summary>411: a body without a length where one is needed.</summary>
    LengthRequired,

    /// <summary>413: the body is larger than the zone allows.</summary>
    ContentTooLarge,

    /// <summary>414: the request line is longer than the edge allows.</summary>
    UriTooLong,

    /// <summary>417: an expectation other than <c>100-continue</c>.</summary>
    ExpectationFailed,

    /// <summary>421: this connection's certificate was issued for another site than the one asked for.</summary>
    MisdirectedRequest,

    /// <summary>403 with 1020: a rule of the site has blocked the request.</summary>
    BlockedByRule,

    /// <summary>403 with 1006: the site does not let the visitor's address in.</summary>
    BannedAddress,

    /// <summary>403 with 1005: the site does not let the visitor's autonomous system in.</summary>
    BannedNetwork,

    /// <summary>403 with 1009: the site does not let the visitor's country in.</summary>
    BannedCountry,

    /// <summary>The zone is not served at IPv6 addresses.</summary>
    NotOverIpv6,

    /// <summary>429: too many connections from one address.</summary>
    TooManyConnections,

    /// <summary>431: too many header fields, or too large ones.</summary>
    HeaderFieldsTooLarge,

    /// <summary>501: a transfer coding that the edge does not know.</summary>
    NotImplemented,

    /// <summary>505: neither HTTP/1.0, HTTP/1.1 nor HTTP/2.</summary>
    HttpVersionNotSupported,

    /// <summary>500: a fault of the edge's own.</summary>
    EdgeFault,

    /// <summary>503: the edge has as many connections or requests as it takes.</summary>
    EdgeAtCapacity,

    /// <summary>503: the site's configuration can't be read from the edge's disk, in none of its generations.</summary>
    ZoneUnreadable,

    /// <summary>503: what protects the site failed, and its owner wants no request to pass without it.</summary>
    ProtectionFailed,

    /// <summary>502: the origin's answer could not be used.</summary>
    BadGateway,

    /// <summary>503: no address of the origin takes requests now.</summary>
    OriginUnavailable,

    /// <summary>504: the origin gave up waiting for something behind it.</summary>
    GatewayTimeout,

    /// <summary>520: the origin's answer was empty, malformed or oversized.</summary>
    OriginUnknownError,

    /// <summary>521: the origin refused the connection.</summary>
    OriginRefused,

    /// <summary>522: the origin did not complete the TCP handshake in time.</summary>
    OriginConnectTimeout,

    /// <summary>523: there is no route to the origin.</summary>
    OriginUnreachable,

    /// <summary>524: the origin took the request and did not answer in time.</summary>
    OriginTimeout,

    /// <summary>525: the TLS handshake with the origin failed.</summary>
    OriginTlsHandshake,

    /// <summary>526: the origin's certificate is not valid for it.</summary>
    OriginCertificate,

    /// <summary>530 with 1000: the origin's address is the edge itself, or one that no origin may have.</summary>
    OriginAddressProhibited,

    /// <summary>421 with 1001: the host belongs to no zone of this edge.</summary>
    NoSuchHost,

    /// <summary>530 with 1016: the origin has no address.</summary>
    OriginDns,

    /// <summary>530 with 1019: the request came back to the edge that sent it (RFC 8586).</summary>
    Loop,

    /// <summary>503 with 1200: too many requests wait for this origin already.</summary>
    OriginQueueFull,

    /// <summary>429 with 1015: the visitor is over a limit that the site's owner has set.</summary>
    RateLimited,
}

/// <summary>Whose fault an error is.</summary>
internal enum Blame
{
    /// <summary>Nobody's: there was no error.</summary>
    None,

    /// <summary>The visitor, or the program that spoke for them.</summary>
    Visitor,

    /// <summary>The edge.</summary>
    Edge,

    /// <summary>The site's own server, or how its owner set it up.</summary>
    Origin,
}
