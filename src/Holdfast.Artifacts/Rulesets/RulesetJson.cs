using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Access;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Access;
using Holdfast.Model.Rulesets;
using Holdfast.Releases.Intake;

namespace Holdfast.Artifacts.Rulesets;

/// <summary>
/// Rulesets as they stand in artifacts and in control's answers:
/// <c>{"description","id","kind","last_updated","name","phase","rules":[...],"version"}</c>; in a zone's artifact of each phase one, in the
/// order of the phases. One of the kind <c>access</c> has <c>access_rules</c> (<see cref="AccessRuleJson"/>) and no other rules.
/// </summary>
public static class RulesetJson
{
    internal const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>A ruleset.</summary>
    /// <param name="ruleset">The ruleset.</param>
    /// <param name="withRules">Whether its rules are there too.</param>
    public static JsonObject Write(RulesetConfig ruleset, bool withRules = true)
    {
        var json = new JsonObject
        {
            ["id"] = ruleset.Id,
            ["name"] = ruleset.Name,
            ["description"] = ruleset.Description,
            ["kind"] = RulesetKinds.NameOf(ruleset.Kind),
            ["version"] = Text(ruleset.Version),
            ["last_updated"] = Text(ruleset.LastUpdated),
            ["phase"] = ruleset.Phase,
        };
        if (withRules)
        {
            json["rules"] = new JsonArray([.. ruleset.Rules.Select(rule => (JsonNode)Write(rule))]);
            if (ruleset.Kind == RulesetKind.Access)
            {
                json["access_rules"] = new JsonArray([.. ruleset.AccessRules.Select(rule => (JsonNode)AccessRuleJson.Write(rule))]);
            }
        }

        return json;
    }

    /// <summary>A rule. What it does not have is left out.</summary>
    public static JsonObject Write(RuleConfig rule)
    {
        var json = new JsonObject
        {
            ["id"] = rule.Id,
            ["version"] = Text(rule.Version),
            ["action"] = rule.Action.Name,
        };
        if (RuleActions.Write(rule.Action) is { } parameters)
        {
            json["action_parameters"] = parameters;
        }

        if (rule.RateLimit is { } limit)
        {
            json["ratelimit"] = RateLimitJson.Write(limit);
        }

        if (!rule.Categories.IsEmpty)
        {
            json["categories"] = new JsonArray([.. rule.Categories.Select(name => (JsonNode)name)]);
        }

        json["expression"] = rule.Expression;
        json["description"] = rule.Description;
        json["last_updated"] = Text(rule.LastUpdated);
        json["ref"] = rule.Ref;
        json["enabled"] = rule.Enabled;
        if (rule.Logging is { } logging)
        {
            json["logging"] = new JsonObject { ["enabled"] = logging };
        }

        return json;
    }

    /// <summary>Reads a zone's rulesets; what is wrong is reported.</summary>
    internal static ImmutableArray<RulesetConfig> ReadAll(JsonElement list, string pointer, ICollection<ArtifactProblem> problems)
    {
        var most = RulesetPhase.Most;
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > most)
        {
            problems.Add(new ArtifactProblem(pointer, StrictJson.Describe(list), $"an array of at most {most} objects"));
            return [];
        }

        var rulesets = ImmutableArray.CreateBuilder<RulesetConfig>(list.GetArrayLength());
        var (before, index) = (-1, 0);
        foreach (var element in list.EnumerateArray())
        {
            var place = string.Create(CultureInfo.InvariantCulture, $"{pointer}/{index++}");
            if (Read(new JsonMembers(element, place, problems), problems, RulesetKind.Zone) is not { } ruleset)
            {
                continue;
            }

            var order = RulesetPhase.Order(ruleset.Phase);
            if (order <= before)
            {
                problems.Add(new ArtifactProblem(place + "/phase", "not behind the one before it", "phases in their order, each once"));
            }

            before = order;
            rulesets.Add(ruleset);
        }

        if (rulesets.Sum(ruleset => ruleset.Rules.Length) is > RulesetLimits.RulesInZone and var rules)
        {
            problems.Add(new ArtifactProblem(pointer, $"{rules} rules", $"at most {RulesetLimits.RulesInZone} in a zone"));
        }

        return rulesets.DrainToImmutable();
    }

    /// <summary>Reads a ruleset; what is wrong is reported.</summary>
    /// <param name="members">The ruleset.</param>
    /// <param name="problems">Gets what is wrong, as <paramref name="members"/> does.</param>
    /// <param name="kinds">The kinds that it may be of.</param>
    /// <returns>Null when it is too wrong to go on.</returns>
    public static RulesetConfig? Read(JsonMembers members, ICollection<ArtifactProblem> problems, params ReadOnlySpan<RulesetKind> kinds)
    {
        var id = RuleListJson.ReadId(members);
        var name = RulesetTexts.Read(members, "name", RulesetLimits.NameCharacters) ?? "";
        var description = RulesetTexts.Read(members, "description", RulesetLimits.DescriptionCharacters) ?? "";
        var kind = RulesetKinds.Read(members, kinds);
        var version = RuleListJson.ReadVersion(members);
        var updated = RuleListJson.ReadTime(members);
        var phases = RulesetKinds.PhasesOf(kind ?? kinds[0]);
        var phase = members.RequireText("phase", phases.Allowed);
        if (phase is not null && phases.ProblemOf(phase) is { } problem)
        {
            members.Report("phase", problem, phases.Allowed);
            phase = null;
        }

        const string form = "an array of rules";
        var rules = ImmutableArray<RuleConfig>.Empty;
        if (members.TryRequire("rules", form, out var list) && phase is not null && kind is not null)
        {
            var most = kind == RulesetKind.Access ? 0 : RulesetLimits.RulesInZone;
            if (list.ValueKind == JsonValueKind.Array && list.GetArrayLength() <= most)
            {
                rules = RuleListJson.Read(list, phase, kind.Value, members.PointerTo("rules"), problems);
            }
            else
            {
                members.Report("rules", StrictJson.Describe(list), $"{form}, at most {most}");
            }
        }

        var access = kind == RulesetKind.Access ? ReadAccessRules(members, name, problems) : [];
        members.RefuseOthers();
        return id is null || phase is null || kind is null || updated is null
            ? null
            : new RulesetConfig
            {
                Id = id,
                Name = name,
                Description = description,
                Phase = phase,
                Kind = kind.Value,
                Version = version,
                LastUpdated = updated.Value,
                Rules = rules,
                AccessRules = access,
            };
    }

    private static ImmutableArray<AccessRule> ReadAccessRules(JsonMembers members, string name, ICollection<ArtifactProblem> problems)
    {
        if (!AccessOwners.All.Contains(name))
        {
            members.Report("name", "something else", string.Join(", ", AccessOwners.All));
        }

        return members.TryRequire("access_rules", "an array of access rules", out var list)
            ? AccessRuleJson.ReadAll(list, members.PointerTo("access_rules"), problems)
            : [];
    }

    private static string Text(long version) => version.ToString(CultureInfo.InvariantCulture);

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);
}
