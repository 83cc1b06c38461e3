using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Bots;
using Holdfast.Releases.Intake;
using Holdfast.Rules.Checks;
using Holdfast.Rules.Fields;
using Holdfast.Rules.Parsing;
using Holdfast.Rules.Phases;
using Holdfast.Rules.Types;

namespace Holdfast.Artifacts.Bots;

/// <summary>Reads the members of a bot feature file, of whoever sends it.</summary>
/// <param name="limits">How much it may be.</param>
/// <param name="problems">Gets what is wrong.</param>
public sealed class BotFeatureJson(BotFeatureLimits limits, ICollection<ArtifactProblem> problems)
{
    // Of a file that is wrong all over, the first few say enough.
    private const int MostProblems = 20;

    private const string NameForm = "1 to 64 lower-case letters, digits and underscores";
    private const string WeightForm = "a whole number from -100 to 100, not 0";
    private const string ExpressionForm = "an expression of the rules language over the request's head, the connection and the address";

    private static readonly string EvidenceForm = string.Create(
        CultureInfo.InvariantCulture,
        $"a whole number from 1 to {BotFeatureLimits.MostEvidence}"
    );

    /// <summary>What features may call: what custom rules may. They read no list, because lists change by themselves.</summary>
    public static RuleScope Scope { get; } =
        new(new ExpressionPlace(ExpressionUse.Filter, RulePhase.HttpRequestFirewallCustom))
        {
            Lists = FrozenDictionary<string, RuleType>.Empty,
        };

    /// <summary>Reads everything but <c>rows_before</c>; what is wrong is reported.</summary>
    /// <param name="members">The file's members.</param>
    /// <param name="before">How many features the file has that it replaces, if that is known.</param>
    public BotFeaturesConfig? Read(JsonMembers members, int? before)
    {
        var any = members.OptionalFlag("any_row_change") ?? false;
        var evidence = Whole(members, "least_evidence", 1, BotFeatureLimits.MostEvidence, EvidenceForm);
        var form = string.Create(CultureInfo.InvariantCulture, $"an array of 1 to {limits.MostFeatures} features");
        var features = ImmutableArray<BotFeature>.Empty;
        int? count = null;
        if (members.TryRequire("features", form, out var array))
        {
            if (array.ValueKind != JsonValueKind.Array)
            {
                members.Report("features", StrictJson.Describe(array), form);
            }
            else if (array.GetArrayLength() is var length && (length == 0 || length > limits.MostFeatures))
            {
                members.Report("features", $"an array of {length}", form);
            }
            else
            {
                count = array.GetArrayLength();
                features = ReadAll(members, array);
            }
        }

        var rows = ReadRows(members, count);
        if (before is { } was && count is { } now && !limits.AllowsChange(was, now, any))
        {
            members.Report("features", BotFeatureLimits.ChangeFound(was, now), BotFeatureLimits.ChangeForm(was));
        }

        return evidence is null || rows is null
            ? null
            : new BotFeaturesConfig
            {
                Features = features,
                LeastEvidence = (int)evidence,
                Rows = rows.Value,
                RowsBefore = before,
                AnyRowChange = any,
            };
    }

    private int? ReadRows(JsonMembers members, int? count)
    {
        const string allowed = "the number of features that were written";
        var rows = Whole(members, "rows", 1, int.MaxValue, allowed);
        if (limits.AreCountsChecked && rows is not null && count is not null && rows != count)
        {
            members.Report("rows", rows.Value.ToString(CultureInfo.InvariantCulture), $"{count}, as many as there are features");
        }

        return (int?)rows;
    }

    private ImmutableArray<BotFeature> ReadAll(JsonMembers members, JsonElement array)
    {
        var features = ImmutableArray.CreateBuilder<BotFeature>(array.GetArrayLength());
        var names = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var element in array.EnumerateArray())
        {
            if (problems.Count >= MostProblems)
            {
                return [];
            }

            var feature = ReadOne(members.At("features", element, index++));
            if (feature is null)
            {
                continue;
            }

            if (!names.Add(feature.Name) && limits.AreCountsChecked)
            {
                var place = string.Create(CultureInfo.InvariantCulture, $"{members.PointerTo("features")}/{index - 1}/name");
                problems.Add(new ArtifactProblem(place, $"'{feature.Name}', which another feature has", "each name once"));
            }

            features.Add(feature);
        }

        return features.ToImmutable();
    }

    private static BotFeature? ReadOne(JsonMembers members)
    {
        var name = members.RequireText("name", NameForm);
        if (name is not null && !IsName(name))
        {
            members.Report("name", "something else", NameForm);
        }

        var weight = Whole(members, "weight", -BotFeatureLimits.MostWeight, BotFeatureLimits.MostWeight, WeightForm);
        if (weight == 0)
        {
            members.Report("weight", "0", WeightForm);
        }

        var expression = members.RequireText("expression", ExpressionForm);
        if (expression is not null)
        {
            CheckExpression(members, expression);
        }

        members.RefuseOthers();
        return name is null || weight is null || expression is null ? null : new BotFeature(name, expression, (int)weight);
    }

    private static void CheckExpression(JsonMembers members, string text)
    {
        var reading = RuleParser.ReadFilter(text, Scope);
        if (reading.Errors is [var error, ..])
        {
            members.Report("expression", $"no valid expression: {error}", ExpressionForm);
        }
        else if (SignalReads.Of(reading.Tree!).FirstOrDefault(field => !CanRead(field.Source)) is { } field)
        {
            members.Report("expression", $"one that reads {field.Name}", ExpressionForm);
        }
    }

    // One that must be there; null is something else too.
    private static long? Whole(JsonMembers members, string name, long least, long most, string allowed)
    {
        if (!members.TryRequire(name, allowed, out var value))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most)
        {
            return number;
        }

        members.Report(name, StrictJson.Describe(value), allowed);
        return null;
    }

    // A score that reads a score has none, and what comes later is not there yet.
    private static bool CanRead(SignalSource source) =>
        source is SignalSource.Request or SignalSource.Connection or SignalSource.Country or SignalSource.AutonomousSystem;

    private static bool IsName(string name) =>
        name.Length is >= 1 and <= BotFeatureLimits.NameCharacters && name.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '_');
}
