using Holdfast.Cache.Directives;
using Holdfast.Cache.Facts;
using Holdfast.Cache.Policy;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Decisions;

/// <summary>What may be done with a stored response that a request selects (RFC 9111 section 4).</summary>
public enum Reuse : byte
{
    /// <summary>It is served as it is.</summary>
    Fresh,

    /// <summary>It is stale and served all the same; somebody revalidates it meanwhile (RFC 5861 section 3).</summary>
    StaleWhileRevalidate,

    /// <summary>It is stale, and the visitor takes it so (<c>max-stale</c>).</summary>
    StaleAccepted,

    /// <summary>The origin is asked whether it still holds.</summary>
    Revalidate,
}

/// <summary>Decides about <see cref="Reuse"/>, and about what may be served when the origin cannot answer.</summary>
public static class ReuseRules
{
    /// <summary>
    /// For how many seconds it may be stale when it is served because the origin cannot be reached: 30 days, as old as the copies that
    /// Cloudflare's Always Online has made. Whatever was not confirmed for longer is an archive's business.
    /// </summary>
    public const long LongestDisconnected = 30 * 86_400;

    /// <summary>What may be done with a stored response now.</summary>
    public static Reuse Of(in RequestFacts request, StoredResponse stored, CachePolicy policy, long now)
    {
        if ((stored.Flags & StoredFlags.AlwaysRevalidate) != 0)
        {
            return Reuse.Revalidate;
        }

        var freshFor = stored.FreshFor(now);
        var neverStale = (stored.Flags & StoredFlags.NeverStale) != 0;
        if (policy.RespectRequestDirectives)
        {
            var wish = request.Directives;
            if (
                wish.Has(Directive.NoCache)
                || request.Has(RequestTraits.PragmaNoCache)
                || (wish.Has(Directive.MaxAge) && IsTooOld(wish.MaxAge, stored, freshFor, now))
                || (wish.Has(Directive.MinFresh) && wish.MinFresh >= 0 && freshFor < wish.MinFresh * 1000)
            )
            {
                return Reuse.Revalidate;
            }

            if (freshFor <= 0 && !neverStale && wish.Has(Directive.MaxStale) && -freshFor <= wish.MaxStale * 1000)
            {
                return Reuse.StaleAccepted;
            }
        }

        return freshFor > 0 ? Reuse.Fresh
            : !neverStale && !policy.NeverUpdating && stored.StaleWhileRevalidate > 0 && -freshFor <= stored.StaleWhileRevalidate * 1000L
                ? Reuse.StaleWhileRevalidate
            : Reuse.Revalidate;
    }

    /// <summary>
    /// Whether it may be served because the origin cannot be reached or closes without an answer: then the cache is disconnected, and only
    /// a directive that forbids it stands in the way (RFC 9111 section 4.2.4), its age (<see cref="LongestDisconnected"/>), or its zone,
    /// which may want the response's own word for it.
    /// </summary>
    public static bool MayServeDisconnected(StoredResponse stored, CachePolicy policy, long now) =>
        (stored.Flags & (StoredFlags.NeverStale | StoredFlags.NotOnError)) == 0
        && -stored.FreshFor(now) <= (policy.AlwaysOnline ? LongestDisconnected : stored.StaleIfError) * 1000L;

    /// <summary>Whether it may be served instead of the origin's error.</summary>
    public static bool MayServeInsteadOf(int status, StoredResponse stored, CachePolicy policy, long now) =>
        MayServeDisconnected(stored, policy, now)
        && (
            Statuses.IsUnreachable(status)
            || (Statuses.IsServerError(status) && stored.StaleIfError > 0 && -stored.FreshFor(now) <= stored.StaleIfError * 1000L)
        );

    // A visitor's reload (max-age=0) does not ask for what never changes while it is fresh (RFC 8246 section 2).
    private static bool IsTooOld(long maxAge, StoredResponse stored, long freshFor, long now) =>
        stored.AgeAt(now) > Math.Max(maxAge, 0) * 1000 && !((stored.Flags & StoredFlags.Immutable) != 0 && freshFor > 0);
}
