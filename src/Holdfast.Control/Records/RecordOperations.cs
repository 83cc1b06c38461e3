using System.Text.Json.Nodes;
using Holdfast.Control.Access;
using Holdfast.Control.Envelope;
using Holdfast.Control.Operations;
using Holdfast.Control.Records.Content;

namespace Holdfast.Control.Records;

/// <summary>What can be done with a zone's records.</summary>
internal static class RecordOperations
{
    /// <summary>The route value that names a record.</summary>
    public const string Parameter = "dns_record_id";

    private const string Records = "/client/v4/zones/{" + PermissionCheck.ZoneParameter + "}/dns_records";
    private const string OneRecord = Records + "/{" + Parameter + "}";

    private static readonly ApiSchema Id = ApiSchema.Text("The record's id.", "372e67954025e0ba6aaa6d586b9e0b59");

    private static readonly ApiSchema Type = ApiSchema.OneOf("Its type.", [.. RecordTypes.All.Select(type => type.Name)]);

    private static readonly ApiSchema Name = ApiSchema.Text("A name in the zone, one relative to it, or @.", "www.example.com");

    private static readonly ApiSchema Content = ApiSchema.Text("What it says, as in a zone file; the priority is apart.", "192.0.2.1");

    private static readonly ApiSchema Data = ApiSchema.Any(
        "The parts of the content, for the types that have parts; instead of content, or saying the same.",
        null
    );

    private static readonly ApiSchema Ttl = ApiSchema.Whole("Seconds, 30 to 86400; 1 is automatic, which a proxied record always has.", 1);

    private static readonly ApiSchema Proxied = ApiSchema.Flag("Whether visitors go through the edge; only A, AAAA and CNAME.", true);

    private static readonly ApiSchema Priority = ApiSchema.Whole("0 to 65535; MX, SRV and URI need it.", 10);

    private static readonly ApiSchema Comment = ApiSchema.Text("A note of at most 100 characters.", "The site's first server").OrNull();

    private static readonly ApiSchema Tags = ApiSchema.List(ApiSchema.Text("NAME or NAME:VALUE.", "team:web"));

    private static readonly ApiSchema Settings = ApiSchema.Object(
        ("ipv4_only?", ApiSchema.Flag("A name server answers with IPv4 addresses alone.", false)),
        ("ipv6_only?", ApiSchema.Flag("A name server answers with IPv6 addresses alone.", false)),
        ("flatten_cname?", ApiSchema.Flag("A name server answers with the target's addresses.", false))
    );

    private static readonly (string, ApiSchema)[] Values =
    [
        ("content?", Content),
        ("data?", Data),
        ("ttl?", Ttl),
        ("proxied?", Proxied),
        ("priority?", Priority),
        ("comment?", Comment),
        ("tags?", Tags),
        ("settings?", Settings),
    ];

    private static readonly ApiSchema Body = Example(ApiSchema.Object([("name", Name), ("type", Type), .. Values]));

    private static readonly ApiSchema Edit = Example(ApiSchema.Object([("name?", Name), ("type?", Type), .. Values]));

    private static readonly ApiSchema Record = Example(
        ApiSchema.Object([
            ("id", Id),
            ("name", Name),
            ("type", Type),
            ("content", Content),
            ("proxiable", ApiSchema.Flag("Whether its type can be proxied.", true)),
            ("proxied", Proxied),
            ("ttl", Ttl),
            ("settings?", Settings),
            ("meta", ApiSchema.Any("Nothing yet.", new JsonObject())),
            ("comment", Comment),
            ("tags", Tags),
            ("created_on", ApiSchema.Time("When it was made.")),
            ("modified_on", ApiSchema.Time("When it was last changed.")),
            ("comment_modified_on?", ApiSchema.Time("When its comment was last changed.")),
            ("tags_modified_on?", ApiSchema.Time("When its tags were last changed.")),
            ("priority?", Priority),
            ("data?", Data),
        ])
    );

    public static ApiOperation List { get; } =
        new("GET", Records, "dns-records-list", "List, filter and search a zone's records")
        {
            Permission = PermissionGroups.DnsRead,
            Description = "A parameter that is not one of these is refused: a filter that is misspelt must not mean all.",
            Query =
            [
                .. Texts("name"),
                .. Texts("content"),
                .. Texts("comment"),
                new("comment.present", ApiSchema.Text("Any value: only those with a comment.", "true")),
                new("comment.absent", ApiSchema.Text("Any value: only those without one.", "true")),
                .. Texts("tag"),
                new("tag.present", ApiSchema.Text("A tag's name.", "team")),
                new("tag.absent", ApiSchema.Text("A tag's name.", "team")),
                new("type", Type),
                new("proxied", Proxied),
                new("match", ApiSchema.OneOf("Whether all filters must hold or any.", "all", "any")),
                new("tag_match", ApiSchema.OneOf("The same among the filters for tags.", "all", "any")),
                new("search", ApiSchema.Text("Looks into every member.", "www")),
                new("order", ApiSchema.OneOf("What to order by.", "name", "type", "content", "ttl", "proxied")),
                new("direction", ApiSchema.OneOf("Which way.", "asc", "desc")),
                .. ApiParameter.Paging,
            ],
            Result = ApiSchema.List(Record),
            Paged = true,
        };

    public static ApiOperation Create { get; } =
        new("POST", Records, "dns-records-create", "Create a record")
        {
            Permission = PermissionGroups.DnsWrite,
            Body = Body,
            Result = Record,
        };

    public static ApiOperation Get { get; } =
        new("GET", OneRecord, "dns-records-get", "Show a record") { Permission = PermissionGroups.DnsRead, Result = Record };

    public static ApiOperation Put { get; } =
        new("PUT", OneRecord, "dns-records-put", "Overwrite a record")
        {
            Permission = PermissionGroups.DnsWrite,
            Body = Body,
            Result = Record,
        };

    public static ApiOperation Patch { get; } =
        new("PATCH", OneRecord, "dns-records-edit", "Change a record")
        {
            Permission = PermissionGroups.DnsWrite,
            Body = Edit,
            Result = Record,
        };

    public static ApiOperation Delete { get; } =
        new("DELETE", OneRecord, "dns-records-delete", "Delete a record")
        {
            Permission = PermissionGroups.DnsWrite,
            Result = ApiSchema.Object(("id", Id)),
        };

    public static ApiOperation Batch { get; } =
        new("POST", Records + "/batch", "dns-records-batch", "Delete, change and create records in one transaction")
        {
            Permission = PermissionGroups.DnsWrite,
            Description = "Deletes are done first, then patches, puts and posts. All of it is done, or nothing.",
            Query = [DeleteCount.Parameter],
            Body = ApiSchema.Object(
                ("deletes?", ApiSchema.List(ApiSchema.Object(("id", Id)))),
                ("patches?", ApiSchema.List(ApiSchema.Object(("id", Id), ("comment?", Comment)))),
                ("puts?", ApiSchema.List(ApiSchema.Object(("id", Id), ("name", Name), ("type", Type), ("content?", Content)))),
                ("posts?", ApiSchema.List(Body))
            ),
            Result = ApiSchema.Object(
                ("deletes", ApiSchema.List(Record)),
                ("patches", ApiSchema.List(Record)),
                ("puts", ApiSchema.List(Record)),
                ("posts", ApiSchema.List(Record))
            ),
        };

    public static ApiOperation Export { get; } =
        new("GET", Records + "/export", "dns-records-export", "Export the records as a zone file")
        {
            Permission = PermissionGroups.DnsRead,
            Description = "The answer is text/plain, without an envelope.",
            Result = ApiSchema.Text("A zone file.", "www.example.com.\t1\tIN\tA\t192.0.2.1\n"),
        };

    public static ApiOperation Import { get; } =
        new("POST", Records + "/import", "dns-records-import", "Import a zone file")
        {
            Permission = PermissionGroups.DnsWrite,
            Description =
                "The request is multipart/form-data. Records that are there already are left as they are. All of it is done, or nothing.",
            Body = ApiSchema.Object(
                ("file", ApiSchema.Text("A zone file.", "www.example.com. 300 IN A 192.0.2.1")),
                ("proxied?", ApiSchema.OneOf("Whether records that can be proxied are, unless the file says so of each.", "false", "true"))
            ),
            Result = ApiSchema.Object(
                ("recs_added", ApiSchema.Whole("How many were added.", 1)),
                ("total_records_parsed", ApiSchema.Whole("How many the file had.", 1))
            ),
        };

    private static IEnumerable<ApiParameter> Texts(string member) =>
        new[] { "", ".exact", ".contains", ".startswith", ".endswith" }.Select(test => new ApiParameter(
            member + test,
            ApiSchema.Text(member == "tag" ? "NAME:VALUE." : "A text; case does not matter.", member == "tag" ? "team:web" : "www")
        ));

    // The example is an A record: what only other types have is not in it.
    private static ApiSchema Example(ApiSchema schema)
    {
        var example = schema.Example!.DeepClone().AsObject();
        example.Remove("data");
        example.Remove("priority");
        example.Remove("settings");
        return schema with { Example = example };
    }
}
