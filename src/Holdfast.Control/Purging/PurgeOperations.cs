using System.Text.Json.Nodes;
using Holdfast.Control.Access;
using Holdfast.Control.Operations;

namespace Holdfast.Control.Purging;

/// <summary>What can be done with what edges have stored.</summary>
internal static class PurgeOperations
{
    /// <summary>The route value that names a purge.</summary>
    public const string Parameter = "purge_id";

    private const string Zone = "zones/{" + PermissionCheck.ZoneParameter + "}";

    private static readonly ApiSchema Id = ApiSchema.Text("The purge's id.", "9a7806061c88ada191ed06f989cc3dac");

    public static ApiOperation Purge { get; } =
        new("POST", $"/client/v4/{Zone}/purge_cache", "cache-purge", "Purge what is cached of a zone")
        {
            Permission = PermissionGroups.CachePurge,
            Description =
                "Exactly one of the members. A list has 1 to 100 items; an empty one is refused. URLs, prefixes and hosts must be the zone's. "
                + "A URL is purged with all its variants, of both schemes and on every port; the form `{\"url\", \"headers\"}` means the same.",
            Body = ApiSchema.Object(
                ("files?", ApiSchema.List(ApiSchema.Any("A URL, or an object with it.", "https://www.example.com/css/styles.css"))),
                ("prefixes?", ApiSchema.List(ApiSchema.Text("How a URL begins, without scheme.", "www.example.com/blog/"))),
                ("hosts?", ApiSchema.List(ApiSchema.Text("A host name.", "www.example.com"))),
                ("tags?", ApiSchema.List(ApiSchema.Text("A tag of a Cache-Tag field.", "product-1234"))),
                ("purge_everything?", ApiSchema.Flag("True: everything of the zone.", true))
            ) with
            {
                Example = new JsonObject { ["files"] = new JsonArray("https://www.example.com/css/styles.css") },
            },
            Result = ApiSchema.Object(("id", Id)),
        };

    public static ApiOperation Get { get; } =
        new("GET", $"/holdfast/v1/{Zone}/purges/{{{Parameter}}}", "cache-get-purge", "Show a purge, and on which edges it is in effect")
        {
            Permission = PermissionGroups.CachePurge,
            Description = "Kept for seven days. An edge that is silent catches up before anything newer reaches it.",
            Result = ApiSchema.Object(
                ("id", Id),
                ("sequence", ApiSchema.Whole("Its place in the purge log.", 1)),
                ("kind", ApiSchema.OneOf("What it selects by.", "url", "prefix", "host", "tag", "everything")),
                ("values", ApiSchema.List(ApiSchema.Text("What it selects.", "www.example.com/css/styles.css"))),
                ("created_on", ApiSchema.Time("When it was ordered.")),
                (
                    "edges",
                    ApiSchema.List(
                        ApiSchema.Object(
                            ("name", ApiSchema.Text("The edge's name.", "edge-1")),
                            ("status", ApiSchema.OneOf("Silent after 30 s without a word.", "reporting", "silent")),
                            ("in_effect", ApiSchema.Flag("Whether it has said that the purge is in effect.", true))
                        )
                    )
                )
            ),
        };
}
