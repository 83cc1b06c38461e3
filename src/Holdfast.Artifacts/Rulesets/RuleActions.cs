using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Artifacts.Rulesets.Actions;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Phases;

namespace Holdfast.Artifacts.Rulesets;

/// <summary>Every action that edges do, with the phases that it stands in and how its parameters stand in JSON.</summary>
internal static class RuleActions
{
    private static readonly ImmutableArray<RuleActionJson> All =
    [
        new BlockActionJson(),
        new SkipActionJson(),
        new LogActionJson(),
        new ExecuteActionJson(),
        new RedirectActionJson(),
        new RewriteActionJson(),
        new RouteActionJson(),
        new CacheSettingsActionJson(),
        new ServeErrorActionJson(),
        new SetConfigActionJson(),
        new CompressResponseActionJson(),
    ];

    private static readonly FrozenDictionary<string, RuleActionJson> ByName = All.ToFrozenDictionary(action => action.Name);

    // Cloudflare's others, so that the message can say that it is not the name that is wrong.
    private static readonly FrozenSet<string> Challenges = ["challenge", "js_challenge", "managed_challenge"];

    private static readonly FrozenSet<string> Others =
    [
        "ddos_dynamic",
        "force_connection_close",
        "log_custom_field",
        "set_cache_control",
        "set_cache_tags",
        "transform_response_html",
    ];

    /// <summary>The actions that a rule of this phase can have.</summary>
    public static IEnumerable<RuleActionJson> Of(RulePhase phase) => All.Where(action => action.Phases.Contains(phase));

    /// <summary>An action's parameters as JSON; null when it has none.</summary>
    public static JsonObject? Write(RuleAction action) => ByName[action.Name].Write(action);

    /// <summary>Reads <c>action</c> and <c>action_parameters</c> of a rule; what is wrong is reported.</summary>
    public static RuleAction? Read(JsonMembers rule, RulePhase phase, ICollection<Holdfast.Releases.Intake.ArtifactProblem> problems)
    {
        var allowed = string.Join(", ", Of(phase).Select(action => action.Name)) + $" in {RulePhases.NameOf(phase)}";
        var name = rule.RequireText("action", allowed);
        var there = rule.TryGet("action_parameters", out var value) && value.ValueKind != JsonValueKind.Null;
        if (name is null)
        {
            return null;
        }

        if (!ByName.TryGetValue(name, out var action) || !action.Phases.Contains(phase))
        {
            rule.Report("action", Refused(name), allowed);
            return null;
        }

        if (!there)
        {
            return action.Read(null, phase, () => rule.Report("action_parameters", "missing", action.Parameters));
        }

        var parameters = new JsonMembers(value, rule.PointerTo("action_parameters"), problems);
        if (!parameters.IsObject)
        {
            return null;
        }

        var read = action.Read(parameters, phase, () => rule.Report("action_parameters", "an object that says nothing", action.Parameters));
        parameters.RefuseOthers();
        return read;
    }

    private static string Refused(string name) =>
        Challenges.Contains(name) ? $"'{name}', which no edge does yet: challenges come later, and a rule that cannot act is not taken"
        : name == "score" ? "'score', which no edge does: what it adds to is read by managed rulesets alone, and there are none"
        : ByName.ContainsKey(name) ? $"'{name}', which is an action of other phases"
        : Others.Contains(name) ? $"'{name}', which no edge does yet"
        : $"'{name}'";
}
