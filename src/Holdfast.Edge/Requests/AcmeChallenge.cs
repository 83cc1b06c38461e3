using System.Buffers;
using Holdfast.Http.Messages;
using Holdfast.Rules.Phases;

namespace Holdfast.Edge.Requests;

/// <summary>
/// A certificate authority's look at a host (RFC 8555 section 8.3, http-01). It comes from addresses and countries that nobody knows
/// beforehand, over HTTP; whatever the zone does with visitors would stand between an origin and its certificate.
/// </summary>
internal static class AcmeChallenge
{
    // RFC 8555 section 8: base64url with at least 128 bits; authorities' have 43 characters.
    private const int MostTokenBytes = 128;

    private static readonly SearchValues<byte> Base64Url = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8
    );

    /// <summary>
    /// Whether it meets a phase all the same: those that say where the origin is and how it is spoken to, and those that keep a flood of
    /// anything away. Not those that ask who comes, send elsewhere, or change the request.
    /// </summary>
    public static bool Meets(RulePhase phase) =>
        phase
            is RulePhase.DdosL7
                or RulePhase.HttpRatelimit
                or RulePhase.HttpConfigSettings
                or RulePhase.HttpRequestOrigin
                or RulePhase.HttpRequestCacheSettings;

    private static ReadOnlySpan<byte> Prefix => "/.well-known/acme-challenge/"u8;

    /// <summary>Whether the request is one: a GET for a token below <c>/.well-known/acme-challenge/</c>, without query and body.</summary>
    public static bool IsOne(RequestHead head)
    {
        var path = head.Path;
        if (path.Length <= Prefix.Length || !path.StartsWith(Prefix))
        {
            return false;
        }

        var token = path[Prefix.Length..];
        return token.Length <= MostTokenBytes
            && !token.ContainsAnyExcept(Base64Url)
            && head.Query.IsEmpty
            && head.Framing == Framing.None
            && head.Method == KnownMethod.Get;
    }
}
