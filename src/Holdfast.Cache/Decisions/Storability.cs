using Holdfast.Cache.Directives;
using Holdfast.Cache.Facts;
using Holdfast.Cache.Policy;
using Holdfast.Model.Zones;

namespace Holdfast.Cache.Decisions;

/// <summary>Whether a response may be stored (RFC 9111 section 3), and how long it is then fresh.</summary>
/// <param name="Reason">Why not, or <see cref="NoCacheReason.None"/>.</param>
/// <param name="Freshness">Its lifetime.</param>
public readonly record struct Storability(NoCacheReason Reason, Freshness Freshness)
{
    // A shared cache may store the answer to a request with credentials when one of these is there (RFC 9111 section 3.5).
    private const Directive AllowsAuthorization = Directive.Public | Directive.MustRevalidate | Directive.SharedMaxAge;

    /// <summary>Whether it may be stored.</summary>
    public bool IsStorable => Reason == NoCacheReason.None;

    /// <summary>Decides about a final response.</summary>
    public static Storability Of(in RequestFacts request, in ResponseFacts response, CachePolicy policy)
    {
        var freshness = Freshness.Of(response, policy.Profile);
        var reason =
            request.Method != CacheMethod.Get ? NoCacheReason.Method
            : policy.RespectRequestDirectives && request.Directives.Has(Directive.NoStore) ? NoCacheReason.RequestNoStore
            : response.Status == 206 && !(request.Has(RequestTraits.Range) && response.Part.IsUsable) ? NoCacheReason.PartialContent
            : response.Status == 304 ? NoCacheReason.NotModified
            : OfDirectives(request, response, policy);
        return new Storability(reason == NoCacheReason.None ? OfFreshness(response, policy, freshness) : reason, freshness);
    }

    private static NoCacheReason OfDirectives(in RequestFacts request, in ResponseFacts response, CachePolicy policy)
    {
        var directives = response.Directives;
        var understood = Statuses.IsUnderstood(response.Status);
        if (directives.Has(Directive.MustUnderstand) && !understood)
        {
            return NoCacheReason.StatusNotUnderstood;
        }

        // A cache that knows must-understand and the status sets aside the no-store that is there for those that do not.
        if (directives.Has(Directive.NoStore) && !directives.Has(Directive.MustUnderstand))
        {
            return NoCacheReason.NoStore;
        }

        if (directives.Has(Directive.Private))
        {
            return NoCacheReason.Private;
        }

        if (Statuses.ForbidsStoring(response.Status))
        {
            return NoCacheReason.StatusForbids;
        }

        if (request.Has(RequestTraits.Authorization) && !directives.Has(AllowsAuthorization))
        {
            return NoCacheReason.Authorization;
        }

        if (directives.Has(Directive.NoCache) && (policy.Profile == CacheProfile.Cloudflare || !response.HasValidator))
        {
            return NoCacheReason.NoCache;
        }

        return response.Has(ResponseTraits.VaryStar) ? NoCacheReason.VaryStar
            : response.Has(ResponseTraits.TooManyTags) ? NoCacheReason.TooManyTags
            : NoCacheReason.None;
    }

    private static NoCacheReason OfFreshness(in ResponseFacts response, CachePolicy policy, Freshness freshness)
    {
        var cloudflare = policy.Profile == CacheProfile.Cloudflare;
        if (response.Has(ResponseTraits.SetCookie) && (cloudflare || freshness.Source != FreshnessSource.Explicit))
        {
            return NoCacheReason.SetCookie;
        }

        var directives = response.Directives;
        if (freshness.Seconds > response.Age)
        {
            return NoCacheReason.None;
        }

        // Without a stated lifetime only what a lifetime could be guessed for may be stored (RFC 9111 section 3).
        var mayBeStored =
            freshness.Source != FreshnessSource.None
            || directives.Has(Directive.Public)
            || Statuses.IsHeuristicallyCacheable(response.Status);
        if (!cloudflare && response.HasValidator && mayBeStored)
        {
            return NoCacheReason.None;
        }

        if (directives.Has(Directive.Unreadable))
        {
            return NoCacheReason.Unreadable;
        }

        // Stale on arrival, and still of use for a while. An error that says nothing but how long it is of use is not to be stored.
        if (!cloudflare && mayBeStored && (directives.StaleWhileRevalidate > 0 || directives.StaleIfError > 0))
        {
            return NoCacheReason.None;
        }

        return freshness.Source == FreshnessSource.None ? NoCacheReason.NoFreshness : NoCacheReason.Expired;
    }
}
