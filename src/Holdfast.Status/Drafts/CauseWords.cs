using System.Collections.Frozen;

namespace Holdfast.Status.Drafts;

/// <summary>What an edge's names of errors are called where people read them.</summary>
internal static class CauseWords
{
    private static readonly FrozenDictionary<string, string> Sentences = new Dictionary<string, string>
    {
        ["origin_answered_5xx"] = "Mostly they answer with errors of their own (5xx).",
        ["origin_refused"] = "Mostly they refuse connections.",
        ["origin_connect_timeout"] = "Mostly connections to them do not come about in time.",
        ["origin_unreachable"] = "Mostly there is no way to them.",
        ["origin_timeout"] = "Mostly they take requests and do not answer in time.",
        ["origin_tls_handshake"] = "Mostly no encrypted connection with them comes about.",
        ["origin_certificate"] = "Mostly their certificate is not valid.",
        ["origin_dns"] = "Mostly their name has no address.",
        ["origin_unknown_error"] = "Mostly their answers are empty or malformed.",
        ["bad_gateway"] = "Mostly their answers cannot be used.",
        ["origin_unavailable"] = "Mostly none of their addresses takes requests.",
        ["gateway_timeout"] = "Mostly they give up waiting for something behind them.",
        ["origin_queue_full"] = "Mostly too many requests wait for them already.",
        ["edge_fault"] = "Mostly it is a fault of the edge's own program.",
        ["edge_at_capacity"] = "Mostly the edge has as many requests as it takes.",
        ["zone_unreadable"] = "Mostly a site's configuration cannot be read.",
        ["protection_failed"] = "Mostly what protects a site failed, and nothing passes without it.",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>A sentence with a space before it; empty for an error that has none, and for null.</summary>
    public static string Of(string? cause) => cause is not null && Sentences.TryGetValue(cause, out var sentence) ? " " + sentence : "";
}
