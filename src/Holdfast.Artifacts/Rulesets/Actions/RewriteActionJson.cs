using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Phases;

namespace Holdfast.Artifacts.Rulesets.Actions;

/// <summary>
/// <c>rewrite</c>: <c>{"uri":{"path":{...},"query":{...}}}</c> in http_request_transform, <c>{"headers":{NAME:{"operation",...}}}</c> in the
/// phases of headers.
/// </summary>
internal sealed class RewriteActionJson()
    : RuleActionJson(
        "rewrite",
        "an object with uri in http_request_transform, with headers elsewhere",
        RulePhase.HttpRequestTransform,
        RulePhase.HttpRequestLateTransform,
        RulePhase.HttpResponseHeadersTransform
    )
{
    /// <summary>Fields of one rule: as many as Cloudflare takes.</summary>
    private const int MostHeaders = 30;

    private static readonly string HeadersForm = string.Create(
        CultureInfo.InvariantCulture,
        $"an object of 1 to {MostHeaders} fields with operation and value or expression"
    );

    /// <inheritdoc/>
    public override RuleAction? Read(JsonMembers? members, RulePhase phase, Action missing)
    {
        if (members is null)
        {
            missing();
            return null;
        }

        return phase == RulePhase.HttpRequestTransform ? ReadUri(members, phase, missing) : ReadHeaders(members, phase, missing);
    }

    /// <inheritdoc/>
    public override JsonObject? Write(RuleAction action)
    {
        if (action is RewriteHeadersAction headers)
        {
            var fields = new JsonObject();
            foreach (var change in headers.Changes)
            {
                var field = change.Value is null ? new JsonObject() : RuleTextJson.Write(change.Value);
                field["operation"] = Operation(change.Operation);
                fields[change.Name] = field;
            }

            return new JsonObject { ["headers"] = fields };
        }

        var rewrite = (RewriteUriAction)action;
        var uri = new JsonObject();
        if (rewrite.Path is { } path)
        {
            uri["path"] = RuleTextJson.Write(path);
        }

        if (rewrite.Query is { } query)
        {
            uri["query"] = RuleTextJson.Write(query);
        }

        return new JsonObject { ["uri"] = uri };
    }

    private static RewriteUriAction? ReadUri(JsonMembers members, RulePhase phase, Action missing)
    {
        if (!members.TryGetObject("uri", out var uri))
        {
            missing();
            return null;
        }

        var path = ReadPart(uri, "path", phase, text => text.StartsWith('/') && !text.AsSpan().ContainsAny('?', '#', ' '));
        var query = ReadPart(uri, "query", phase, text => !text.AsSpan().ContainsAny('#', ' ') && !text.StartsWith('?'));
        uri.RefuseOthers();
        if (path is not null || query is not null)
        {
            return new RewriteUriAction(path, query);
        }

        members.Report("uri", "an object that says nothing", "an object with path, query or both");
        return null;
    }

    private static RuleText? ReadPart(JsonMembers uri, string name, RulePhase phase, Func<string, bool> fits)
    {
        if (!uri.TryGetObject(name, out var part))
        {
            return null;
        }

        var text = RuleTextJson.Read(part, phase, (found, allowed) => uri.Report(name, found, allowed));
        part.RefuseOthers();
        if (text is { IsExpression: false } && !fits(text.Text))
        {
            part.Report(
                "value",
                $"'{text.Text}'",
                name == "path" ? "a path that begins with /, without a query" : "a query without its question mark"
            );
        }

        return text;
    }

    private static RewriteHeadersAction? ReadHeaders(JsonMembers members, RulePhase phase, Action missing)
    {
        if (!members.TryGetObject("headers", out var headers))
        {
            missing();
            return null;
        }

        var names = headers.Names.Order(StringComparer.Ordinal).ToList();
        if (names.Count is 0 or > MostHeaders)
        {
            members.Report("headers", "an object with another number", HeadersForm);
            return null;
        }

        var changes = ImmutableArray.CreateBuilder<HeaderChange>(names.Count);
        foreach (var name in names)
        {
            if (HeaderNames.ProblemOf(name, phase) is { } problem)
            {
                headers.TryGet(name, out _);
                headers.Report(name, problem, "a field that rules can change");
            }
            else if (!headers.TryGetObject(name, out var field))
            {
                headers.Report(name, "null", HeadersForm);
            }
            else if (ReadChange(name, field, headers, phase) is { } change)
            {
                changes.Add(change);
            }
        }

        if (changes.DistinctBy(change => change.Name, StringComparer.OrdinalIgnoreCase).Count() < changes.Count)
        {
            members.Report("headers", "one field in several spellings", "each field once");
        }

        return new RewriteHeadersAction(changes.DrainToImmutable());
    }

    private static HeaderChange? ReadChange(string name, JsonMembers field, JsonMembers headers, RulePhase phase)
    {
        const string allowed = "set, add or remove";
        RuleText? value = null;
        var operation = field.RequireText("operation", allowed) switch
        {
            "set" => HeaderOperation.Set,
            "add" => HeaderOperation.Add,
            "remove" => HeaderOperation.Remove,
            _ => (HeaderOperation?)null,
        };
        if (operation is null && field.TryGet("operation", out var found) && found.ValueKind == JsonValueKind.String)
        {
            field.Report("operation", StrictJson.Describe(found), allowed);
        }

        if (operation is HeaderOperation.Set or HeaderOperation.Add)
        {
            value = RuleTextJson.Read(field, phase, (what, form) => headers.Report(name, what, form + " beside operation"));
            if (value is null)
            {
                return null;
            }
        }

        field.RefuseOthers();
        return operation is { } known ? new HeaderChange(name, known, value) : null;
    }

    private static string Operation(HeaderOperation operation) =>
        operation switch
        {
            HeaderOperation.Set => "set",
            HeaderOperation.Add => "add",
            _ => "remove",
        };
}
