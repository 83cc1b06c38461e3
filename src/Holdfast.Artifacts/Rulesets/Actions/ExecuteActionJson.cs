using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Phases;

namespace Holdfast.Artifacts.Rulesets.Actions;

/// <summary><c>execute</c>: <c>{"id", "version":"latest", "overrides":{...}}</c>.</summary>
internal sealed class ExecuteActionJson()
    : RuleActionJson(
        "execute",
        "an object with the id of a ruleset of the kind custom",
        RulePhase.HttpRequestFirewallCustom,
        RulePhase.HttpRatelimit
    )
{
    private const string Latest = "latest";

    /// <inheritdoc/>
    public override RuleAction? Read(JsonMembers? members, RulePhase phase, Action missing)
    {
        if (members is null)
        {
            missing();
            return null;
        }

        var id = members.RequireText("id", ArtifactId.Form);
        if (id is not null && !ArtifactId.IsWellFormed(id))
        {
            members.Report("id", "something else", ArtifactId.Form);
        }

        if (members.OptionalText("version", Latest) is { } version && version != Latest)
        {
            members.Report("version", $"'{version}'", $"{Latest}, or nothing: edges have the latest version of a ruleset and no other");
        }

        if (members.TryGet("matched_data", out _))
        {
            members.Report("matched_data", "there", "nothing: no edge logs what matched under a key");
        }

        var overrides = members.TryGetObject("overrides", out var wanted) ? OverridesJson.Read(wanted) : null;
        return id is null ? null : new ExecuteAction(id, overrides);
    }

    /// <inheritdoc/>
    public override JsonObject? Write(RuleAction action)
    {
        var execute = (ExecuteAction)action;
        var parameters = new JsonObject { ["id"] = execute.Ruleset, ["version"] = Latest };
        if (execute.Overrides is { } overrides)
        {
            parameters["overrides"] = OverridesJson.Write(overrides);
        }

        return parameters;
    }
}
