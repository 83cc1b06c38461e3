using System.Globalization;
using System.Text.Json;
using Holdfast.Status.Watching;
using Holdfast.Status.WriteApi;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Status.Operating;

/// <summary>What the page is, and what it looks at. Their rules are the API's: what a form sends is read as a call of it is.</summary>
internal sealed partial class OperatorEndpoints
{
    private static readonly string[] WatchFields = ["name", "kind", "target", "provider", "component_id"];

    private static readonly string[] PageFields =
    [
        "name",
        "url",
        "time_zone",
        "brand_color",
        "logo_url",
        "support_url",
        "publish_drafts_after",
    ];

    private void MapSettings(IEndpointRouteBuilder routes)
    {
        const string settings = Root + "/settings";
        Page(
            routes,
            settings,
            visit => RenderAsync<SettingsPage>(visit),
            visit =>
            {
                var form = Form.Read(AsJson(visit.Sent!, "page", PageFields), "page", PageForm.Read);
                form.Save(store, Name(visit));
                return Task.FromResult<string?>(settings + "?done=saved");
            }
        );
        const string all = Root + "/watches";
        Page(
            routes,
            all,
            WatchesAsync,
            visit =>
            {
                watches.Create(Name(visit), AsJson(visit.Sent!, "watch", WatchFields));
                return Task.FromResult<string?>(all + "?done=saved");
            }
        );
        Act(
            routes,
            all + "/{id}/remove",
            visit =>
            {
                watches.Remove(Name(visit), visit.Id);
                return all + "?done=removed";
            },
            WatchesAsync
        );
    }

    private Task<byte[]> WatchesAsync(Visit visit) =>
        RenderAsync<WatchesPage>(
            visit,
            watches.All.Select(watch => new Watched(watch, lookout.Last(watch.Id), lookout.ExpiresAt(watch.Id))).ToList()
        );

    /// <summary>What a form sent as the API's JSON: a number where it is one, a blank field as null, one that is not there not at all.</summary>
    private static ReadOnlyMemory<byte> AsJson(Fields sent, string name, string[] fields)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject(name);
            foreach (var field in fields)
            {
                if (sent.Raw(field) is not { } text)
                {
                    continue;
                }

                if (field == "publish_drafts_after" && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                {
                    json.WriteNumber(field, number);
                }
                else
                {
                    json.WriteString(field, string.IsNullOrWhiteSpace(text) ? null : text);
                }
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>A watch, with what its last look showed.</summary>
    /// <param name="Watch">The watch.</param>
    /// <param name="Last">Its last look, or null.</param>
    /// <param name="ExpiresAt">When it goes by itself, or null.</param>
    internal sealed record Watched(Watch Watch, (DateTimeOffset At, bool IsFailing, string Said)? Last, DateTimeOffset? ExpiresAt);
}
