using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Phases;

namespace Holdfast.Artifacts.Rulesets.Actions;

/// <summary><c>serve_error</c>: <c>{"content","content_type","status_code"}</c>.</summary>
internal sealed class ServeErrorActionJson() : RuleActionJson("serve_error", "an object with content", RulePhase.HttpCustomErrors)
{
    private const string Usual = "text/html";
    private const int LeastStatus = 400;
    private const int MostStatus = 999;
    private static readonly string TypeForm = string.Join(", ", RulesetLimits.ContentTypes);
    private static readonly string ContentForm = string.Create(
        CultureInfo.InvariantCulture,
        $"a string of 1 to {RulesetLimits.ContentBytes} bytes"
    );

    /// <inheritdoc/>
    public override RuleAction? Read(JsonMembers? members, RulePhase phase, Action missing)
    {
        if (members is null)
        {
            missing();
            return null;
        }

        if (members.TryGet("asset_name", out _))
        {
            members.Report("asset_name", "there", "nothing: there are no assets yet, so content");
        }

        var content = members.RequireText("content", ContentForm);
        if (content is not null && Encoding.UTF8.GetByteCount(content) is 0 or > RulesetLimits.ContentBytes)
        {
            members.Report("content", "empty or longer", ContentForm);
        }

        var type = members.OptionalText("content_type", TypeForm) ?? Usual;
        if (!RulesetLimits.ContentTypes.Contains(type))
        {
            members.Report("content_type", $"'{type}'", TypeForm);
        }

        var status = (int?)members.OptionalWhole("status_code", LeastStatus, MostStatus);
        return content is null ? null : new ServeErrorAction(content, type, status);
    }

    /// <inheritdoc/>
    public override JsonObject? Write(RuleAction action)
    {
        var error = (ServeErrorAction)action;
        var json = new JsonObject { ["content"] = error.Content, ["content_type"] = error.ContentType };
        if (error.StatusCode is { } status)
        {
            json["status_code"] = status;
        }

        return json;
    }
}
