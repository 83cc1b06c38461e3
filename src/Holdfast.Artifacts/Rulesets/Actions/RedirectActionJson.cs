using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Artifacts.Lists;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Phases;

namespace Holdfast.Artifacts.Rulesets.Actions;

/// <summary><c>redirect</c>: <c>{"from_list":{"name","key"}}</c>, or <c>{"from_value":{"target_url":{...},"status_code","preserve_query_string"}}</c>.</summary>
internal sealed class RedirectActionJson()
    : RuleActionJson(
        "redirect",
        "an object with from_value, in http_request_redirect with from_list",
        RulePhase.HttpRequestDynamicRedirect,
        RulePhase.HttpRequestRedirect
    )
{
    private const string TargetForm = "an http or https URL, or a path that begins with /";
    private static readonly string StatusForm = string.Join(", ", RedirectAction.StatusCodes);

    /// <inheritdoc/>
    public override RuleAction? Read(JsonMembers? members, RulePhase phase, Action missing)
    {
        if (phase == RulePhase.HttpRequestRedirect)
        {
            return ReadFromList(members, phase, missing);
        }

        if (members is null || !members.TryGetObject("from_value", out var from))
        {
            missing();
            return null;
        }

        RuleText? target = null;
        if (from.TryGetObject("target_url", out var url))
        {
            target = RuleTextJson.Read(url, phase, (found, allowed) => from.Report("target_url", found, allowed));
            url.RefuseOthers();
            if (target is { IsExpression: false } && !IsTarget(target.Text))
            {
                url.Report("value", $"'{target.Text}'", TargetForm);
            }
        }
        else
        {
            from.Report("target_url", "missing", "an object with value or expression");
        }

        var status = RedirectAction.StatusCodes[0];
        if (
            from.TryGet("status_code", out var value)
            && !(value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out status) && RedirectAction.StatusCodes.Contains(status))
        )
        {
            from.Report("status_code", StrictJson.Describe(value), StatusForm);
        }

        var preserve = from.OptionalFlag("preserve_query_string") ?? false;
        from.RefuseOthers();
        return target is null ? null : new RedirectAction(target, status, preserve);
    }

    /// <inheritdoc/>
    public override JsonObject? Write(RuleAction action)
    {
        if (action is RedirectFromListAction bulk)
        {
            return new JsonObject
            {
                ["from_list"] = new JsonObject { ["name"] = bulk.List, ["key"] = bulk.Key },
            };
        }

        var redirect = (RedirectAction)action;
        return new JsonObject
        {
            ["from_value"] = new JsonObject
            {
                ["target_url"] = RuleTextJson.Write(redirect.Target),
                ["status_code"] = redirect.StatusCode,
                ["preserve_query_string"] = redirect.PreserveQueryString,
            },
        };
    }

    private static RedirectFromListAction? ReadFromList(JsonMembers? members, RulePhase phase, Action missing)
    {
        if (members is null || !members.TryGetObject("from_list", out var from))
        {
            missing();
            return null;
        }

        var name = from.RequireText("name", ListName.Form);
        if (name is not null && !ListName.IsWellFormed(name))
        {
            from.Report("name", "something else", ListName.Form);
        }

        var key = RuleExpressions.ReadValue(from, "key", phase);
        from.RefuseOthers();
        return name is null || key is null ? null : new RedirectFromListAction(name, key);
    }

    private static bool IsTarget(string text) =>
        !text.Contains(' ', StringComparison.Ordinal)
        && (
            (text.StartsWith('/') && !text.StartsWith("//", StringComparison.Ordinal) && !text.StartsWith("/\\", StringComparison.Ordinal))
            || (
                Uri.TryCreate(text, UriKind.Absolute, out var uri)
                && uri.Scheme is ("http" or "https")
                && text.StartsWith(uri.Scheme + "://", StringComparison.OrdinalIgnoreCase)
            )
        );
}
