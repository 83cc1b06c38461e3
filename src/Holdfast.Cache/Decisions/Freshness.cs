using Holdfast.Cache.Directives;
using Holdfast.Cache.Facts;
using Holdfast.Cache.Fields;
using Holdfast.Model.Zones;

namespace Holdfast.Cache.Decisions;

/// <summary>Where a freshness lifetime comes from.</summary>
public enum FreshnessSource : byte
{
    /// <summary>There is none.</summary>
    None,

    /// <summary><c>s-maxage</c>, <c>max-age</c> or Expires.</summary>
    Explicit,

    /// <summary>A guess from Last-Modified (RFC 9111 section 4.2.2).</summary>
    Heuristic,

    /// <summary>The profile's own lifetime for the status.</summary>
    Profile,
}

/// <summary>How long a response is fresh (RFC 9111 section 4.2.1).</summary>
/// <param name="Seconds">The lifetime, from 0.</param>
/// <param name="Source">Where it comes from.</param>
public readonly record struct Freshness(long Seconds, FreshnessSource Source)
{
    /// <summary>
    /// The longest guess: a day. The older RFC 7234 section 5.5.4 demanded a warning from there on; a page that has not changed for ten
    /// years may still change tomorrow.
    /// </summary>
    public const long LongestGuess = 86_400;

    // "Typically 10%" (RFC 9111 section 4.2.2).
    private const int GuessDivisor = 10;

    /// <summary>The lifetime of a response in a shared cache.</summary>
    public static Freshness Of(in ResponseFacts response, CacheProfile profile)
    {
        var directives = response.Directives;
        if (directives.Has(Directive.Unreadable))
        {
            return new Freshness(0, FreshnessSource.Explicit);
        }

        if (directives.Has(Directive.SharedMaxAge))
        {
            return new Freshness(Math.Max(directives.SharedMaxAge, 0), FreshnessSource.Explicit);
        }

        if (directives.Has(Directive.MaxAge))
        {
            return new Freshness(Math.Max(directives.MaxAge, 0), FreshnessSource.Explicit);
        }

        if (response.Has(ResponseTraits.Expires))
        {
            var seconds = response.Expires == HttpTime.None ? 0 : response.Expires - response.Date;
            return new Freshness(Math.Clamp(seconds, 0, Octets.LargestDelta), FreshnessSource.Explicit);
        }

        if (profile == CacheProfile.Cloudflare)
        {
            var seconds = StatusLifetime(response.Status);
            return seconds > 0 && !directives.Has(Directive.NoCache) ? new Freshness(seconds, FreshnessSource.Profile) : default;
        }

        if (
            response.LastModified != HttpTime.None
            && response.LastModified < response.Date
            && (Statuses.IsHeuristicallyCacheable(response.Status) || directives.Has(Directive.Public))
        )
        {
            return new Freshness(Math.Min((response.Date - response.LastModified) / GuessDivisor, LongestGuess), FreshnessSource.Heuristic);
        }

        return default;
    }

    // What Cloudflare assumes when the origin says nothing.
    private static int StatusLifetime(int status) =>
        status switch
        {
            200 or 206 or 301 => 120 * 60,
            302 or 303 => 20 * 60,
            404 or 410 => 3 * 60,
            403 => 60,
            _ => 0,
        };
}
