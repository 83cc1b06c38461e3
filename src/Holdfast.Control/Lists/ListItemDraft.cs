using System.Globalization;
using System.Text.Json;
using Holdfast.Artifacts.Json;
using Holdfast.Artifacts.Lists;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Control.Envelope;
using Holdfast.Model.Lists;

namespace Holdfast.Control.Lists;

/// <summary>An item as a request gives it.</summary>
/// <param name="Value">The item, canonical.</param>
/// <param name="Comment">What its owner says of it, or empty.</param>
internal sealed record ListItemDraft(string Value, string Comment)
{
    /// <summary>Reads a request's items; what is wrong is reported.</summary>
    public static IReadOnlyList<ListItemDraft> ReadAll(RequestList body, ListKind kind)
    {
        var items = new List<ListItemDraft>();
        var values = new Dictionary<string, int>(StringComparer.Ordinal);
        var index = 0;
        foreach (var element in body.Items)
        {
            var members = new JsonMembers(element, string.Create(CultureInfo.InvariantCulture, $"/{index}"), body.Problems);
            if (Read(members, kind) is { } item)
            {
                // Of redirects the source tells them apart.
                var key = kind == ListKind.Redirect ? RedirectText.SourceOf(item.Value).ToString() : item.Value;
                if (!values.TryAdd(key, index))
                {
                    members.Report(ListKinds.NameOf(kind), $"'{key}', as in item {values[key]}", "each item once");
                }

                items.Add(item);
            }

            index++;
        }

        return items;
    }

    private static ListItemDraft? Read(JsonMembers members, ListKind kind)
    {
        if (!members.IsObject)
        {
            return null;
        }

        var value = kind switch
        {
            ListKind.Ip => Canonical(members, "ip", kind, members.RequireText("ip", ListItem.FormOf(kind))),
            ListKind.Hostname => ReadHost(members),
            ListKind.Redirect => ReadRedirect(members),
            _ => ReadNumber(members),
        };
        var comment = RulesetTexts.Read(members, "comment", ListLimits.CommentCharacters) ?? "";

        // What a client read and sends back.
        foreach (var given in (ReadOnlySpan<string>)["id", "created_on", "modified_on"])
        {
            members.TryGet(given, out _);
        }

        members.RefuseOthers();
        return value is null ? null : new ListItemDraft(value, comment);
    }

    private static string? Canonical(JsonMembers members, string name, ListKind kind, string? text)
    {
        var value = text is null ? null : ListItem.Canonical(kind, text);
        if (text is not null && value is null)
        {
            members.Report(name, $"'{(text.Length <= 60 ? text : text[..57] + "...")}'", ListItem.FormOf(kind));
        }

        return value;
    }

    private static string? ReadHost(JsonMembers members)
    {
        const string name = "url_hostname";
        if (!members.TryRequireObject("hostname", "an object with url_hostname", out var host))
        {
            return null;
        }

        var text = host.RequireText(name, ListItem.FormOf(ListKind.Hostname));
        var excludes = host.OptionalFlag("exclude_exact_hostname");
        host.RefuseOthers();
        var isDomain = text is not null && text.StartsWith("*.", StringComparison.Ordinal);
        if (text is ['.', ..])
        {
            host.Report(name, "a name that begins with a dot", ListItem.FormOf(ListKind.Hostname));
            return null;
        }

        return Canonical(host, name, ListKind.Hostname, isDomain && excludes == false ? text![1..] : text);
    }

    private static string? ReadRedirect(JsonMembers members)
    {
        if (!members.TryRequireObject("redirect", "an object with source_url and target_url", out var redirect))
        {
            return null;
        }

        var source = redirect.RequireText("source_url", RedirectText.SourceForm);
        var (scheme, host, path) = ("", "", "");
        var isSource = source is not null && RedirectText.TryReadSource(source, out scheme, out host, out path);
        if (source is not null && !isSource)
        {
            redirect.Report("source_url", "something else", RedirectText.SourceForm);
        }

        var target = redirect.RequireText("target_url", RedirectText.TargetForm);
        if (target is not null && !RedirectText.IsTarget(target))
        {
            redirect.Report("target_url", "something else", RedirectText.TargetForm);
            target = null;
        }

        var statuses = string.Join(", ", RedirectText.StatusCodes);
        var status = redirect.OptionalWhole("status_code", 300, 399) ?? RedirectText.StatusCodes[0];
        if (!RedirectText.StatusCodes.Contains((int)status))
        {
            redirect.Report("status_code", status.ToString(CultureInfo.InvariantCulture), statuses);
        }

        var item = new RedirectItem(
            scheme,
            host,
            path,
            target ?? "",
            (int)status,
            redirect.OptionalFlag("include_subdomains") ?? false,
            redirect.OptionalFlag("subpath_matching") ?? false,
            redirect.OptionalFlag("preserve_query_string") ?? false,
            redirect.OptionalFlag("preserve_path_suffix") ?? true
        );
        redirect.RefuseOthers();
        return isSource && target is not null ? RedirectText.Write(item) : null;
    }

    private static string? ReadNumber(JsonMembers members)
    {
        if (members.OptionalWhole("asn", 0, uint.MaxValue) is { } number)
        {
            return number.ToString(CultureInfo.InvariantCulture);
        }

        var form = ListItem.FormOf(ListKind.Asn);
        if (members.TryRequire("asn", form, out var value) && value.ValueKind == JsonValueKind.Null)
        {
            members.Report("asn", "null", form);
        }

        return null;
    }
}
