using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Artifacts.Lists;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Model.Access;
using Holdfast.Model.Lists;
using Holdfast.Releases.Intake;

namespace Holdfast.Artifacts.Access;

/// <summary>
/// IP access rules as they stand in a zone's artifact and in control's answers:
/// <c>{"configuration":{"target","value"},"created_on","id","mode","modified_on","notes"}</c>, each configuration once.
/// </summary>
public static class AccessRuleJson
{
    private const string ModeForm = "block or whitelist";
    private const string TargetForm = "ip, ip6, ip_range, asn or country";
    private const string CountryForm = "a country's two letters, such as DE";
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
    private const string TimeForm = "a UTC time such as 2026-01-31T00:00:00.000Z";

    /// <summary>A rule.</summary>
    public static JsonObject Write(AccessRule rule) =>
        new()
        {
            ["id"] = rule.Id,
            ["notes"] = rule.Notes,
            ["mode"] = rule.Mode == AccessMode.Block ? "block" : "whitelist",
            ["configuration"] = new JsonObject { ["target"] = NameOf(rule), ["value"] = rule.Value },
            ["created_on"] = Text(rule.CreatedAt),
            ["modified_on"] = Text(rule.ModifiedAt),
        };

    /// <summary>What a rule looks at, as the API names it.</summary>
    public static string NameOf(AccessRule rule) =>
        rule.Target switch
        {
            AccessTarget.Ip => rule.Value.Contains(':', StringComparison.Ordinal) ? "ip6" : "ip",
            AccessTarget.IpRange => "ip_range",
            AccessTarget.Asn => "asn",
            _ => "country",
        };

    /// <summary>Reads a mode; what is wrong is reported.</summary>
    public static AccessMode? ReadMode(JsonMembers members)
    {
        switch (members.RequireText("mode", ModeForm))
        {
            case "block":
                return AccessMode.Block;
            case "whitelist":
                return AccessMode.Whitelist;
            case "challenge" or "js_challenge" or "managed_challenge":
                members.Report("mode", "a challenge, and challenges come later", ModeForm);
                return null;
            case null:
                return null;
            default:
                members.Report("mode", "something else", ModeForm);
                return null;
        }
    }

    /// <summary>Reads notes; what is wrong is reported.</summary>
    public static string? ReadNotes(JsonMembers members) => RulesetTexts.Read(members, "notes", AccessLimits.NotesCharacters);

    /// <summary>Reads what a rule looks at; what is wrong is reported.</summary>
    public static (AccessTarget Target, string Value)? ReadConfiguration(JsonMembers members)
    {
        if (!members.TryRequireObject("configuration", "an object with target and value", out var configuration))
        {
            return null;
        }

        var target = configuration.RequireText("target", TargetForm);
        var value = configuration.RequireText("value", "what the target is");
        configuration.RefuseOthers();
        if (target is null || value is null)
        {
            return null;
        }

        (AccessTarget, string?, string)? read = target switch
        {
            "ip" or "ip6" => (AccessTarget.Ip, AddressOf(value), "an address, such as 192.0.2.1"),
            "ip_range" => (AccessTarget.IpRange, NetworkOf(value), ListItem.FormOf(ListKind.Ip)),
            "asn" => (AccessTarget.Asn, NumberOf(value), "the number of an autonomous system, such as AS64496"),
            "country" => (AccessTarget.Country, CountryOf(value), CountryForm),
            _ => null,
        };
        if (read is not var (found, canonical, form))
        {
            configuration.Report("target", "something else", TargetForm);
            return null;
        }

        if (canonical is null)
        {
            configuration.Report("value", "something else", form);
            return null;
        }

        return (found, canonical);
    }

    /// <summary>Reads a zone's rules; what is wrong is reported.</summary>
    internal static ImmutableArray<AccessRule> ReadAll(JsonElement list, string pointer, ICollection<ArtifactProblem> problems)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > AccessLimits.RulesInZone)
        {
            problems.Add(
                new ArtifactProblem(pointer, StrictJson.Describe(list), $"an array of at most {AccessLimits.RulesInZone} objects")
            );
            return [];
        }

        var rules = ImmutableArray.CreateBuilder<AccessRule>(list.GetArrayLength());
        var (ids, values) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<(AccessTarget, string)>());
        var index = 0;
        foreach (var element in list.EnumerateArray())
        {
            var members = new JsonMembers(element, string.Create(CultureInfo.InvariantCulture, $"{pointer}/{index++}"), problems);
            if (Read(members) is not { } rule)
            {
                continue;
            }

            if (!ids.Add(rule.Id))
            {
                members.Report("id", "another rule's", "each id once");
            }

            if (!values.Add((rule.Target, rule.Value)))
            {
                members.Report("configuration", "another rule's", "each configuration once");
            }

            rules.Add(rule);
        }

        return rules.DrainToImmutable();
    }

    private static AccessRule? Read(JsonMembers members)
    {
        var id = members.RequireText("id", ArtifactId.Form);
        if (id is not null && !ArtifactId.IsWellFormed(id))
        {
            members.Report("id", "something else", ArtifactId.Form);
        }

        var (mode, configuration, notes) = (ReadMode(members), ReadConfiguration(members), ReadNotes(members));
        var (created, modified) = (ReadTime(members, "created_on"), ReadTime(members, "modified_on"));
        members.RefuseOthers();
        return id is null || mode is null || configuration is not var (target, value) || created is null || modified is null
            ? null
            : new AccessRule
            {
                Id = id,
                Mode = mode.Value,
                Target = target,
                Value = value,
                Notes = notes ?? "",
                CreatedAt = created.Value,
                ModifiedAt = modified.Value,
            };
    }

    internal static string? AddressOf(string text) =>
        ListItem.Canonical(ListKind.Ip, text) is { } address && !address.Contains('/', StringComparison.Ordinal) ? address : null;

    internal static string? NetworkOf(string text) =>
        text.Contains('/', StringComparison.Ordinal) ? ListItem.Canonical(ListKind.Ip, text) : null;

    private static string? NumberOf(string text) =>
        ListItem.Canonical(ListKind.Asn, text.StartsWith("AS", StringComparison.OrdinalIgnoreCase) ? text[2..] : text) is { } number
            ? "AS" + number
            : null;

    private static string? CountryOf(string text) => text.Length == 2 && text.All(char.IsAsciiLetter) ? text.ToUpperInvariant() : null;

    internal static DateTimeOffset? ReadTime(JsonMembers members, string name)
    {
        if (members.RequireText(name, TimeForm) is not { } text)
        {
            return null;
        }

        if (DateTimeOffset.TryParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return time;
        }

        members.Report(name, "something else", TimeForm);
        return null;
    }

    internal static string Text(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);
}
