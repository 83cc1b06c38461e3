using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Rulesets;
using Holdfast.Releases.Intake;

namespace Holdfast.Artifacts.Rulesets;

/// <summary>
/// Rulesets as they stand in a zone's artifact and in control's answers:
/// <c>{"description","id","kind":"zone","last_updated","name","phase","rules":[...],"version"}</c>, of each phase one, in the order of the
/// phases.
/// </summary>
public static class RulesetJson
{
    /// <summary>The kind of every ruleset that there is: a zone's own, the entry point of its phase.</summary>
    public const string Kind = "zone";

    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
    private const string TimeForm = "a UTC time such as 2026-01-31T00:00:00.000Z";
    private const string VersionForm = "a whole number from 1, as a string";

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
            ["kind"] = Kind,
            ["version"] = Text(ruleset.Version),
            ["last_updated"] = Text(ruleset.LastUpdated),
            ["phase"] = ruleset.Phase,
        };
        if (withRules)
        {
            json["rules"] = new JsonArray([.. ruleset.Rules.Select(rule => (JsonNode)Write(rule))]);
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
            if (Read(new JsonMembers(element, place, problems), problems) is not { } ruleset)
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
    /// <returns>Null when it is too wrong to go on.</returns>
    public static RulesetConfig? Read(JsonMembers members, ICollection<ArtifactProblem> problems)
    {
        var id = ReadId(members);
        var name = RulesetTexts.Read(members, "name", RulesetLimits.NameCharacters) ?? "";
        var description = RulesetTexts.Read(members, "description", RulesetLimits.DescriptionCharacters) ?? "";
        if (members.RequireText("kind", Kind) is not (null or Kind))
        {
            members.Report("kind", "something else", Kind);
        }

        var version = ReadVersion(members);
        var updated = ReadTime(members);
        var phase = members.RequireText("phase", RulesetPhase.Allowed);
        if (phase is not null && RulesetPhase.ProblemOf(phase) is { } problem)
        {
            members.Report("phase", problem, RulesetPhase.Allowed);
            phase = null;
        }

        const string form = "an array of rules";
        var rules = ImmutableArray<RuleConfig>.Empty;
        if (members.TryRequire("rules", form, out var list) && phase is not null)
        {
            if (list.ValueKind == JsonValueKind.Array && list.GetArrayLength() <= RulesetLimits.RulesInZone)
            {
                rules = ReadRules(list, phase, members.PointerTo("rules"), problems);
            }
            else
            {
                members.Report("rules", StrictJson.Describe(list), $"{form}, at most {RulesetLimits.RulesInZone}");
            }
        }

        members.RefuseOthers();
        return id is null || phase is null || updated is null
            ? null
            : new RulesetConfig
            {
                Id = id,
                Name = name,
                Description = description,
                Phase = phase,
                Version = version,
                LastUpdated = updated.Value,
                Rules = rules,
            };
    }

    private static ImmutableArray<RuleConfig> ReadRules(
        JsonElement list,
        string phase,
        string pointer,
        ICollection<ArtifactProblem> problems
    )
    {
        var rules = ImmutableArray.CreateBuilder<RuleConfig>(list.GetArrayLength());
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var refs = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var element in list.EnumerateArray())
        {
            var place = string.Create(CultureInfo.InvariantCulture, $"{pointer}/{index++}");
            var members = new JsonMembers(element, place, problems);
            var id = ReadId(members);
            var version = ReadVersion(members);
            var updated = ReadTime(members);
            var draft = RuleDraft.Read(members, phase, problems);
            members.RefuseOthers();
            if (draft is null || id is null || updated is null)
            {
                continue;
            }

            if (!ids.Add(id))
            {
                members.Report("id", "another rule's", "each id once in a ruleset");
            }

            if (draft.Ref is not { } reference)
            {
                members.Report("ref", "missing", "the rule's ref");
                continue;
            }

            if (!refs.Add(reference))
            {
                members.Report("ref", $"'{reference}', another rule's", "each ref once in a ruleset");
            }

            rules.Add(
                new RuleConfig
                {
                    Id = id,
                    Ref = reference,
                    Version = version,
                    LastUpdated = updated.Value,
                    Expression = draft.Expression,
                    Action = draft.Action,
                    RateLimit = draft.RateLimit,
                    Enabled = draft.Enabled,
                    Logging = draft.Logging,
                    Description = draft.Description,
                }
            );
        }

        return rules.DrainToImmutable();
    }

    private static string? ReadId(JsonMembers members)
    {
        var id = members.RequireText("id", ArtifactId.Form);
        if (id is not null && !ArtifactId.IsWellFormed(id))
        {
            members.Report("id", "something else", ArtifactId.Form);
        }

        return id;
    }

    private static long ReadVersion(JsonMembers members)
    {
        if (members.RequireText("version", VersionForm) is not { } text)
        {
            return 0;
        }

        if (
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            && version is >= 1 and < int.MaxValue
            && text == Text(version)
        )
        {
            return version;
        }

        members.Report("version", "something else", VersionForm);
        return 0;
    }

    private static DateTimeOffset? ReadTime(JsonMembers members)
    {
        if (members.RequireText("last_updated", TimeForm) is not { } text)
        {
            return null;
        }

        if (DateTimeOffset.TryParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return time;
        }

        members.Report("last_updated", "something else", TimeForm);
        return null;
    }

    private static string Text(long version) => version.ToString(CultureInfo.InvariantCulture);

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);
}
