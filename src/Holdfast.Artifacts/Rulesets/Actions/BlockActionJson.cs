using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Phases;

namespace Holdfast.Artifacts.Rulesets.Actions;

/// <summary><c>block</c>: <c>{"response":{"status_code","content_type","content"}}</c>, or nothing.</summary>
internal sealed class BlockActionJson()
    : RuleActionJson("block", "an object with response", RulePhase.HttpRequestFirewallCustom, RulePhase.HttpRatelimit)
{
    // What the edge's own pages have: 403 with code 1020; 429 (RFC 6585 section 4) with 1015.
    private const int UsualStatus = 403;
    private const int UsualStatusOfLimit = 429;

    private static readonly string TypeForm = string.Join(", ", RulesetLimits.ContentTypes);
    private static readonly string ContentForm = string.Create(
        CultureInfo.InvariantCulture,
        $"a string of 1 to {RulesetLimits.ContentBytes} bytes"
    );

    /// <inheritdoc/>
    public override RuleAction? Read(JsonMembers? members, RulePhase phase, Action missing)
    {
        if (members is null || !members.TryGetObject("response", out var response))
        {
            return new BlockAction(null);
        }

        var status =
            response.OptionalWhole("status_code", RulesetLimits.LowestBlockStatus, RulesetLimits.HighestBlockStatus)
            ?? (phase == RulePhase.HttpRatelimit ? UsualStatusOfLimit : UsualStatus);
        var type = response.RequireText("content_type", TypeForm);
        if (type is not null && !RulesetLimits.ContentTypes.Contains(type))
        {
            response.Report("content_type", $"'{type}'", TypeForm);
        }

        var content = response.RequireText("content", ContentForm);
        if (content is not null && Encoding.UTF8.GetByteCount(content) is 0 or > RulesetLimits.ContentBytes)
        {
            response.Report("content", "empty or longer", ContentForm);
        }

        response.RefuseOthers();
        return type is null || content is null ? null : new BlockAction(new BlockResponse((int)status, type, content));
    }

    /// <inheritdoc/>
    public override JsonObject? Write(RuleAction action) =>
        action is BlockAction { Response: { } response }
            ? new JsonObject
            {
                ["response"] = new JsonObject
                {
                    ["status_code"] = response.StatusCode,
                    ["content_type"] = response.ContentType,
                    ["content"] = response.Content,
                },
            }
            : null;
}
