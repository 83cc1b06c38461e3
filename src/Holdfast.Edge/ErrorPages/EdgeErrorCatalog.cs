using System.Collections.Immutable;
using System.Text.Json;

namespace Holdfast.Edge.ErrorPages;

/// <summary>
/// Every error of the edge's, with its status, code, text and blame. Status and code follow the numbers that people know from
/// Cloudflare; where those leave a choice, the reason stands beside the entry.
/// </summary>
internal static partial class EdgeErrorCatalog
{
    private const string FewMinutes = "Please try again in a few minutes.";

    /// <summary>Least seconds to wait after a fault that usually passes by itself.</summary>
    private const int Passing = 30;

    /// <summary>Least seconds to wait where load is the cause: longer, so that it can drain.</summary>
    private const int Load = 60;

    private static readonly ImmutableArray<EdgeErrorInfo?> ByError = Build();

    /// <summary>All entries, in the order of <see cref="EdgeError"/>.</summary>
    public static ImmutableArray<EdgeErrorInfo> All { get; } = [.. ByError.OfType<EdgeErrorInfo>()];

    /// <summary>The entry of an error.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The error is <see cref="EdgeError.None"/> or not defined.</exception>
    public static EdgeErrorInfo Get(EdgeError error) =>
        (uint)error < (uint)ByError.Length && ByError[(int)error] is { } info
            ? info
            : throw new ArgumentOutOfRangeException(nameof(error), error, "not an error with an entry");

    private static ImmutableArray<EdgeErrorInfo?> Build()
    {
        var table = new EdgeErrorInfo?[Enum.GetValues<EdgeError>().Length];
        foreach (var info in VisitorErrors().Concat(EdgeErrors()).Concat(OriginErrors()).Concat(SetupErrors()))
        {
            table[(int)info.Error] = info;
        }

        return [.. table];
    }

    private static EdgeErrorInfo Entry(
        EdgeError error,
        int status,
        Blame blame,
        string title,
        string what,
        string visitor,
        string? owner = null,
        int code = 0,
        int retryAfter = 0
    ) =>
        new()
        {
            Error = error,
            Name = JsonNamingPolicy.SnakeCaseLower.ConvertName(error.ToString()),
            Status = status,
            Code = code == 0 ? status : code,
            Blame = blame,
            Title = title,
            What = what,
            VisitorAdvice = visitor,
            OwnerAdvice = owner,
            RetryAfterSeconds = retryAfter,
        };

    private static IEnumerable<EdgeErrorInfo> VisitorErrors() =>
        [
            Entry(
                EdgeError.BadRequest,
                400,
                Blame.Visitor,
                "Bad request",
                "The request was not valid HTTP, or could be read in more than one way, so it was not passed on.",
                "Reload the page. If a program or an extension sends this request, it has to be corrected."
            ),
            Entry(
                EdgeError.NotFound,
                404,
                Blame.Visitor,
                "Nothing here",
                "This address is reserved for the edge, and the edge has nothing at it.",
                "Check the address, or go to the site's home page."
            ),
            Entry(
                EdgeError.RateLimited,
                429,
                Blame.Visitor,
                "You are being rate limited",
                "More requests than the site's owner allows came from you in a short time.",
                "Wait a while, then try again.",
                "look at the zone's rate limiting rules.",
                code: 1015,
                retryAfter: Passing
            ),
            Entry(
                EdgeError.MethodNotAllowed,
                405,
                Blame.Visitor,
                "Method not allowed",
                "The request uses a method that the edge does not pass on to sites.",
                "If a program sends this request, it has to use another method."
            ),
            Entry(
                EdgeError.RequestTimeout,
                408,
                Blame.Visitor,
                "Request timed out",
                "The request did not arrive completely in the time allowed.",
                "Check your connection and reload the page."
            ),
            Entry(
                EdgeError.LengthRequired,
                411,
                Blame.Visitor,
                "Length required",
                "The request has a body but does not say how long it is.",
                "If a program sends this request, it has to send a Content-Length, or use chunked coding over HTTP/1.1."
            ),
            Entry(
                EdgeError.ContentTooLarge,
                413,
                Blame.Visitor,
                "Upload too large",
                "The request's body is larger than this site accepts.",
                "Send a smaller file, or send it in parts.",
                "raise the zone's max_upload setting."
            ),
            Entry(
                EdgeError.UriTooLong,
                414,
                Blame.Visitor,
                "Address too long",
                "The address in the request is longer than the edge accepts.",
                "Shorten the address. If you followed a link, tell the people who published it."
            ),
            Entry(
                EdgeError.ExpectationFailed,
                417,
                Blame.Visitor,
                "Expectation failed",
                "The request expects something of the server that the edge does not know.",
                "If a program sends this request, it has to leave out the Expect field."
            ),
            Entry(
                EdgeError.MisdirectedRequest,
                421,
                Blame.Visitor,
                "Misdirected request",
                "The request came over a connection that was opened for another site.",
                "Reload the page. Your browser then opens a connection of its own for this site."
            ),
            Entry(
                EdgeError.BlockedByRule,
                403,
                Blame.Visitor,
                "Access denied",
                "A rule that this site's owner has set does not let this request through.",
                "If you should have access, write to the site's owner and name the ray id below.",
                "The rule stands beside the ray id in the access log, as SecurityRuleID.",
                code: 1020
            ),
            Entry(
                EdgeError.BannedAddress,
                403,
                Blame.Visitor,
                "Access denied",
                "This site's owner does not let your address in.",
                "If you should have access, write to the site's owner and name the ray id below.",
                "The access rule stands beside the ray id in the access log, as SecurityRuleID.",
                code: 1006
            ),
            Entry(
                EdgeError.BannedNetwork,
                403,
                Blame.Visitor,
                "Access denied",
                "This site's owner does not let the network that you come from in.",
                "If you should have access, write to the site's owner and name the ray id below.",
                "The access rule stands beside the ray id in the access log, as SecurityRuleID.",
                code: 1005
            ),
            Entry(
                EdgeError.BannedCountry,
                403,
                Blame.Visitor,
                "Access denied",
                "This site's owner does not let the country that you come from in.",
                "If you should have access, write to the site's owner and name the ray id below.",
                "The access rule stands beside the ray id in the access log, as SecurityRuleID.",
                code: 1009
            ),
            Entry(
                EdgeError.NotOverIpv6,
                421,
                Blame.Visitor,
                "Not served over IPv6",
                "The request came to an IPv6 address, and this site's owner serves it over IPv4 only.",
                "Open the site over IPv4. If its name led you here, tell its owner to remove the AAAA record."
            ),
            Entry(
                EdgeError.TooManyConnections,
                429,
                Blame.Visitor,
                "Too many connections",
                "Your address has as many connections open as the edge allows.",
                "Close some of them and try again in a minute. Other people may share your address.",
                retryAfter: Load
            ),
            Entry(
                EdgeError.HeaderFieldsTooLarge,
                431,
                Blame.Visitor,
                "Request headers too large",
                "The request carries more header fields than the edge accepts, or larger ones. Most often these are cookies.",
                "Delete this site's cookies and reload the page.",
                "set fewer or smaller cookies."
            ),
            Entry(
                EdgeError.NotImplemented,
                501,
                Blame.Visitor,
                "Not implemented",
                "The request's body is coded in a way that the edge does not know.",
                "If a program sends this request, it has to use chunked coding or a Content-Length."
            ),
            Entry(
                EdgeError.HttpVersionNotSupported,
                505,
                Blame.Visitor,
                "HTTP version not supported",
                "The request uses a version of HTTP that the edge does not speak.",
                "Use a browser or program that speaks HTTP/1.1 or HTTP/2."
            ),
        ];

    private static IEnumerable<EdgeErrorInfo> EdgeErrors() =>
        [
            Entry(
                EdgeError.EdgeFault,
                500,
                Blame.Edge,
                "Something broke at the edge",
                "The edge failed while it handled the request. The fault is ours, not yours and not the site's.",
                FewMinutes,
                "look for the Ray ID in the edge's log.",
                retryAfter: Passing
            ),
            Entry(
                EdgeError.EdgeAtCapacity,
                503,
                Blame.Edge,
                "The edge is busy",
                "The edge is handling as many requests as it can and did not take this one.",
                FewMinutes,
                "add an edge, or raise the edge's connection limits.",
                retryAfter: Load
            ),
            Entry(
                EdgeError.ZoneUnreadable,
                503,
                Blame.Edge,
                "The edge can't read this site's settings",
                "The edge knows this site and can't read how to serve it. The fault is ours, not yours and not the site's.",
                FewMinutes,
                "look at the edge's log for its release store; the edge asks control for the site again.",
                retryAfter: Passing
            ),
            Entry(
                EdgeError.ProtectionFailed,
                503,
                Blame.Edge,
                "The edge can't check this request",
                "What protects this site failed, and its owner wants nothing to pass without it. The fault is ours, not yours and not the site's.",
                FewMinutes,
                "look for the Ray ID in the edge's log; security_failure_mode says whether requests pass meanwhile.",
                retryAfter: Passing
            ),
        ];
}
