using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Artifacts.Json;
using Holdfast.Control.Envelope;
using Holdfast.Model.Purging;
using Holdfast.Releases.Intake;

namespace Holdfast.Control.Purging;

/// <summary>Reads what a request wants purged: exactly one of Cloudflare's five members.</summary>
internal static class PurgeRequest
{
    private const string Everything = "purge_everything";

    private static readonly (string Member, PurgeKind Kind, string Items)[] Lists =
    [
        ("files", PurgeKind.Url, "URLs"),
        ("tags", PurgeKind.Tag, "tags"),
        ("hosts", PurgeKind.Host, "host names"),
        ("prefixes", PurgeKind.Prefix, "prefixes"),
    ];

    /// <summary>What is selected.</summary>
    /// <param name="body">The request.</param>
    /// <param name="zone">The zone's name.</param>
    /// <exception cref="ApiException">It is nothing that can be purged, or nothing of the zone.</exception>
    public static (PurgeKind Kind, ImmutableArray<string> Values) Read(RequestBody body, string zone)
    {
        var everything = body.Members.TryGet(Everything, out var flag);
        var lists = new List<(string Member, PurgeKind Kind, string Items, JsonElement Value)>();
        foreach (var (member, kind, items) in Lists)
        {
            if (body.Members.TryGet(member, out var value))
            {
                lists.Add((member, kind, items, value));
            }
        }

        body.Complete();
        if (lists.Count + (everything ? 1 : 0) != 1)
        {
            const string names = "\"purge_everything\", \"files\", \"tags\", \"hosts\" or \"prefixes\"";
            throw ApiException.Invalid("", $"Request must contain one of {names}, and only one", ErrorCodes.NothingToPurge);
        }

        if (everything)
        {
            return flag.ValueKind == JsonValueKind.True
                ? (PurgeKind.Everything, [])
                : throw ApiException.Invalid("/" + Everything, "\"purge_everything\" must be true", ErrorCodes.EverythingNotTrue);
        }

        var list = lists[0];
        return list.Value.ValueKind == JsonValueKind.Array && list.Value.GetArrayLength() is > 0 and <= PurgeLimits.MostValues
            ? (list.Kind, Values(list.Member, list.Kind, list.Value, zone))
            : throw ApiException.Invalid(
                "/" + list.Member,
                $"\"{list.Member}\" must be an array of 1 to {PurgeLimits.MostValues} {list.Items}: an empty one does not mean everything",
                ErrorCodes.NoList
            );
    }

    private static ImmutableArray<string> Values(string member, PurgeKind kind, JsonElement list, string zone)
    {
        var values = ImmutableArray.CreateBuilder<string>();
        var errors = new List<ApiError>();
        foreach (var (item, at) in list.EnumerateArray().Select((item, at) => (item, at)))
        {
            string? value = null;
            var text = kind == PurgeKind.Url ? UrlOf(item) : StrictJson.TextOf(item);
            var error = text is null ? "it is no text" : PurgeValue.Problem(kind, text, zone, out value);
            if (error is not null)
            {
                var message = $"Unable to purge {StrictJson.Describe(item)}: {error}";
                errors.Add(new ApiError(ErrorCodes.UnableToPurge, message, $"/{member}/{at}"));
            }
            else if (!values.Contains(value!))
            {
                values.Add(value!);
            }
        }

        return errors.Count == 0 ? values.ToImmutable() : throw new ApiException(400, [.. errors.Take(20)]);
    }

    // With headers it would be one variant's URL. Every variant of it is purged, so what they say changes nothing.
    private static string? UrlOf(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            return StrictJson.TextOf(item);
        }

        var problems = new List<ArtifactProblem>();
        var members = new JsonMembers(item, "", problems);
        var url = members.RequireText("url", "a URL");
        var fits =
            !members.TryGet("headers", out var headers)
            || (
                headers.ValueKind == JsonValueKind.Object
                && headers.EnumerateObject().All(header => StrictJson.TextOf(header.Value) is not null)
            );
        members.RefuseOthers();
        return fits && problems.Count == 0 ? url : null;
    }
}
