using System.Text.Json.Nodes;
using Holdfast.Control.Envelope;

namespace Holdfast.Control.Records;

/// <summary>A record as Cloudflare's API shows it.</summary>
internal static class RecordJson
{
    public static JsonNode Of(DnsRecord record)
    {
        var values = record.Values;
        var node = new JsonObject
        {
            ["id"] = record.Id,
            ["name"] = values.Name,
            ["type"] = values.Type.Name,
            ["content"] = values.Content,
            ["proxiable"] = values.Type.Proxiable,
            ["proxied"] = values.Proxied,
            ["ttl"] = values.Ttl,
            ["settings"] = Settings(values.Settings),
            ["meta"] = new JsonObject(),
            ["comment"] = values.Comment,
            ["tags"] = new JsonArray([.. values.Tags.Select(tag => (JsonNode)tag)]),
            ["created_on"] = ApiAnswer.Time(record.CreatedAt),
            ["modified_on"] = ApiAnswer.Time(record.ModifiedAt),
        };
        if (values.Priority is { } priority)
        {
            node["priority"] = priority;
        }

        if (values.Type.HasData)
        {
            var data = values.Type.ToData(values.Content);
            if (values.Type.HasPriorityInData)
            {
                data["priority"] = values.Priority;
            }

            node["data"] = data;
        }

        if (record.CommentModifiedAt is { } commented)
        {
            node["comment_modified_on"] = ApiAnswer.Time(commented);
        }

        if (record.TagsModifiedAt is { } tagged)
        {
            node["tags_modified_on"] = ApiAnswer.Time(tagged);
        }

        return node;
    }

    private static JsonObject Settings(RecordSettings settings)
    {
        var node = new JsonObject();
        if (settings.IPv4Only)
        {
            node["ipv4_only"] = true;
        }

        if (settings.IPv6Only)
        {
            node["ipv6_only"] = true;
        }

        if (settings.FlattenCname)
        {
            node["flatten_cname"] = true;
        }

        return node;
    }
}
