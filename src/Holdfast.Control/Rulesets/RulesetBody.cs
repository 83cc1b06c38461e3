using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Holdfast.Artifacts.Json;
using Holdfast.Artifacts.Lists;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Control.Envelope;
using Holdfast.Model.Rulesets;

namespace Holdfast.Control.Rulesets;

/// <summary>What a request says of a ruleset as a whole.</summary>
/// <param name="Name">Its name, or null when nothing is said of it.</param>
/// <param name="Description">What it is for, or null.</param>
/// <param name="Rules">All of its rules, with their places in the request; null when nothing is said of them.</param>
internal sealed record RulesetBody(string? Name, string? Description, IReadOnlyList<PlacedDraft>? Rules)
{
    private static readonly string RulesForm = string.Create(
        CultureInfo.InvariantCulture,
        $"an array of at most {RulesetLimits.RulesInZone} rules"
    );

    /// <summary>Reads it; what is wrong is reported.</summary>
    /// <param name="body">The request.</param>
    /// <param name="phase">The ruleset's phase.</param>
    /// <param name="warnings">Gets what is right and maybe not meant.</param>
    /// <param name="lists">The lists that rules can name.</param>
    public static RulesetBody Read(RequestBody body, string phase, ICollection<RuleWarning> warnings, KnownLists lists)
    {
        var members = body.Members;
        var name = RulesetTexts.Read(members, "name", RulesetLimits.NameCharacters);
        var description = RulesetTexts.Read(members, "description", RulesetLimits.DescriptionCharacters);

        // What a client read and sends back is no mistake as long as it is so.
        if (members.OptionalText("kind", RulesetJson.Kind) is not (null or RulesetJson.Kind))
        {
            members.Report("kind", "another", RulesetJson.Kind);
        }

        if (members.OptionalText("phase", phase) is { } said && said != phase)
        {
            members.Report("phase", $"'{said}'", $"'{phase}': a ruleset stays in its phase");
        }

        foreach (var given in (ReadOnlySpan<string>)["id", "version", "last_updated"])
        {
            members.TryGet(given, out _);
        }

        return new RulesetBody(name, description, ReadRules(body, phase, warnings, lists));
    }

    /// <summary>Reads one rule.</summary>
    public static PlacedDraft? ReadRule(
        JsonMembers members,
        RequestBody body,
        string phase,
        ICollection<RuleWarning> warnings,
        KnownLists lists
    )
    {
        // What control says of a rule and a client sends back.
        members.TryGet("version", out _);
        members.TryGet("last_updated", out _);
        var draft = RuleDraft.Read(members, phase, body.Problems, warnings, lists);
        return draft is null ? null : new PlacedDraft(draft, members.PointerTo("")[..^1]);
    }

    private static ImmutableArray<PlacedDraft>? ReadRules(
        RequestBody body,
        string phase,
        ICollection<RuleWarning> warnings,
        KnownLists lists
    )
    {
        if (!body.Members.TryGet("rules", out var list))
        {
            return null;
        }

        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > RulesetLimits.RulesInZone)
        {
            body.Members.Report("rules", StrictJson.Describe(list), RulesForm);
            return null;
        }

        var rules = ImmutableArray.CreateBuilder<PlacedDraft>(list.GetArrayLength());
        var index = 0;
        foreach (var element in list.EnumerateArray())
        {
            var place = string.Create(CultureInfo.InvariantCulture, $"/rules/{index++}");
            var members = new JsonMembers(element, place, body.Problems);
            if (ReadRule(members, body, phase, warnings, lists) is { } draft)
            {
                rules.Add(draft);
            }

            members.RefuseOthers();
        }

        return rules.DrainToImmutable();
    }
}

/// <summary>A rule of a request.</summary>
/// <param name="Draft">The rule.</param>
/// <param name="Pointer">Where it stands; empty for the whole body.</param>
internal sealed record PlacedDraft(RuleDraft Draft, string Pointer);
