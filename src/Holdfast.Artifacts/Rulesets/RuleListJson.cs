using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Rulesets;
using Holdfast.Releases.Intake;

namespace Holdfast.Artifacts.Rulesets;

/// <summary>The rules of a ruleset as they stand in an artifact: each with its id, version, date and ref.</summary>
internal static class RuleListJson
{
    private const string TimeForm = "a UTC time such as 2026-01-31T00:00:00.000Z";
    private const string VersionForm = "a whole number from 1, as a string";

    /// <summary>Reads them; what is wrong is reported.</summary>
    /// <param name="list">An array.</param>
    /// <param name="phase">The ruleset's phase, one that its kind has.</param>
    /// <param name="kind">The ruleset's kind.</param>
    /// <param name="pointer">Where the array is.</param>
    /// <param name="problems">Gets what is wrong.</param>
    public static ImmutableArray<RuleConfig> Read(
        JsonElement list,
        string phase,
        RulesetKind kind,
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
            var draft = RuleDraft.Read(members, phase, problems, kind: kind);
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
                    Categories = draft.Categories,
                    Description = draft.Description,
                }
            );
        }

        return rules.DrainToImmutable();
    }

    /// <summary>Reads a member <c>id</c>; null when it is missing.</summary>
    public static string? ReadId(JsonMembers members)
    {
        var id = members.RequireText("id", ArtifactId.Form);
        if (id is not null && !ArtifactId.IsWellFormed(id))
        {
            members.Report("id", "something else", ArtifactId.Form);
        }

        return id;
    }

    /// <summary>Reads a member <c>version</c>; 0 when it is wrong.</summary>
    public static long ReadVersion(JsonMembers members)
    {
        if (members.RequireText("version", VersionForm) is not { } text)
        {
            return 0;
        }

        if (
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            && version is >= 1 and < int.MaxValue
            && text == version.ToString(CultureInfo.InvariantCulture)
        )
        {
            return version;
        }

        members.Report("version", "something else", VersionForm);
        return 0;
    }

    /// <summary>Reads a member <c>last_updated</c>; null when it is wrong.</summary>
    public static DateTimeOffset? ReadTime(JsonMembers members)
    {
        if (members.RequireText("last_updated", TimeForm) is not { } text)
        {
            return null;
        }

        if (
            DateTimeOffset.TryParseExact(
                text,
                RulesetJson.TimeFormat,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var time
            )
        )
        {
            return time;
        }

        members.Report("last_updated", "something else", TimeForm);
        return null;
    }
}
