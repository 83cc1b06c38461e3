using System.Text.Json.Nodes;
using Holdfast.Control.Idempotency;
using Holdfast.Control.Operations;

namespace Holdfast.Control.Reference;

/// <summary>The OpenAPI 3.1 document, made from the operations that are mapped.</summary>
internal static class OpenApiDocument
{
    private const string ErrorSchema = "#/components/schemas/error";

    private static readonly (int Status, string Reason)[] Errors =
    [
        (400, "A value is not one that it can have; `source.pointer` says where."),
        (401, "No credential, or none that is known."),
        (403, "The credential lacks the permission."),
        (404, "There is no such thing."),
        (409, "It collides with what is there."),
        (412, "`If-Match` names other generations than the present one."),
        (413, "The body is larger than 1 MiB."),
        (422, "The `Idempotency-Key` was used for another request."),
        (429, "Too many requests; `Retry-After` says when to come back."),
        (503, "The database cannot be used now; nothing was changed."),
    ];

    /// <summary>The document.</summary>
    /// <param name="operations">What can be called.</param>
    /// <param name="version">The version of Holdfast.</param>
    public static JsonObject Of(IEnumerable<ApiOperation> operations, string version)
    {
        var paths = new JsonObject();
        var tags = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var path in operations.GroupBy(operation => operation.Path).OrderBy(path => path.Key, StringComparer.Ordinal))
        {
            var item = new JsonObject();
            foreach (var operation in path.OrderBy(operation => operation.Method, StringComparer.Ordinal))
            {
                tags.Add(TagOf(operation));
                item[operation.Method.ToLowerInvariant()] = Operation(operation);
            }

            paths[path.Key] = item;
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Holdfast",
                ["version"] = version,
                ["description"] =
                    "`/client/v4` is shaped like Cloudflare's API v4 and driven by its clients; `/holdfast/v1` is Holdfast's own. Lists are "
                    + "read page by page until an empty one comes.",
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["security"] = new JsonArray(
                new JsonObject { ["bearer"] = new JsonArray() },
                new JsonObject { ["email"] = new JsonArray(), ["key"] = new JsonArray() }
            ),
            ["tags"] = new JsonArray([.. tags.Select(tag => (JsonNode)new JsonObject { ["name"] = tag })]),
            ["paths"] = paths,
            ["components"] = Components(),
        };
    }

    private static JsonObject Operation(ApiOperation operation)
    {
        var permission =
            operation.Permission is { } needed ? $"Needs the permission `{needed.Name}`."
            : operation.NeedsCredential ? "Any credential that is good will do."
            : "Needs no credential.";
        var json = new JsonObject
        {
            ["operationId"] = operation.Id,
            ["tags"] = new JsonArray(TagOf(operation)),
            ["summary"] = operation.Summary,
            ["description"] = operation.Description is { } description ? $"{description}\n\n{permission}" : permission,
            ["parameters"] = new JsonArray([.. PathParameters.Of(operation.Path), .. Query(operation), .. Headers(operation)]),
        };
        if (!operation.NeedsCredential)
        {
            json["security"] = new JsonArray();
        }

        if (operation.Body is { } body)
        {
            json["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Content(body.Schema, body.Example) };
        }

        var responses = new JsonObject { [$"{operation.Status}"] = new JsonObject { ["description"] = "It is done." } };
        if (operation.Status != 204)
        {
            responses[$"{operation.Status}"]!["content"] = Content(Envelope(operation), EnvelopeExample(operation));
        }

        foreach (var (status, _) in Errors)
        {
            if (status != 422 || operation is { Method: "POST", NeedsCredential: true })
            {
                responses[$"{status}"] = new JsonObject { ["$ref"] = $"#/components/responses/{status}" };
            }
        }

        json["responses"] = responses;
        return json;
    }

    private static IEnumerable<JsonNode> Query(ApiOperation operation) =>
        operation.Query.Select(parameter => Parameter(parameter.Name, "query", parameter.Schema));

    private static IEnumerable<JsonNode> Headers(ApiOperation operation)
    {
        if (operation.Method is "PUT" or "PATCH" or "DELETE")
        {
            yield return Parameter(
                "If-Match",
                "header",
                ApiSchema.Text("Do it only at one of these generations: `ETag`s that were given here, or `*` for any.", "\"3\", \"4\"")
            );
        }

        if (operation is { Method: "POST", NeedsCredential: true })
        {
            yield return Parameter(
                IdempotentRequests.Header,
                "header",
                ApiSchema.Text(
                    "1 to 255 visible characters of the caller's choice. The same request with the same key within 24 hours is carried out "
                        + "once, and answered alike.",
                    "7b6d0a51-5a1c-4c1e-9f55-0c3a5f0f3f6e"
                )
            );
        }
    }

    /// <summary>A parameter's object.</summary>
    internal static JsonObject Parameter(string name, string place, ApiSchema schema)
    {
        var parameter = new JsonObject
        {
            ["name"] = name,
            ["in"] = place,
            ["required"] = place == "path",
            ["schema"] = schema.Schema.DeepClone(),
            ["example"] = schema.Example?.DeepClone(),
        };
        if (schema.Schema["description"] is { } description)
        {
            parameter["description"] = description.DeepClone();
        }

        return parameter;
    }

    private static JsonObject Envelope(ApiOperation operation)
    {
        var properties = new JsonObject
        {
            ["success"] = new JsonObject { ["const"] = true },
            ["errors"] = new JsonObject { ["type"] = "array", ["maxItems"] = 0 },
            ["messages"] = operation.Warns
                ? ApiSchema.List(ApiSchema.Any("Something right that is maybe not what was meant, in the form of errors.", null)).Schema
                : new JsonObject { ["type"] = "array", ["maxItems"] = 0 },
            ["result"] = operation.Result.Schema.DeepClone(),
        };
        var required = new JsonArray("success", "errors", "messages", "result");
        if (operation.Paged)
        {
            properties["result_info"] = new JsonObject { ["$ref"] = "#/components/schemas/result_info" };
            required.Add("result_info");
        }

        return new JsonObject
        {
            ["type"] = "object",
            ["properties"] = properties,
            ["required"] = required,
        };
    }

    private static JsonObject EnvelopeExample(ApiOperation operation)
    {
        var example = new JsonObject
        {
            ["success"] = true,
            ["errors"] = new JsonArray(),
            ["messages"] = new JsonArray(),
            ["result"] = operation.Result.Example?.DeepClone(),
        };
        if (operation.Paged)
        {
            example["result_info"] = PageExample();
        }

        return example;
    }

    private static JsonObject Components()
    {
        var page = ApiSchema.Object(
            ("page", ApiSchema.Whole("Which page it is, from 1.", 1)),
            ("per_page", ApiSchema.Whole("Most items of a page.", 20)),
            ("count", ApiSchema.Whole("Items of this page.", 1)),
            ("total_count", ApiSchema.Whole("Items of all pages.", 1)),
            ("total_pages", ApiSchema.Whole("Pages.", 1))
        );
        var error = ApiSchema.Object(
            ("success", ApiSchema.Flag("False.", false)),
            (
                "errors",
                ApiSchema.List(
                    ApiSchema.Object(
                        ("code", ApiSchema.Whole("Cloudflare's code where it has one, else ours from 40,000.", 1007)),
                        ("message", ApiSchema.Text("What was found, and what is allowed.", "Invalid value for zone setting ssl: 'on'")),
                        ("source?", ApiSchema.Object(("pointer", ApiSchema.Text("The place, RFC 6901.", "/value"))))
                    )
                )
            ),
            ("messages", ApiSchema.EmptyList("Nothing.")),
            ("result", ApiSchema.Any("Null.", null))
        );
        var responses = new JsonObject();
        foreach (var (status, reason) in Errors)
        {
            var response = new JsonObject
            {
                ["description"] = reason,
                ["content"] = Content(new JsonObject { ["$ref"] = ErrorSchema }, error.Example),
            };
            responses[$"{status}"] = response;
        }

        return new JsonObject
        {
            ["schemas"] = new JsonObject { ["error"] = error.Schema.DeepClone(), ["result_info"] = page.Schema.DeepClone() },
            ["responses"] = responses,
            ["securitySchemes"] = new JsonObject
            {
                ["bearer"] = new JsonObject
                {
                    ["type"] = "http",
                    ["scheme"] = "bearer",
                    ["description"] = "An API token.",
                },
                ["email"] = HeaderKey("X-Auth-Email", "An operator's email, together with the key."),
                ["key"] = HeaderKey("X-Auth-Key", "The operator's key, together with the email."),
            },
        };
    }

    private static JsonObject HeaderKey(string name, string description) =>
        new()
        {
            ["type"] = "apiKey",
            ["in"] = "header",
            ["name"] = name,
            ["description"] = description,
        };

    private static JsonObject PageExample() =>
        new()
        {
            ["page"] = 1,
            ["per_page"] = 20,
            ["count"] = 1,
            ["total_count"] = 1,
            ["total_pages"] = 1,
        };

    private static JsonObject Content(JsonObject schema, JsonNode? example) =>
        new()
        {
            ["application/json"] = new JsonObject { ["schema"] = schema.DeepClone(), ["example"] = example?.DeepClone() },
        };

    private static string TagOf(ApiOperation operation) => operation.Id.Split('-')[0];
}
