using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Holdfast.Artifacts.Json;
using Holdfast.Artifacts.Lists;
using Holdfast.Model.Rulesets;
using Holdfast.Releases.Intake;
using Holdfast.Rules.Phases;

namespace Holdfast.Artifacts.Rulesets;

/// <summary>A rule as somebody writes it, before it has an id, a version and a date.</summary>
public sealed record RuleDraft
{
    private static readonly string RefForm = string.Create(
        CultureInfo.InvariantCulture,
        $"1 to {RulesetLimits.RefCharacters} letters, digits, hyphens, underscores and full stops"
    );

    /// <summary>The rule that it is a new state of; null for a new one.</summary>
    public string? Id { get; init; }

    /// <summary>Its name for its owner, or null.</summary>
    public string? Ref { get; init; }

    /// <summary>When it acts.</summary>
    public required string Expression { get; init; }

    /// <summary>What it does.</summary>
    public required RuleAction Action { get; init; }

    /// <summary>The limit beyond which it acts, or null.</summary>
    public required RateLimitConfig? RateLimit { get; init; }

    /// <summary>Whether it is asked at all.</summary>
    public required bool Enabled { get; init; }

    /// <summary>Whether the log names it; null for the action's habit.</summary>
    public required bool? Logging { get; init; }

    /// <summary>What kinds of rule it is one of.</summary>
    public ImmutableArray<string> Categories { get; init; } = [];

    /// <summary>What it is for, or empty.</summary>
    public required string Description { get; init; }

    /// <summary>
    /// Reads a rule's members, all but version and date. Those that nobody knows are left to the caller to refuse.
    /// </summary>
    /// <param name="members">The rule.</param>
    /// <param name="phase">The phase of its ruleset, one that edges run.</param>
    /// <param name="problems">Gets what is wrong, as <paramref name="members"/> does.</param>
    /// <param name="warnings">Gets what is right and maybe not what was meant, with its place; null when nobody asks.</param>
    /// <param name="lists">The lists that there are, null when that is not known, and then any will do.</param>
    /// <param name="kind">The ruleset's kind.</param>
    /// <returns>Null when there is a problem.</returns>
    public static RuleDraft? Read(
        JsonMembers members,
        string phase,
        ICollection<ArtifactProblem> problems,
        ICollection<RuleWarning>? warnings = null,
        KnownLists? lists = null,
        RulesetKind kind = RulesetKind.Zone
    )
    {
        if (!members.IsObject || !RulePhases.TryFind(phase, out var found))
        {
            return null;
        }

        var id = members.OptionalText("id", ArtifactId.Form);
        if (id is not null && !ArtifactId.IsWellFormed(id))
        {
            members.Report("id", "something else", ArtifactId.Form);
        }

        var reference = members.OptionalText("ref", RefForm);
        if (reference is not null && !IsRef(reference))
        {
            members.Report("ref", "something else", RefForm);
        }

        var action = RuleActions.Read(members, found.Value, problems);
        if (action is ExecuteAction && kind == RulesetKind.Custom)
        {
            members.Report("action", "'execute'", "another: a ruleset that is executed executes none; rules of entry points do");
        }

        var limit = RateLimitJson.ReadOf(members, found.Value, action, problems, lists);
        var expression = RuleExpressions.ReadFilter(members, "expression", found.Value, warnings, lists);
        var description = RulesetTexts.Read(members, "description", RulesetLimits.DescriptionCharacters) ?? "";
        var enabled = members.OptionalFlag("enabled") ?? true;
        var logging = ReadLogging(members);
        var categories = ReadCategories(members, kind);
        return action is null || expression is null
            ? null
            : new RuleDraft
            {
                Id = id,
                Ref = reference,
                Expression = expression,
                Action = action,
                RateLimit = limit,
                Enabled = enabled,
                Logging = logging,
                Categories = categories,
                Description = description,
            };
    }

    private static ImmutableArray<string> ReadCategories(JsonMembers members, RulesetKind kind)
    {
        if (kind == RulesetKind.Custom)
        {
            return members.OptionalTexts("categories", RuleCategory.Form, 0, RulesetLimits.Categories, RuleCategory.IsWellFormed);
        }

        // Cloudflare's clients send an empty array with what has none.
        if (
            members.TryGet("categories", out var value)
            && !(value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0)
            && value.ValueKind != JsonValueKind.Null
        )
        {
            members.Report("categories", StrictJson.Describe(value), "nothing: rules of rulesets of the kind custom have them");
        }

        return [];
    }

    private static bool? ReadLogging(JsonMembers members)
    {
        if (!members.TryGetObject("logging", out var logging))
        {
            return null;
        }

        const string allowed = "true or false";
        bool? enabled = null;
        if (logging.TryRequire("enabled", allowed, out var value))
        {
            if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            {
                enabled = value.ValueKind == JsonValueKind.True;
            }
            else
            {
                logging.Report("enabled", StrictJson.Describe(value), allowed);
            }
        }

        logging.RefuseOthers();
        return enabled;
    }

    private static bool IsRef(string text) =>
        text.Length is > 0 and <= RulesetLimits.RefCharacters && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}

/// <summary>Something about a rule that is right, and maybe not what was meant.</summary>
/// <param name="Pointer">The place (RFC 6901).</param>
/// <param name="Message">What there is to say.</param>
public sealed record RuleWarning(string Pointer, string Message);
