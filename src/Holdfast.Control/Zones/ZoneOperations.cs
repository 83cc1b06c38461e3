using Holdfast.Control.Access;
using Holdfast.Control.Operations;

namespace Holdfast.Control.Zones;

/// <summary>What can be done with zones.</summary>
internal static class ZoneOperations
{
    private const string Zones = "/client/v4/zones";
    private const string OneZone = Zones + "/{" + PermissionCheck.ZoneParameter + "}";
    private const string Origin = "/holdfast/v1/zones/{" + PermissionCheck.ZoneParameter + "}/origin";

    private static readonly ApiSchema OriginUrl = ApiSchema.Text("Where the zone's requests go.", "https://192.0.2.10").OrNull();

    private static readonly ApiSchema Account = ApiSchema.Object(
        ("id", ApiSchema.Text("The account's id.", "023e105f4ecef8ad9ca31a8372d0c353")),
        ("name?", ApiSchema.Text("The account's name.", "holdfast"))
    );

    private static readonly ApiSchema Zone = ApiSchema.Object(
        ("id", ApiSchema.Text("The zone's id.", "353e105f4ecef8ad9ca31a8372d0c023")),
        ("name", ApiSchema.Text("The zone's name.", "example.com")),
        ("status", ApiSchema.OneOf("The zone's state.", "active")),
        ("paused", ApiSchema.Flag("Whether the edge only forwards.", false)),
        ("type", ApiSchema.OneOf("How the zone is set up.", "full")),
        ("development_mode", ApiSchema.Whole("Seconds for which development mode is still on; 0: off.", 0)),
        ("created_on", ApiSchema.Time("When it was made.")),
        ("modified_on", ApiSchema.Time("When it was last changed.")),
        ("account", Account),
        ("origin", OriginUrl),
        ("generation", ApiSchema.Whole("The generation of its newest release.", 1))
    );

    private static readonly ApiSchema OriginBody = ApiSchema.Object(("origin", OriginUrl));

    public static ApiOperation List { get; } =
        new("GET", Zones, "zones-list", "List zones")
        {
            Permission = PermissionGroups.ZoneRead,
            Query = [new("name", ApiSchema.Text("A zone's name.", "example.com")), .. ApiParameter.Paging],
            Result = ApiSchema.List(Zone),
            Paged = true,
        };

    public static ApiOperation Create { get; } =
        new("POST", Zones, "zones-create", "Create a zone")
        {
            Permission = PermissionGroups.ZoneWrite,
            Body = ApiSchema.Object(
                ("name", ApiSchema.Text("A host name, *.NAME, an address, or *.", "example.com")),
                ("account?", Account),
                ("type?", ApiSchema.OneOf("How the zone is set up.", "full", "partial", "secondary", "internal")),
                ("origin?", OriginUrl)
            ),
            Result = Zone,
        };

    public static ApiOperation Get { get; } =
        new("GET", OneZone, "zones-get", "Show a zone") { Permission = PermissionGroups.ZoneRead, Result = Zone };

    public static ApiOperation Delete { get; } =
        new("DELETE", OneZone, "zones-delete", "Delete a zone")
        {
            Permission = PermissionGroups.ZoneWrite,
            Result = ApiSchema.Object(("id", ApiSchema.Text("The zone's id.", "353e105f4ecef8ad9ca31a8372d0c023"))),
        };

    public static ApiOperation PutByName { get; } =
        new("PUT", "/holdfast/v1/zones/by-name/{name}", "zones-put-by-name", "Create a zone or change its origin")
        {
            Permission = PermissionGroups.ZoneWrite,
            Body = OriginBody,
            Result = Zone,
        };

    public static ApiOperation Import { get; } =
        new("POST", "/holdfast/v1/zones/import", "zones-import", "Create or change many zones")
        {
            Permission = PermissionGroups.ZoneWrite,
            Description = "At most 1,000 zones. A bad one is named among the errors; the others are imported.",
            Body = ApiSchema.Object(
                (
                    "zones",
                    ApiSchema.List(
                        ApiSchema.Object(
                            ("name", ApiSchema.Text("A host name, *.NAME, an address, or *.", "example.com")),
                            ("origin?", OriginUrl)
                        )
                    )
                )
            ),
            Result = ApiSchema.Object(
                ("created", ApiSchema.Whole("How many are new.", 1)),
                ("updated", ApiSchema.Whole("How many have another origin.", 0)),
                ("unchanged", ApiSchema.Whole("How many were as they should be.", 0)),
                (
                    "errors",
                    ApiSchema.List(
                        ApiSchema.Object(
                            ("index", ApiSchema.Whole("The zone's place in the request, from 0.", 2)),
                            ("message", ApiSchema.Text("What is wrong with it.", "zones: the name is missing"))
                        )
                    )
                )
            ),
        };

    public static ApiOperation GetOrigin { get; } =
        new("GET", Origin, "zones-get-origin", "Show a zone's origin") { Permission = PermissionGroups.ZoneRead, Result = OriginBody };

    public static ApiOperation PutOrigin { get; } =
        new("PUT", Origin, "zones-put-origin", "Set a zone's origin")
        {
            Permission = PermissionGroups.ZoneWrite,
            Body = OriginBody,
            Result = OriginBody,
        };
}
