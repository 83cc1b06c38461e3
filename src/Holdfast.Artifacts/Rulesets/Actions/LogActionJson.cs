using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Phases;

namespace Holdfast.Artifacts.Rulesets.Actions;

/// <summary><c>log</c>, which has no parameters.</summary>
internal sealed class LogActionJson() : RuleActionJson("log", "nothing", RulePhase.HttpRequestFirewallCustom, RulePhase.HttpRatelimit)
{
    /// <inheritdoc/>
    public override RuleAction Read(JsonMembers? members, RulePhase phase, Action missing) => new LogAction();

    /// <inheritdoc/>
    public override JsonObject? Write(RuleAction action) => null;
}
