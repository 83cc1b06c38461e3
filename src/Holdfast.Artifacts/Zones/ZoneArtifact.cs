using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Access;
using Holdfast.Artifacts.Json;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Model.Releases;
using Holdfast.Model.Zones;
using Holdfast.Releases.Canonical;
using Holdfast.Releases.Intake;

namespace Holdfast.Artifacts.Zones;

/// <summary>
/// A zone's configuration as an artifact: <c>{"access_rules":[...],"development_mode_until","id","name","origin","paused","records":[...],"rulesets":[...],"settings":{...},"type"}</c>. Settings stand as in the API
/// (<see cref="ZoneSettingDefinitions"/>). A setting that is missing has its default, and so have <c>development_mode_until</c>,
/// <c>paused</c> and <c>type</c>: an older control can feed a newer edge.
/// Records stand as <see cref="RecordOrigins"/> writes them, rulesets as <see cref="RulesetJson"/> does; <c>rulesets</c> and <c>access_rules</c> (<see cref="AccessRuleJson"/>) are there only when
/// there are some, so that the zones that have none are the same to an edge that knows of none.
/// </summary>
public sealed class ZoneArtifact : IArtifactCheck
{
    /// <summary>The format that <see cref="Write"/> makes, and the only one that is read.</summary>
    public const int FormatVersion = 1;

    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <inheritdoc/>
    public ArtifactKind Kind => ArtifactKind.Zone;

    // So that the buffer seldom grows.
    private const int UsualBytes = 1024;
    private const int UsualRecordBytes = 80;

    /// <summary>The zone's canonical bytes.</summary>
    public static byte[] Write(ZoneConfig zone)
    {
        var settings = new JsonObject();
        foreach (var setting in ZoneSettingDefinitions.All)
        {
            settings[setting.Id] = setting.Read(zone.Settings);
        }

        var writer = new CanonicalJsonWriter(UsualBytes + (zone.Records.Length * UsualRecordBytes));
        writer.StartObject();
        if (!zone.AccessRules.IsEmpty)
        {
            writer.Name("access_rules");
            writer.Value(new JsonArray([.. zone.AccessRules.Select(rule => (JsonNode)AccessRuleJson.Write(rule))]));
        }

        writer.Name("development_mode_until");
        writer.Value(zone.DevelopmentModeUntil?.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture));
        writer.Name("id");
        writer.Value(zone.Id);
        if (!zone.Lockdowns.IsEmpty)
        {
            writer.Name("lockdowns");
            writer.Value(new JsonArray([.. zone.Lockdowns.Select(rule => (JsonNode)LockdownJson.Write(rule))]));
        }

        writer.Name("name");
        writer.Value(zone.Name);
        writer.Name("origin");
        writer.Value(zone.Origin?.ToString());
        writer.Name("paused");
        writer.Value(zone.Paused);
        writer.Name("records");
        RecordOrigins.Write(writer, zone.Records);
        if (!zone.Rulesets.IsEmpty)
        {
            writer.Name("rulesets");
            writer.Value(new JsonArray([.. zone.Rulesets.Select(ruleset => (JsonNode)RulesetJson.Write(ruleset))]));
        }

        writer.Name("settings");
        writer.Value(settings);
        writer.Name("type");
        writer.Value(ZoneTypeNames.Of(zone.Type));
        if (!zone.UserAgentRules.IsEmpty)
        {
            writer.Name("ua_rules");
            writer.Value(new JsonArray([.. zone.UserAgentRules.Select(rule => (JsonNode)UserAgentRuleJson.Write(rule))]));
        }

        writer.EndObject();
        return writer.ToArray();
    }

    /// <summary>Reads a zone. Never throws for what the bytes are.</summary>
    /// <param name="formatVersion">The payload's format.</param>
    /// <param name="payload">The payload.</param>
    /// <param name="zone">The zone when there is no problem.</param>
    /// <param name="problems">Every problem found.</param>
    public static bool TryParse(
        int formatVersion,
        ReadOnlySpan<byte> payload,
        [NotNullWhen(true)] out ZoneConfig? zone,
        out IReadOnlyList<ArtifactProblem> problems
    )
    {
        var found = new List<ArtifactProblem>();
        problems = found;
        zone = null;
        if (formatVersion != FormatVersion)
        {
            found.Add(new ArtifactProblem("", $"format {formatVersion}", $"format {FormatVersion}"));
            return false;
        }

        if (!StrictJson.TryParse(payload, found, out var document))
        {
            return false;
        }

        using (document)
        {
            var read = Read(document.RootElement, found);
            zone = found.Count == 0 ? read : null;
            return zone is not null;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ArtifactProblem> Check(int formatVersion, ReadOnlySpan<byte> payload)
    {
        TryParse(formatVersion, payload, out _, out var problems);
        return problems;
    }

    private static ZoneConfig? Read(JsonElement root, List<ArtifactProblem> problems)
    {
        var members = new JsonMembers(root, "", problems);
        var id = members.RequireText("id", ArtifactId.Form);
        if (id is not null && !ArtifactId.IsWellFormed(id))
        {
            members.Report("id", "something else", ArtifactId.Form);
        }

        var name = members.RequireText("name", "a zone's name");
        if (name is not null && ZoneName.TryNormalize(name, out var canonical, out _) is var isName && (!isName || canonical != name))
        {
            members.Report("name", "no zone name in canonical form", "a host name such as example.com or *.example.com, an address, or *");
        }

        OriginUrl? origin = null;
        if (members.OptionalText("origin", "null or a URL") is { } text && !OriginUrl.TryParse(text, out origin, out var error))
        {
            members.Report("origin", error, "null, http://HOST[:PORT], https://HOST[:PORT] or h2c://HOST[:PORT]");
        }

        var records = members.TryGet("records", out var list)
            ? RecordOrigins.Read(list, members.PointerTo("records"), name ?? "", problems)
            : [];
        var access = members.TryGet("access_rules", out var rulesOfAccess)
            ? AccessRuleJson.ReadAll(rulesOfAccess, members.PointerTo("access_rules"), problems)
            : [];
        var lockdowns = members.TryGet("lockdowns", out var locked)
            ? LockdownJson.ReadAll(locked, members.PointerTo("lockdowns"), problems)
            : [];
        var agents = members.TryGet("ua_rules", out var refused)
            ? UserAgentRuleJson.ReadAll(refused, members.PointerTo("ua_rules"), problems)
            : [];
        var rulesets = members.TryGet("rulesets", out var rules) ? RulesetJson.ReadAll(rules, members.PointerTo("rulesets"), problems) : [];
        var settings = new ZoneSettings();
        if (members.TryRequire("settings", "an object", out var value))
        {
            settings = ReadSettings(new JsonMembers(value, members.PointerTo("settings"), problems));
        }

        var paused = ReadPaused(members);
        var type = ReadType(members);
        var developmentModeUntil = ReadDevelopmentModeUntil(members);
        members.RefuseOthers();
        return id is null || name is null
            ? null
            : new ZoneConfig
            {
                Id = id,
                Name = name,
                Origin = origin,
                Type = type,
                Paused = paused,
                DevelopmentModeUntil = developmentModeUntil,
                Records = records,
                Rulesets = rulesets,
                AccessRules = access,
                Lockdowns = lockdowns,
                UserAgentRules = agents,
                Settings = settings,
            };
    }

    private static bool ReadPaused(JsonMembers members)
    {
        if (members.TryGet("paused", out var value) && value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            members.Report("paused", StrictJson.Describe(value), "true or false");
        }

        return value.ValueKind == JsonValueKind.True;
    }

    private static ZoneType ReadType(JsonMembers members)
    {
        var type = ZoneType.Full;
        if (members.OptionalText("type", ZoneTypeNames.Allowed) is { } text && !ZoneTypeNames.TryParse(text, out type))
        {
            members.Report("type", "something else", ZoneTypeNames.Allowed);
        }

        return type;
    }

    private static DateTimeOffset? ReadDevelopmentModeUntil(JsonMembers members)
    {
        const string form = "null or a UTC time such as 2026-01-31T00:00:00Z";
        if (members.OptionalText("development_mode_until", form) is not { } text)
        {
            return null;
        }

        if (DateTimeOffset.TryParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var until))
        {
            return until;
        }

        members.Report("development_mode_until", "something else", form);
        return null;
    }

    private static ZoneSettings ReadSettings(JsonMembers members)
    {
        var settings = new ZoneSettings();
        foreach (var setting in ZoneSettingDefinitions.All)
        {
            if (!members.TryGet(setting.Id, out var value))
            {
                continue;
            }

            if (setting.Write(settings, value) is { } changed)
            {
                settings = changed;
            }
            else
            {
                members.Report(setting.Id, StrictJson.Describe(value), setting.Allowed);
            }
        }

        members.RefuseOthers();
        if (ZoneSettingDefinitions.Conflict(settings) is var (id, found, allowed))
        {
            members.Report(id, found, allowed);
        }

        return settings;
    }
}
