using System.Collections.Frozen;
using Holdfast.Rules.Phases;

namespace Holdfast.Artifacts.Rulesets;

/// <summary>Which fields rules can change: none that frames a message, routes it, or says what the edge itself says.</summary>
internal static class HeaderNames
{
    private const int MostCharacters = 100;

    private static readonly FrozenSet<string> Never = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "connection",
        "content-encoding",
        "content-length",
        "content-range",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade"
    );

    // What the cache decides by has been decided, and whom the edge trusts has been settled.
    private static readonly FrozenSet<string> NeverOfRequests = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "accept-encoding",
        "cdn-loop",
        "expect",
        "forwarded",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-range",
        "if-unmodified-since",
        "range",
        "true-client-ip",
        "via",
        "x-forwarded-for",
        "x-forwarded-proto",
        "x-real-ip"
    );

    private static readonly FrozenSet<string> NeverOfResponses = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "age",
        "alt-svc",
        "cache-status",
        "date",
        "via",
        "x-ray-id"
    );

    /// <summary>Why rules of a phase can't change a field, or null.</summary>
    public static string? ProblemOf(string name, RulePhase phase) =>
        name.Length is 0 or > MostCharacters || !name.All(IsTokenCharacter) ? "no field name"
        : name.StartsWith("cf-", StringComparison.OrdinalIgnoreCase) || name.StartsWith("x-cf-", StringComparison.OrdinalIgnoreCase)
            ? "one of the edge's own"
        : Never.Contains(name) ? "one that frames or routes messages"
        : (phase == RulePhase.HttpRequestLateTransform ? NeverOfRequests : NeverOfResponses).Contains(name) ? "one that the edge sets"
        : null;

    // RFC 9110 section 5.6.2.
    private static bool IsTokenCharacter(char c) => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal);
}
