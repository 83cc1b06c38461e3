using System.Collections.Concurrent;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Effects;
using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Phases.ConfigSettings;

/// <summary>Has the request run on other settings. Of several rules each settles what it names; the last word on a thing counts.</summary>
internal sealed class SetConfigEffect(SetConfigAction action) : RuleEffect
{
    // Which settings the zone and the rules before leave: few, and each is made once. A request that would be one too many makes its own.
    private const int MostRemembered = 64;

    private readonly ConcurrentDictionary<ZoneSettings, ZoneSettings> _settings = new(ReferenceEqualityComparer.Instance);

    /// <inheritdoc/>
    public override RuleStep Apply(EdgeRequest request, RuleTurn turn)
    {
        var before = request.Settings;
        if (!_settings.TryGetValue(before, out var after))
        {
            after = action.On(before);
            if (_settings.Count < MostRemembered)
            {
                after = _settings.GetOrAdd(before, after);
            }
        }

        request.Settings = after;
        return RuleStep.Next;
    }
}
