using System.Runtime.CompilerServices;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Effects;
using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Phases.ConfigSettings;

/// <summary>Has the request run on other settings. Of several rules each settles what it names; the last word on a thing counts.</summary>
internal sealed class SetConfigEffect(SetConfigAction action) : RuleEffect
{
    // By the settings that the zone and the rules before leave, each made once; they go with those.
    private readonly ConditionalWeakTable<ZoneSettings, ZoneSettings> _settings = [];
    private readonly ConditionalWeakTable<ZoneSettings, ZoneSettings>.CreateValueCallback _on = action.On;

    /// <inheritdoc/>
    public override RuleStep Apply(EdgeRequest request, RuleTurn turn)
    {
        request.Settings = _settings.GetValue(request.Settings, _on);
        return RuleStep.Next;
    }
}
