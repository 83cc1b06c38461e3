using System.Collections.Concurrent;
using Holdfast.Cache.Policy;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Effects;
using Holdfast.Model.Rulesets;

namespace Holdfast.Edge.Phases.CacheSettings;

/// <summary>Says what the cache does with the request. Of several rules each settles what it names; the last word on a thing counts.</summary>
internal sealed class CacheSettingsEffect(CacheSettingsAction action) : RuleEffect
{
    // Which policies the rules before leave: few, and each is made once. A request that would be one too many makes its own.
    private const int MostRemembered = 64;

    private readonly ConcurrentDictionary<CachePolicy, CachePolicy> _policies = new(ReferenceEqualityComparer.Instance);
    private readonly EdgeLifetimeRule? _edge = action.EdgeTtl is { } ttl ? new EdgeLifetimeRule(ttl) : null;
    private readonly BrowserLifetimeRule? _browser = action.BrowserTtl is { } ttl ? new BrowserLifetimeRule(ttl) : null;
    private readonly CacheKeyWriter? _key = action.Key is { } key ? new CacheKeyWriter(key) : null;

    /// <inheritdoc/>
    public override RuleStep Apply(EdgeRequest request, RuleTurn turn)
    {
        var before = request.CachePolicy;
        if (!_policies.TryGetValue(before, out var after))
        {
            after = On(before);
            if (_policies.Count < MostRemembered)
            {
                after = _policies.GetOrAdd(before, after);
            }
        }

        request.CachePolicy = after;
        _key?.Write(request, turn);
        return RuleStep.Next;
    }

    private CachePolicy On(CachePolicy before) =>
        before with
        {
            Eligible = action.Cache ?? before.Eligible,
            EdgeLifetime = _edge ?? before.EdgeLifetime,
            BrowserLifetime = _browser ?? before.BrowserLifetime,
            DeceptionArmor = action.Key?.DeceptionArmor ?? before.DeceptionArmor,
            RespectStrongEtags = action.RespectStrongEtags ?? before.RespectStrongEtags,
            NeverUpdating = action.DisableStaleWhileUpdating ?? before.NeverUpdating,
        };
}
