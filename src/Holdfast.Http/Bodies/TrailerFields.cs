using Holdfast.Http.Headers;

namespace Holdfast.Http.Bodies;

/// <summary>What may stand in a trailer section.</summary>
public static class TrailerFields
{
    /// <summary>
    /// Whether a field is refused in a trailer section. RFC 9110 section 6.5.1: fields that frame, route, authenticate or modify a
    /// message have no place behind it. Nor have those that the edge writes or removes in a head: somebody may merge the trailer
    /// section into it.
    /// </summary>
    public static bool IsForbidden(KnownHeader header) =>
        header
            is KnownHeader.TransferEncoding
                or KnownHeader.ContentLength
                or KnownHeader.Host
                or KnownHeader.Connection
                or KnownHeader.KeepAlive
                or KnownHeader.ProxyConnection
                or KnownHeader.Trailer
                or KnownHeader.Upgrade
                or KnownHeader.Te
                or KnownHeader.Expect
                or KnownHeader.Authorization
                or KnownHeader.ProxyAuthenticate
                or KnownHeader.ProxyAuthorization
                or KnownHeader.Cookie
                or KnownHeader.SetCookie
                or KnownHeader.CacheControl
                or KnownHeader.Range
                or KnownHeader.Location
                or KnownHeader.Vary
                or KnownHeader.ContentEncoding
                or KnownHeader.ContentType
                or KnownHeader.ContentRange
                or KnownHeader.CfConnectingIp
                or KnownHeader.TrueClientIp
                or KnownHeader.XForwardedFor
                or KnownHeader.XForwardedHost
                or KnownHeader.XForwardedProto
                or KnownHeader.XRealIp
                or KnownHeader.Forwarded;
}
