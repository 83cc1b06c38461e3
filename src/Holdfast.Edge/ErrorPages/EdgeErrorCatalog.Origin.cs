namespace Holdfast.Edge.ErrorPages;

/// <content>The errors that are the origin's, or lie in how a site was set up.</content>
internal static partial class EdgeErrorCatalog
{
    private static IEnumerable<EdgeErrorInfo> OriginErrors() =>
        [
            Entry(
                EdgeError.BadGateway,
                502,
                Blame.Origin,
                "Bad gateway",
                "The site's server sent an answer that cannot be passed on.",
                FewMinutes,
                "look for errors in the server's log at this time.",
                retryAfter: Passing
            ),
            Entry(
                EdgeError.OriginUnavailable,
                503,
                Blame.Origin,
                "The site is unavailable",
                "None of the site's servers takes requests at the moment.",
                FewMinutes,
                "check that your servers are running and reachable.",
                retryAfter: Passing
            ),
            Entry(
                EdgeError.GatewayTimeout,
                504,
                Blame.Origin,
                "Gateway timed out",
                "The site's server waited too long for something that it depends on.",
                FewMinutes,
                "look for slow or failing services behind your server.",
                retryAfter: Passing
            ),
            Entry(
                EdgeError.OriginUnknownError,
                520,
                Blame.Origin,
                "The server returned an unknown error",
                "The site's server closed the connection without an answer, or sent one that is not valid HTTP.",
                FewMinutes,
                "look for crashes in the server's log, and for response headers that are malformed or very large.",
                retryAfter: Passing
            ),
            Entry(
                EdgeError.OriginRefused,
                521,
                Blame.Origin,
                "The server is down",
                "The site's server refused the connection.",
                FewMinutes,
                "check that the server is running, listens on the port that the zone names, and lets the edge's addresses in.",
                retryAfter: Passing
            ),
            Entry(
                EdgeError.OriginConnectTimeout,
                522,
                Blame.Origin,
                "Connection timed out",
                "The site's server did not answer the attempt to connect in time.",
                FewMinutes,
                "check that the server is not overloaded and that no firewall drops connections from the edge.",
                retryAfter: Passing
            ),
            Entry(
                EdgeError.OriginUnreachable,
                523,
                Blame.Origin,
                "The server is unreachable",
                "There is no network route to the site's server.",
                FewMinutes,
                "check the server's network and the address that the zone names.",
                retryAfter: Passing
            ),
            Entry(
                EdgeError.OriginTimeout,
                524,
                Blame.Origin,
                "The server took too long",
                "The site's server accepted the request but did not answer it in time.",
                FewMinutes,
                "find out what is slow, or raise the zone's proxy_read_timeout setting.",
                retryAfter: Load
            ),
            Entry(
                EdgeError.OriginTlsHandshake,
                525,
                Blame.Origin,
                "TLS handshake failed",
                "The edge and the site's server could not agree on an encrypted connection.",
                "Nothing, until the site's owner has put this right.",
                "check that the server speaks TLS 1.2 or 1.3 on that port and has a certificate for this name."
            ),
            Entry(
                EdgeError.OriginCertificate,
                526,
                Blame.Origin,
                "Invalid server certificate",
                "The certificate of the site's server is not valid for it, so nothing was sent there.",
                "Nothing, until the site's owner has put this right.",
                "install a certificate that is current, trusted and made out for this name, or set the zone's ssl setting to full."
            ),
            Entry(
                EdgeError.OriginQueueFull,
                503,
                Blame.Origin,
                "Too many requests are waiting",
                "The site's server answers more slowly than requests arrive, and as many are waiting for it as the edge allows.",
                FewMinutes,
                "find out what is slow, or give the site more capacity.",
                code: 1200,
                retryAfter: Load
            ),
        ];

    // The 1xxx errors that come with 530 are about how a site is set up; 1001 comes with 421, which is what RFC 9110 section 15.5.20
    // defines for it, and which tells caches and search engines nothing lasting about the address, as a 404 would.
    private static IEnumerable<EdgeErrorInfo> SetupErrors() =>
        [
            Entry(
                EdgeError.OriginAddressProhibited,
                530,
                Blame.Origin,
                "The site points to a prohibited address",
                "The address that the site names as its server is the edge itself, or one that a server cannot have.",
                "Nothing, until the site's owner has put this right.",
                "set the zone's origin to the server's own address.",
                code: 1000
            ),
            Entry(
                EdgeError.NoSuchHost,
                421,
                Blame.Origin,
                "There is no such site here",
                "This name leads to this edge, but the edge serves no site by that name.",
                "Check the address for typing errors.",
                "add it with holdfast zone add, or point its DNS records somewhere else.",
                code: 1001
            ),
            Entry(
                EdgeError.OriginDns,
                530,
                Blame.Origin,
                "The site's server has no address",
                "The name of the site's server could not be resolved, or the site has no server yet.",
                FewMinutes,
                "check the zone's origin and the DNS records of its name.",
                code: 1016,
                retryAfter: Passing
            ),
            Entry(
                EdgeError.Loop,
                530,
                Blame.Origin,
                "The request goes round in a circle",
                "The site's server sent the request back to the edge that it came from.",
                "Nothing, until the site's owner has put this right.",
                "set the zone's origin to a server that answers by itself and does not point back at this edge.",
                code: 1019
            ),
        ];
}
