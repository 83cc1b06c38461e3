using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Json;
using Holdfast.Model.Rulesets;
using Holdfast.Releases.Intake;

namespace Holdfast.Artifacts.Rulesets;

/// <summary><c>action_parameters.response</c> of a rate limit that blocks: <c>{"status_code","content_type","content"}</c>.</summary>
public static class RateLimitResponseJson
{
    /// <summary>Reads it.</summary>
    /// <param name="value">The member's value.</param>
    /// <param name="pointer">Where it is.</param>
    /// <param name="problems">Gets what is wrong.</param>
    /// <returns>Null when something is wrong.</returns>
    public static RateLimitResponse? Read(JsonElement value, string pointer, ICollection<ArtifactProblem> problems)
    {
        var before = problems.Count;
        var members = new JsonMembers(value, pointer, problems);
        var status = RateLimitResponse.DefaultStatus;
        if (
            members.TryGet("status_code", out var code)
            && !(
                code.ValueKind == JsonValueKind.Number
                && code.TryGetInt32(out status)
                && status is >= RateLimitLimits.LowestStatus and <= RateLimitLimits.HighestStatus
            )
        )
        {
            members.Report(
                "status_code",
                StrictJson.Describe(code),
                $"a whole number from {RateLimitLimits.LowestStatus} to {RateLimitLimits.HighestStatus}"
            );
        }

        var types = string.Join(", ", RateLimitResponse.ContentTypes);
        var type = members.RequireText("content_type", types);
        if (type is not null && !RateLimitResponse.ContentTypes.Contains(type))
        {
            members.Report("content_type", $"'{type}'", types);
        }

        var allowed = $"a string of at most {RateLimitLimits.MostResponseBytes} bytes";
        var content = members.RequireText("content", allowed);
        if (content is not null && Encoding.UTF8.GetByteCount(content) is > RateLimitLimits.MostResponseBytes and var bytes)
        {
            members.Report("content", $"a string of {bytes} bytes", allowed);
        }

        members.RefuseOthers();
        return problems.Count > before ? null : new RateLimitResponse(status, type!, content!);
    }

    /// <summary>Writes it.</summary>
    public static JsonObject Write(RateLimitResponse response) =>
        new()
        {
            ["status_code"] = response.Status,
            ["content_type"] = response.ContentType,
            ["content"] = response.Content,
        };
}
