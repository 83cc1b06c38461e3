using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Access;
using Holdfast.Releases.Intake;

namespace Holdfast.Artifacts.Access;

/// <summary>What lockdowns and user agent rules have in common: an array of objects, each with an id of its own.</summary>
internal static class OlderRuleJson
{
    /// <summary>Reads a zone's; what is wrong is reported.</summary>
    /// <param name="list">The array.</param>
    /// <param name="pointer">Where it is.</param>
    /// <param name="problems">Gets what is wrong.</param>
    /// <param name="read">Reads one but its id; null when it is wrong.</param>
    public static ImmutableArray<T> ReadAll<T>(
        JsonElement list,
        string pointer,
        ICollection<ArtifactProblem> problems,
        Func<JsonMembers, string, T?> read
    )
        where T : class
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > AccessLimits.OlderRulesInZone)
        {
            problems.Add(
                new ArtifactProblem(pointer, StrictJson.Describe(list), $"an array of at most {AccessLimits.OlderRulesInZone} objects")
            );
            return [];
        }

        var rules = ImmutableArray.CreateBuilder<T>(list.GetArrayLength());
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var element in list.EnumerateArray())
        {
            var members = new JsonMembers(element, string.Create(CultureInfo.InvariantCulture, $"{pointer}/{index++}"), problems);
            var id = members.RequireText("id", ArtifactId.Form);
            if (id is not null && !ArtifactId.IsWellFormed(id))
            {
                members.Report("id", "something else", ArtifactId.Form);
            }
            else if (id is not null && !ids.Add(id))
            {
                members.Report("id", "another rule's", "each id once");
            }

            if (read(members, id ?? "") is { } rule)
            {
                rules.Add(rule);
            }

            members.RefuseOthers();
        }

        return rules.DrainToImmutable();
    }
}
