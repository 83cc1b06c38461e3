using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Artifacts.Lists;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Model.Access;
using Holdfast.Model.Lists;
using Holdfast.Releases.Intake;

namespace Holdfast.Artifacts.Access;

/// <summary>
/// Zone lockdowns as they stand in a zone's artifact and in control's answers:
/// <c>{"configurations":[{"target","value"}],"created_on","description","id","modified_on","paused","priority","urls":[...]}</c>.
/// </summary>
public static class LockdownJson
{
    private const string TargetForm = "ip or ip_range";

    // A rule's wildcard has at most so many; each is a place where matching can begin anew.
    private const int MostStars = 16;

    private static readonly string UrlsForm = string.Create(
        CultureInfo.InvariantCulture,
        $"an array of 1 to {AccessLimits.LockdownUrls} URLs, each once: host and path without a scheme, such as www.example.com/admin*, of at most {AccessLimits.UrlCharacters} visible ASCII characters, with at most {MostStars} stars, never two together"
    );

    private static readonly string ConfigurationsForm = string.Create(
        CultureInfo.InvariantCulture,
        $"an array of 1 to {AccessLimits.LockdownAddresses} objects with target and value, each once"
    );

    /// <summary>A lockdown.</summary>
    public static JsonObject Write(ZoneLockdown lockdown)
    {
        var json = new JsonObject
        {
            ["id"] = lockdown.Id,
            ["description"] = lockdown.Description,
            ["urls"] = new JsonArray([.. lockdown.Urls.Select(url => (JsonNode)url)]),
            ["configurations"] = new JsonArray([
                .. lockdown.Addresses.Select(value =>
                    (JsonNode)
                        new JsonObject { ["target"] = value.Contains('/', StringComparison.Ordinal) ? "ip_range" : "ip", ["value"] = value }
                ),
            ]),
            ["paused"] = lockdown.Paused,
            ["created_on"] = AccessRuleJson.Text(lockdown.CreatedAt),
            ["modified_on"] = AccessRuleJson.Text(lockdown.ModifiedAt),
        };
        if (lockdown.Priority is { } priority)
        {
            json["priority"] = priority;
        }

        return json;
    }

    /// <summary>Reads what a request says of a lockdown; what is wrong is reported.</summary>
    /// <param name="members">The lockdown, without id and dates.</param>
    /// <param name="id">Its id.</param>
    /// <param name="before">What holds of what is not said; null for what is usual.</param>
    /// <returns>Null when there is a problem. Its dates are those of <paramref name="before"/>.</returns>
    public static ZoneLockdown? Read(JsonMembers members, string id, ZoneLockdown? before = null)
    {
        var urls = members.OptionalTexts("urls", UrlsForm, 1, AccessLimits.LockdownUrls, IsUrl);
        if (members.TryRequire("urls", UrlsForm, out var given) && given.ValueKind == JsonValueKind.Null)
        {
            members.Report("urls", "null", UrlsForm);
        }

        var addresses = ReadAddresses(members);
        var paused = members.OptionalFlag("paused") ?? before?.Paused ?? false;
        var priority = members.OptionalWhole("priority", 1, AccessLimits.HighestPriority) ?? before?.Priority;
        var description = RulesetTexts.Read(members, "description", AccessLimits.NotesCharacters) ?? before?.Description ?? "";
        return urls.IsEmpty || addresses.IsEmpty
            ? null
            : new ZoneLockdown
            {
                Id = id,
                Urls = urls,
                Addresses = addresses,
                Paused = paused,
                Priority = (int?)priority,
                Description = description,
                CreatedAt = before?.CreatedAt ?? default,
                ModifiedAt = before?.ModifiedAt ?? default,
            };
    }

    /// <summary>Reads a zone's lockdowns; what is wrong is reported.</summary>
    internal static ImmutableArray<ZoneLockdown> ReadAll(JsonElement list, string pointer, ICollection<ArtifactProblem> problems) =>
        OlderRuleJson.ReadAll(
            list,
            pointer,
            problems,
            (members, id) =>
            {
                var lockdown = Read(members, id);
                var (created, modified) = (AccessRuleJson.ReadTime(members, "created_on"), AccessRuleJson.ReadTime(members, "modified_on"));
                return lockdown is null || created is null || modified is null
                    ? null
                    : lockdown with
                    {
                        CreatedAt = created.Value,
                        ModifiedAt = modified.Value,
                    };
            }
        );

    private static ImmutableArray<string> ReadAddresses(JsonMembers members)
    {
        if (!members.TryRequire("configurations", ConfigurationsForm, out var list))
        {
            return [];
        }

        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() is 0 or > AccessLimits.LockdownAddresses)
        {
            members.Report("configurations", StrictJson.Describe(list), ConfigurationsForm);
            return [];
        }

        var addresses = ImmutableArray.CreateBuilder<string>(list.GetArrayLength());
        var index = 0;
        foreach (var element in list.EnumerateArray())
        {
            var item = members.At("configurations", element, index++);
            var target = item.RequireText("target", TargetForm);
            var value = item.RequireText("value", "an address or a network");
            item.RefuseOthers();
            if (target is null || value is null)
            {
                continue;
            }

            var canonical = target switch
            {
                "ip" => AccessRuleJson.AddressOf(value),
                "ip_range" => AccessRuleJson.NetworkOf(value),
                _ => null,
            };
            if (target is not ("ip" or "ip_range"))
            {
                item.Report("target", "something else", TargetForm);
            }
            else if (canonical is null)
            {
                item.Report("value", "something else", target == "ip" ? "an address, such as 192.0.2.1" : ListItem.FormOf(ListKind.Ip));
            }
            else if (addresses.Contains(canonical))
            {
                item.Report("value", $"'{canonical}' again", "each once");
            }
            else
            {
                addresses.Add(canonical);
            }
        }

        return addresses.Count == list.GetArrayLength() ? addresses.MoveToImmutable() : [];
    }

    private static bool IsUrl(string text) =>
        text.Length is > 0 and <= AccessLimits.UrlCharacters
        && text.All(c => c is > ' ' and <= '~' and not ('"' or '\\'))
        && !text.Contains("://", StringComparison.Ordinal)
        && !text.Contains("**", StringComparison.Ordinal)
        && text.Count(c => c == '*') <= MostStars;
}
