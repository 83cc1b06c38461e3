using Holdfast.Artifacts.Zones;
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

    private static readonly ApiSchema AccountId = ApiSchema.Text("The account's id.", "023e105f4ecef8ad9ca31a8372d0c353");

    private static readonly ApiSchema Type = ApiSchema.OneOf("How the zone is set up. Every type is served alike.", [.. ZoneTypeNames.All]);

    private static readonly ApiSchema Account = ApiSchema.Object(
        ("id?", AccountId),
        ("name?", ApiSchema.Text("The account's name.", "holdfast"))
    );

    private static readonly ApiSchema Zone = ApiSchema.Object(
        ("id", ApiSchema.Text("The zone's id.", "353e105f4ecef8ad9ca31a8372d0c023")),
        ("name", ApiSchema.Text("The zone's name.", "example.com")),
        ("status", ApiSchema.OneOf("The zone's state.", "active")),
        ("paused", ApiSchema.Flag("Whether the edge only forwards.", false)),
        ("type", Type),
        ("development_mode", ApiSchema.Whole("Seconds until development mode ends; below zero, since it ended; 0: it was never on.", 0)),
        ("name_servers", ApiSchema.List(ApiSchema.Text("None: Holdfast serves no zone's DNS.", "ns1.example.com"))),
        ("vanity_name_servers", ApiSchema.List(ApiSchema.Text("None.", "ns1.example.com"))),
        ("original_name_servers", ApiSchema.Any("Not known: null.", null)),
        ("original_registrar", ApiSchema.Any("Not known: null.", null)),
        ("original_dnshost", ApiSchema.Any("Not known: null.", null)),
        ("cname_suffix", ApiSchema.Any("Not known: null.", null)),
        ("verification_key", ApiSchema.Any("There is none: null.", null)),
        ("created_on", ApiSchema.Time("When it was made.")),
        ("modified_on", ApiSchema.Time("When it was last changed.")),
        ("activated_on", ApiSchema.Time("When it was made: a zone is active at once.")),
        ("account", Account),
        (
            "owner",
            ApiSchema.Object(
                ("id", AccountId),
                ("name", ApiSchema.Text("The account's name.", "holdfast")),
                ("type", ApiSchema.OneOf("What owns it.", "organization"))
            )
        ),
        (
            "meta",
            ApiSchema.Object(
                ("cdn_only", ApiSchema.Flag("Its DNS is elsewhere.", true)),
                ("custom_certificate_quota", ApiSchema.Whole("Most certificates that it can have.", 100)),
                ("dns_only", ApiSchema.Flag("It is served.", false)),
                ("foundation_dns", ApiSchema.Flag("There is none.", false)),
                ("page_rule_quota", ApiSchema.Whole("There are none.", 0)),
                ("phishing_detected", ApiSchema.Flag("Nobody looks.", false)),
                ("step", ApiSchema.Whole("4: it is set up.", 4))
            )
        ),
        (
            "plan",
            ApiSchema.Object(
                ("id", ApiSchema.Text("The one plan's id.", ZoneJson.PlanId)),
                ("name", ApiSchema.Text("Its name.", "Holdfast")),
                ("price", ApiSchema.Whole("What it costs.", 0)),
                ("currency", ApiSchema.Text("In what.", "USD")),
                ("frequency", ApiSchema.Text("How often.", "")),
                ("is_subscribed", ApiSchema.Flag("Every zone has it.", true)),
                ("can_subscribe", ApiSchema.Flag("Every zone has it already.", false)),
                ("legacy_id", ApiSchema.Text("Its short name.", "holdfast")),
                ("legacy_discount", ApiSchema.Flag("None.", false)),
                ("externally_managed", ApiSchema.Flag("No.", false))
            )
        ),
        ("tenant", ApiSchema.Object(("id", ApiSchema.Any("None: null.", null)), ("name", ApiSchema.Any("None: null.", null)))),
        ("tenant_unit", ApiSchema.Object(("id", ApiSchema.Any("None: null.", null)))),
        ("permissions", ApiSchema.List(ApiSchema.Text("What the caller may do with it.", "#zone:read"))),
        ("origin", OriginUrl),
        ("generation", ApiSchema.Whole("The generation of its newest release.", 1))
    );

    private static readonly ApiSchema OriginBody = ApiSchema.Object(("origin", OriginUrl));

    public static ApiOperation List { get; } =
        new("GET", Zones, "zones-list", "List zones")
        {
            Permission = PermissionGroups.ZoneRead,
            Description =
                "Internal zones are left out unless `type` or an exact `name` asks for them. By status, account and plan all zones are equal, "
                + "so whatever `order` says, names decide.",
            Query =
            [
                new(
                    "name",
                    ApiSchema.Text(
                        "A zone's name, or an operator and a text: `contains:example`. Operators: equal, not_equal, starts_with, ends_with, "
                            + "contains, and the last three with `_case_sensitive`.",
                        "example.com"
                    )
                ),
                new("status", ApiSchema.OneOf("The state wanted; all zones are active.", "active", "initializing", "pending", "moved")),
                new("account.id", AccountId),
                new("account.name", ApiSchema.Text("The account's name; operators as for `name`.", "holdfast")),
                new("type", ApiSchema.Text($"Types wanted, separated by commas: {ZoneTypeNames.Allowed}.", "full,partial")),
                new("match", ApiSchema.OneOf("Whether all conditions must hold, or one.", "all", "any")),
                new("order", ApiSchema.OneOf("By what.", [.. ZoneListQuery.Orders])),
                new("direction", ApiSchema.OneOf("Which comes first.", "asc", "desc")),
                .. ApiParameter.Paging,
            ],
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
                ("type?", Type),
                ("jump_start?", ApiSchema.Flag("Taken and ignored: nothing is looked up.", false)),
                ("origin?", OriginUrl)
            ),
            Result = Zone,
        };

    public static ApiOperation Get { get; } =
        new("GET", OneZone, "zones-get", "Show a zone") { Permission = PermissionGroups.ZoneRead, Result = Zone };

    public static ApiOperation Edit { get; } =
        new("PATCH", OneZone, "zones-edit", "Pause a zone or change its type")
        {
            Permission = PermissionGroups.ZoneWrite,
            Description = "A paused zone is only forwarded. What is not sent stays as it is.",
            Body = ApiSchema.Object(
                ("paused?", ApiSchema.Flag("Whether the edge only forwards.", true)),
                ("type?", Type),
                ("vanity_name_servers?", ApiSchema.EmptyList("Refused unless empty: Holdfast serves no zone's DNS.")),
                ("plan?", ApiSchema.Object(("id?", ApiSchema.Text("A plan's id; taken and ignored, there is one plan.", ZoneJson.PlanId))))
            ),
            Result = Zone,
        };

    public static ApiOperation CheckActivation { get; } =
        new("PUT", OneZone + "/activation_check", "zones-check-activation", "Check whether a zone is active")
        {
            Permission = PermissionGroups.ZoneWrite,
            Description = "Zones are active from the moment they are made; there is nothing to wait for.",
            NotAudited = "It changes nothing.",
            Result = ApiSchema.Object(("id", ApiSchema.Text("The zone's id.", "353e105f4ecef8ad9ca31a8372d0c023"))),
        };

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
