using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Holdfast.Cache.Directives;
using Holdfast.Cache.Facts;
using Holdfast.Model.Rulesets;

namespace Holdfast.Cache.Policy;

/// <summary>
/// How long a rule has responses kept. It puts its own word in the place of what the origin's response says; then everything is decided as
/// usual. A response with Set-Cookie is left alone: it was meant for one visitor.
/// </summary>
public sealed class EdgeLifetimeRule
{
    private readonly ImmutableArray<(int From, int To, CacheDirectives Directives)> _byStatus;
    private readonly CacheDirectives _word;
    private readonly TtlMode _mode;

    /// <summary>Of a rule.</summary>
    public EdgeLifetimeRule(EdgeTtl ttl)
    {
        _mode = ttl.Mode;
        _word = Said(ttl.Mode == TtlMode.OverrideOrigin ? ttl.Seconds : -1);
        _byStatus = [.. ttl.ByStatus.Select(status => (status.From, status.To, Said(status.Seconds)))];
    }

    /// <summary>The response as the rule has it.</summary>
    public ResponseFacts Of(in ResponseFacts response)
    {
        if (response.Has(ResponseTraits.SetCookie))
        {
            return response;
        }

        foreach (var (from, to, directives) in _byStatus)
        {
            if (response.Status >= from && response.Status <= to)
            {
                return response.Saying(directives);
            }
        }

        return _mode switch
        {
            TtlMode.OverrideOrigin when response.Status < 500 => response.Saying(_word),
            TtlMode.BypassByDefault when !response.Has(ResponseTraits.CacheControl | ResponseTraits.Expires | ResponseTraits.Targeted) =>
                response.Saying(_word),
            _ => response,
        };
    }

    // 0: the origin is asked each time; -1: it is not kept.
    private static CacheDirectives Said(int seconds)
    {
        var directives = default(CacheDirectives);
        directives.Add(
            seconds < 0 ? "no-store"u8
            : seconds == 0 ? "no-cache"u8
            : Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"max-age={seconds}"))
        );
        return directives;
    }
}
