using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Control.Tests.Reference;

/// <summary>Does a value fit a schema? As much of JSON Schema 2020-12 as the document uses; a keyword that is not known here is a problem.</summary>
internal static class SchemaProblems
{
    private static readonly HashSet<string> Known =
    [
        "type",
        "description",
        "properties",
        "required",
        "items",
        "enum",
        "const",
        "format",
        "maxItems",
        "$ref",
        "minimum",
        "maximum",
        "minItems",
        "pattern",
        "additionalProperties",
    ];

    public static IEnumerable<string> Of(JsonNode? value, JsonObject schema, JsonObject document, string at = "")
    {
        if (schema["$ref"] is { } reference)
        {
            JsonNode? target = document;
            foreach (var step in reference.GetValue<string>()[2..].Split('/'))
            {
                target = target?[step];
            }

            return target is JsonObject found ? Of(value, found, document, at) : [$"{at}: {reference} leads nowhere"];
        }

        return Check(value, schema, document, at);
    }

    private static IEnumerable<string> Check(JsonNode? value, JsonObject schema, JsonObject document, string at)
    {
        foreach (var (keyword, _) in schema)
        {
            if (!Known.Contains(keyword))
            {
                yield return $"{at}: an unknown keyword {keyword}";
            }
        }

        var types = schema["type"] switch
        {
            JsonArray several => several.Select(type => type!.GetValue<string>()).ToList(),
            { } one => [one.GetValue<string>()],
            null => null,
        };
        if (types is not null && !types.Exists(type => Is(value, type)))
        {
            yield return $"{at}: {value?.ToJsonString() ?? "null"} is not {string.Join(" or ", types)}";
            yield break;
        }

        if (schema["enum"] is JsonArray allowed && value is not null && !allowed.Any(one => JsonNode.DeepEquals(one, value)))
        {
            yield return $"{at}: {value.ToJsonString()} is not in the enum";
        }

        if (schema["const"] is { } constant && !JsonNode.DeepEquals(constant, value))
        {
            yield return $"{at}: not {constant}";
        }

        if (value is JsonArray array)
        {
            if (schema["maxItems"] is { } most && array.Count > most.GetValue<int>())
            {
                yield return $"{at}: too many items";
            }

            foreach (
                var problem in schema["items"] is JsonObject item ? array.SelectMany((v, i) => Of(v, item, document, $"{at}/{i}")) : []
            )
            {
                yield return problem;
            }
        }

        if (value is JsonObject members && schema["properties"] is JsonObject properties)
        {
            foreach (var name in (schema["required"] as JsonArray ?? []).Select(name => name!.GetValue<string>()))
            {
                if (!members.ContainsKey(name))
                {
                    yield return $"{at}/{name}: missing";
                }
            }

            foreach (var (name, member) in members)
            {
                foreach (
                    var problem in properties[name] is JsonObject known
                        ? Of(member, known, document, $"{at}/{name}")
                        : [$"{at}/{name}: not in the schema"]
                )
                {
                    yield return problem;
                }
            }
        }
    }

    private static bool Is(JsonNode? value, string type) =>
        type switch
        {
            "null" => value is null,
            "object" => value is JsonObject,
            "array" => value is JsonArray,
            "string" => value?.GetValueKind() == JsonValueKind.String,
            "boolean" => value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
            "integer" => value?.GetValueKind() == JsonValueKind.Number && value.GetValue<decimal>() % 1 == 0,
            "number" => value?.GetValueKind() == JsonValueKind.Number,
            _ => false,
        };
}
