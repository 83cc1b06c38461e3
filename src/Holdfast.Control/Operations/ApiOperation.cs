using System.Text.Json.Nodes;
using Holdfast.Control.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Operations;

/// <summary>
/// One operation of the API: what is called, who may call it, what goes in and what comes out. Authorization, the OpenAPI document and
/// the generated tests are all made from it, so that none of them can differ from the others.
/// </summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The route, its parameters in braces; the one that names a zone is <c>{zone_id}</c>.</param>
/// <param name="Id">The operation's id in the OpenAPI document, unique: <c>zones-list</c>. What stands before the first hyphen is its tag.</param>
/// <param name="Summary">What it does, in a few words.</param>
internal sealed record ApiOperation(string Method, string Path, string Id, string Summary)
{
    /// <summary>
    /// What the caller must be allowed to do. Of an operation on zones whose path names none, the handler asks
    /// (<see cref="Caller.ZonesWith"/>). Null: any good credential will do.
    /// </summary>
    public required PermissionGroup? Permission { get; init; }

    /// <summary>
    /// What else lets a caller in who lacks <see cref="Permission"/>: then the handler asks for what the thing itself needs, once it is known.
    /// </summary>
    public IReadOnlyList<PermissionGroup> Alternatives { get; init; } = [];

    /// <summary>Whether the caller must say who they are. Where not, anybody may call, and <see cref="Permission"/> is null.</summary>
    public bool NeedsCredential { get; init; } = true;

    /// <summary>More than the summary says, in Markdown; or null.</summary>
    public string? Description { get; init; }

    /// <summary>Query parameters.</summary>
    public IReadOnlyList<ApiParameter> Query { get; init; } = [];

    /// <summary>The request's body, or null when it has none.</summary>
    public ApiSchema? Body { get; init; }

    /// <summary>The envelope's <c>result</c>.</summary>
    public required ApiSchema Result { get; init; }

    /// <summary>Whether the result is one page of a list, with <c>result_info</c>.</summary>
    public bool Paged { get; init; }

    /// <summary>The status of success.</summary>
    public int Status { get; init; } = 200;

    /// <summary>Whether the envelope's <c>messages</c> can say what is right and maybe not what was meant.</summary>
    public bool Warns { get; init; }

    /// <summary>
    /// Why an operation that is no GET leaves no entry in the audit log of its own, or null: it leaves exactly one whenever it changes
    /// something.
    /// </summary>
    public string? NotAudited { get; init; }

    /// <summary>Makes the route.</summary>
    /// <param name="routes">The application.</param>
    /// <param name="handler">Answers the request.</param>
    public void Map(IEndpointRouteBuilder routes, RequestDelegate handler) => routes.MapMethods(Path, [Method], handler).WithMetadata(this);
}

/// <summary>A query parameter.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Schema">What it can be; all are optional.</param>
internal sealed record ApiParameter(string Name, ApiSchema Schema)
{
    /// <summary>Those of every paged list.</summary>
    public static IReadOnlyList<ApiParameter> Paging { get; } =
    [new("page", ApiSchema.Whole("Which page, from 1.", 1)), new("per_page", ApiSchema.Whole("Items on a page.", 20))];
}

/// <summary>The shape of a JSON value, as JSON Schema 2020-12, with an example of it.</summary>
/// <param name="Schema">The schema.</param>
/// <param name="Example">A value that fits it and that the API takes.</param>
internal sealed record ApiSchema(JsonObject Schema, JsonNode? Example)
{
    /// <summary>A string.</summary>
    public static ApiSchema Text(string description, string example) => Of("string", description, example);

    /// <summary>A whole number.</summary>
    public static ApiSchema Whole(string description, long example) => Of("integer", description, example);

    /// <summary>True or false.</summary>
    public static ApiSchema Flag(string description, bool example) => Of("boolean", description, example);

    /// <summary>One of a few strings; the first is the example.</summary>
    public static ApiSchema OneOf(string description, params string[] values)
    {
        var schema = Of("string", description, values[0]);
        schema.Schema["enum"] = new JsonArray([.. values.Select(value => (JsonNode)value)]);
        return schema;
    }

    /// <summary>A point in time, RFC 3339.</summary>
    public static ApiSchema Time(string description)
    {
        var schema = Of("string", description, "2026-01-01T05:20:00.000Z");
        schema.Schema["format"] = "date-time";
        return schema;
    }

    /// <summary>A list.</summary>
    public static ApiSchema List(ApiSchema item) =>
        new(new JsonObject { ["type"] = "array", ["items"] = item.Schema.DeepClone() }, new JsonArray(item.Example?.DeepClone()));

    /// <summary>A list that must be empty.</summary>
    public static ApiSchema EmptyList(string description) =>
        new(
            new JsonObject
            {
                ["type"] = "array",
                ["description"] = description,
                ["maxItems"] = 0,
            },
            new JsonArray()
        );

    /// <summary>An object. A member whose name ends in <c>?</c> may be missing.</summary>
    public static ApiSchema Object(params (string Name, ApiSchema Schema)[] members)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        var example = new JsonObject();
        foreach (var (name, member) in members)
        {
            var plain = name.TrimEnd('?');
            properties[plain] = member.Schema.DeepClone();
            example[plain] = member.Example?.DeepClone();
            if (plain == name)
            {
                required.Add(plain);
            }
        }

        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (required.Count > 0)
        {
            schema["required"] = required;
        }

        return new ApiSchema(schema, example);
    }

    /// <summary>Anything that JSON can say; what it means is in the description.</summary>
    public static ApiSchema Any(string description, JsonNode? example) => new(new JsonObject { ["description"] = description }, example);

    /// <summary>The same, or null.</summary>
    public ApiSchema OrNull()
    {
        var schema = Schema.DeepClone().AsObject();
        schema["type"] = new JsonArray(schema["type"]!.DeepClone(), "null");
        return this with { Schema = schema };
    }

    private static ApiSchema Of(string type, string description, JsonNode example) =>
        new(new JsonObject { ["type"] = type, ["description"] = description }, example);
}
