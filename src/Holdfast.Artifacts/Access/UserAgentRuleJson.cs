using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Model.Access;
using Holdfast.Releases.Intake;

namespace Holdfast.Artifacts.Access;

/// <summary>
/// User agent rules as they stand in a zone's artifact and in control's answers:
/// <c>{"configuration":{"target":"ua","value"},"description","id","mode":"block","paused"}</c>.
/// </summary>
public static class UserAgentRuleJson
{
    private const string Target = "ua";
    private const string Block = "block";

    private static readonly string ValueForm = string.Create(
        CultureInfo.InvariantCulture,
        $"the whole User-Agent: 1 to {AccessLimits.UserAgentCharacters} ASCII characters that can be seen, and spaces within"
    );

    /// <summary>A rule.</summary>
    public static JsonObject Write(UserAgentRule rule) =>
        new()
        {
            ["id"] = rule.Id,
            ["description"] = rule.Description,
            ["mode"] = Block,
            ["configuration"] = new JsonObject { ["target"] = Target, ["value"] = rule.UserAgent },
            ["paused"] = rule.Paused,
        };

    /// <summary>Reads all of a rule but its id; what is wrong is reported.</summary>
    /// <param name="members">The rule.</param>
    /// <param name="id">Its id.</param>
    /// <param name="before">What holds of what is not said; null for what is usual.</param>
    /// <returns>Null when there is a problem.</returns>
    public static UserAgentRule? Read(JsonMembers members, string id, UserAgentRule? before = null)
    {
        var mode = members.RequireText("mode", Block);
        if (mode is not (null or Block))
        {
            members.Report(
                "mode",
                mode is "challenge" or "js_challenge" or "managed_challenge" ? "a challenge, and challenges come later" : "something else",
                Block
            );
        }

        string? value = null;
        if (members.TryRequireObject("configuration", "an object with target and value", out var configuration))
        {
            if (configuration.RequireText("target", Target) is not (null or Target))
            {
                configuration.Report("target", "something else", Target);
            }

            value = configuration.RequireText("value", ValueForm);
            if (value is not null && !IsAgent(value))
            {
                configuration.Report("value", "something else", ValueForm);
            }

            configuration.RefuseOthers();
        }

        var paused = members.OptionalFlag("paused") ?? before?.Paused ?? false;
        var description = RulesetTexts.Read(members, "description", AccessLimits.NotesCharacters) ?? before?.Description ?? "";
        return value is null || mode is null
            ? null
            : new UserAgentRule
            {
                Id = id,
                UserAgent = value,
                Paused = paused,
                Description = description,
            };
    }

    /// <summary>Reads a zone's rules; what is wrong is reported.</summary>
    internal static ImmutableArray<UserAgentRule> ReadAll(JsonElement list, string pointer, ICollection<ArtifactProblem> problems)
    {
        var agents = new HashSet<string>(StringComparer.Ordinal);
        return OlderRuleJson.ReadAll(
            list,
            pointer,
            problems,
            (members, id) =>
            {
                var rule = Read(members, id);
                if (rule is not null && !agents.Add(rule.UserAgent))
                {
                    members.Report("configuration", "another rule's", "each user agent once");
                }

                return rule;
            }
        );
    }

    private static bool IsAgent(string text) =>
        text.Length is > 0 and <= AccessLimits.UserAgentCharacters
        && text.Trim().Length == text.Length
        && text.All(c => c is >= ' ' and <= '~');
}
