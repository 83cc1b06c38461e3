using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Holdfast.Artifacts.Json;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Cli.Terminal;
using Holdfast.Model.Rulesets;
using Holdfast.Releases.Intake;

namespace Holdfast.Cli.RuleTrials;

/// <summary>
/// Rules as a file or the API writes them: an array of rules of one phase, a ruleset (<c>{"phase", "rules"}</c>, as <c>ruleset show --json</c>
/// writes it), or an array of rulesets. They are checked as control checks them.
/// </summary>
internal static class RuleFile
{
    private const long MostBytes = 64L * 1024 * 1024;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="phase">The phase of rules that name none.</param>
    /// <exception cref="CliFailure">It cannot be read, or a rule in it is wrong: the message names the place.</exception>
    public static ImmutableArray<RulesetConfig> Read(string path, string phase)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MostBytes } large)
            {
                throw new CliFailure($"{path} has {large.Length} bytes, and may have {MostBytes}");
            }

            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return Of(document.RootElement, phase, path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CliFailure($"{path} cannot be read: {Printable.From(fault.Message)}");
        }
    }

    /// <summary>Reads what a file or an answer says.</summary>
    /// <param name="root">The rules.</param>
    /// <param name="phase">The phase of rules that name none.</param>
    /// <param name="place">Where they are from, for messages.</param>
    /// <exception cref="CliFailure">A rule is wrong; the message names the place.</exception>
    public static ImmutableArray<RulesetConfig> Of(JsonElement root, string phase, string place)
    {
        var problems = new List<ArtifactProblem>();
        var rulesets = ImmutableArray.CreateBuilder<RulesetConfig>();
        foreach (var (element, pointer) in Rulesets(root))
        {
            var isBare = element.ValueKind == JsonValueKind.Array;
            var name =
                isBare ? phase
                : element.ValueKind == JsonValueKind.Object && element.TryGetProperty("phase", out var named) ? named.ToString()
                : phase;
            if (RulesetPhase.ProblemOf(name) is { } problem)
            {
                throw new CliFailure($"{place}: {pointer}/phase is {Printable.From(problem)}; allowed is {RulesetPhase.Allowed}");
            }

            var rules =
                isBare ? element
                : element.TryGetProperty("rules", out var inside) ? inside
                : throw new CliFailure($"{place}: {pointer} has no member 'rules'");
            rulesets.Add(Ruleset(name, rules, isBare ? pointer : pointer + "/rules", problems));
        }

        if (problems.Count > 0)
        {
            throw new CliFailure(
                $"{place}: {Printable.From(problems[0].ToString())}{(problems.Count > 1 ? $", and {problems.Count - 1} more" : "")}"
            );
        }

        return rulesets.Select(ruleset => ruleset.Phase).Distinct(StringComparer.Ordinal).Count() == rulesets.Count
            ? [.. rulesets.OrderBy(ruleset => RulesetPhase.Order(ruleset.Phase))]
            : throw new CliFailure($"{place}: a phase is there twice");
    }

    /// <summary>Reads a ruleset of the account, whole as the API writes it.</summary>
    /// <exception cref="CliFailure">It is none; the message names the place.</exception>
    public static RulesetConfig OfAccount(JsonElement root, string place)
    {
        var problems = new List<ArtifactProblem>();
        var ruleset = RulesetJson.Read(new JsonMembers(root, "", problems), problems, RulesetKind.Root, RulesetKind.Custom);
        return problems.Count == 0 && ruleset is not null
            ? ruleset
            : throw new CliFailure($"{place}: {Printable.From(problems[0].ToString())}");
    }

    private static IEnumerable<(JsonElement Element, string Pointer)> Rulesets(JsonElement root) =>
        root.ValueKind == JsonValueKind.Array && root.GetArrayLength() > 0 && IsRuleset(root[0])
            ? root.EnumerateArray().Select((element, i) => (element, string.Create(CultureInfo.InvariantCulture, $"/{i}")))
        : root.ValueKind is JsonValueKind.Array or JsonValueKind.Object ? [(root, "")]
        : throw new CliFailure("rules are an array of rules, a ruleset, or an array of rulesets");

    private static bool IsRuleset(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("rules", out _);

    private static RulesetConfig Ruleset(string phase, JsonElement list, string pointer, List<ArtifactProblem> problems)
    {
        var rules = ImmutableArray.CreateBuilder<RuleConfig>();
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > RulesetLimits.RulesInZone)
        {
            problems.Add(new ArtifactProblem(pointer, StrictJson.Describe(list), $"an array of at most {RulesetLimits.RulesInZone} rules"));
            list = default;
        }

        var index = 0;
        foreach (var element in list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default)
        {
            var members = new JsonMembers(element, string.Create(CultureInfo.InvariantCulture, $"{pointer}/{index}"), problems);
            var draft = RuleDraft.Read(members, phase, problems);
            members.TryGet("version", out _);
            members.TryGet("last_updated", out _);
            members.RefuseOthers();
            index++;
            if (draft is not null)
            {
                var number = index.ToString(CultureInfo.InvariantCulture);
                rules.Add(
                    new RuleConfig
                    {
                        Id = draft.Id ?? number,
                        Ref = draft.Ref ?? draft.Id ?? number,
                        Version = 1,
                        LastUpdated = DateTimeOffset.UnixEpoch,
                        Expression = draft.Expression,
                        Action = draft.Action,
                        RateLimit = draft.RateLimit,
                        Enabled = draft.Enabled,
                        Logging = draft.Logging,
                        Description = draft.Description,
                    }
                );
            }
        }

        return new RulesetConfig
        {
            Id = phase,
            Name = phase,
            Phase = phase,
            Version = 1,
            LastUpdated = DateTimeOffset.UnixEpoch,
            Rules = rules.DrainToImmutable(),
        };
    }
}
