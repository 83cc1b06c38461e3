using Holdfast.Artifacts.Json;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Model.Rulesets;
using Holdfast.Releases.Intake;

namespace Holdfast.Control.Storage;

/// <summary>Rulesets as they stand in the database: canonical JSON.</summary>
internal static class StoredRuleset
{
    /// <summary>A row's ruleset.</summary>
    /// <param name="json">Its JSON.</param>
    /// <param name="what">What it is, for the message.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static RulesetConfig Of(byte[] json, string what)
    {
        var problems = new List<ArtifactProblem>();
        if (StrictJson.TryParse(json, problems, out var document))
        {
            using (document)
            {
                var members = new JsonMembers(document.RootElement, "", problems);
                var ruleset = RulesetJson.Read(members, problems, RulesetKind.Zone, RulesetKind.Root, RulesetKind.Custom, RulesetKind.Access);
                if (ruleset is not null && problems.Count == 0)
                {
                    return ruleset;
                }
            }
        }

        throw new InvalidDataException($"{what} in the database is damaged: {problems[0]}");
    }
}
