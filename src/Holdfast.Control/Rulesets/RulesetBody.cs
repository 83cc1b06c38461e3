using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Holdfast.Artifacts.Json;
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
    /// <param name="kind">The ruleset's kind.</param>
    /// <param name="warnings">Gets what is right and maybe not meant.</param>
    /// <param name="references">What rules can refer to.</param>
    public static RulesetBody Read(
        RequestBody body,
        string phase,
        RulesetKind kind,
        ICollection<RuleWarning> warnings,
        RuleReferences references
    )
    {
        var members = body.Members;
        var title = RulesetTexts.Read(members, "name", RulesetLimits.NameCharacters);
        var description = RulesetTexts.Read(members, "description", RulesetLimits.DescriptionCharacters);

        // What a client read and sends back is no mistake as long as it is so.
        var name = RulesetKinds.NameOf(kind);
        if (members.OptionalText("kind", name) is { } said && said != name)
        {
            members.Report("kind", "another", name);
        }

        if (members.OptionalText("phase", phase) is { } place && place != phase)
        {
            members.Report("phase", $"'{place}'", $"'{phase}': a ruleset stays in its phase");
        }

        foreach (var given in (ReadOnlySpan<string>)["id", "version", "last_updated"])
        {
            members.TryGet(given, out _);
        }

        return new RulesetBody(title, description, ReadRules(body, phase, kind, warnings, references));
    }

    /// <summary>Reads one rule.</summary>
    public static PlacedDraft? ReadRule(
        JsonMembers members,
        RequestBody body,
        string phase,
        RulesetKind kind,
        ICollection<RuleWarning> warnings,
        RuleReferences references
    )
    {
        // What control says of a rule and a client sends back.
        members.TryGet("version", out _);
        members.TryGet("last_updated", out _);
        var draft = RuleDraft.Read(members, phase, body.Problems, warnings, references.Lists, kind);
        if (
            draft is not null
            && references.Rulesets.ProblemOf(draft.Action, phase) is var (member, found, allowed)
            && members.TryGetObject("action_parameters", out var parameters)
        )
        {
            parameters.Report(member, found, allowed);
        }

        return draft is null ? null : new PlacedDraft(draft, members.PointerTo("")[..^1]);
    }

    private static ImmutableArray<PlacedDraft>? ReadRules(
        RequestBody body,
        string phase,
        RulesetKind kind,
        ICollection<RuleWarning> warnings,
        RuleReferences references
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
            if (ReadRule(members, body, phase, kind, warnings, references) is { } draft)
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
