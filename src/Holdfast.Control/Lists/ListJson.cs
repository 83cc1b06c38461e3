using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Lists;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Holdfast.Model.Lists;

namespace Holdfast.Control.Lists;

/// <summary>Lists and their items as the API shows them.</summary>
internal static class ListJson
{
    public static JsonObject Of(StoredList list) =>
        new()
        {
            ["id"] = list.Id,
            ["name"] = list.Name,
            ["description"] = list.Description,
            ["kind"] = ListKinds.NameOf(list.Kind),
            ["num_items"] = list.Items,
            ["num_referencing_filters"] = list.Rules,
            ["created_on"] = ApiAnswer.Time(list.CreatedAt),
            ["modified_on"] = ApiAnswer.Time(list.ModifiedAt),
        };

    public static JsonObject Of(ListKind kind, ListItemRow item)
    {
        var json = new JsonObject
        {
            ["id"] = item.Id,
            [ListKinds.NameOf(kind)] = kind switch
            {
                ListKind.Hostname => HostOf(item.Value),
                ListKind.Redirect => RedirectOf(item.Value),
                ListKind.Asn => long.Parse(item.Value, CultureInfo.InvariantCulture),
                _ => item.Value,
            },
        };
        if (item.Comment.Length > 0)
        {
            json["comment"] = item.Comment;
        }

        json["created_on"] = ApiAnswer.Time(item.CreatedAt);
        json["modified_on"] = ApiAnswer.Time(item.ModifiedAt);
        return json;
    }

    private static JsonObject RedirectOf(string value) =>
        RedirectText.Read(value) is { } redirect
            ? new JsonObject
            {
                ["source_url"] = redirect.Source,
                ["target_url"] = redirect.Target,
                ["status_code"] = redirect.StatusCode,
                ["include_subdomains"] = redirect.IncludesSubdomains,
                ["subpath_matching"] = redirect.MatchesSubpaths,
                ["preserve_query_string"] = redirect.PreservesQuery,
                ["preserve_path_suffix"] = redirect.PreservesSuffix,
            }
            : throw new InvalidDataException($"the redirect '{value}' in the database is damaged");

    // A name and all below it is a wildcard that does not leave the name out.
    private static JsonObject HostOf(string value) =>
        value.StartsWith('.')
            ? new JsonObject { ["url_hostname"] = "*" + value, ["exclude_exact_hostname"] = false }
            : new JsonObject { ["url_hostname"] = value };
}
