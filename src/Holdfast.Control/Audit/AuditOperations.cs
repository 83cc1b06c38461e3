using System.Text.Json.Nodes;
using Holdfast.Control.Access;
using Holdfast.Control.Operations;

namespace Holdfast.Control.Audit;

/// <summary>What can be asked of the audit log.</summary>
internal static class AuditOperations
{
    private static readonly ApiSchema Operation = ApiSchema.Text("The operation's id.", "zones-create");
    private static readonly ApiSchema Outcome = ApiSchema.OneOf("How it went.", "success", "refused");
    private static readonly ApiSchema ZoneId = ApiSchema.Text("The zone's id.", "353e105f4ecef8ad9ca31a8372d0c023");
    private static readonly ApiSchema Hash = ApiSchema.Text("SHA-256, in hexadecimal digits.", AuditEntry.Beginning);

    private static readonly ApiSchema Entry = ApiSchema.Object(
        ("sequence", ApiSchema.Whole("Its number, without gaps.", 1)),
        ("at", ApiSchema.Time("When it was written.")),
        ("operation", Operation),
        ("outcome", Outcome),
        ("actor_type", ApiSchema.OneOf("By which kind of credential.", "token", "session", "api_key", "anonymous", "system", "node")),
        ("actor_id", ApiSchema.Text("The credential's id.", "ed17574386854bf78a67040be0a770b0")),
        (
            "actor_name",
            ApiSchema.Text("The token's name, the operator's e-mail address, or the user on a node's machine.", "ops@example.com")
        ),
        ("address", ApiSchema.Text("Where the request came from.", "192.0.2.1").OrNull()),
        ("resource_type", ApiSchema.Text("What kind of thing was changed.", "zone")),
        ("resource_id", ApiSchema.Text("The thing's id.", "353e105f4ecef8ad9ca31a8372d0c023")),
        ("zone_id", ZoneId.OrNull()),
        ("before", ApiSchema.Any("The thing before, without secrets; null when it was not there.", null)),
        ("after", ApiSchema.Any("The thing afterwards, without secrets; null when it is gone.", new JsonObject())),
        ("previous_hash", Hash),
        ("hash", Hash)
    );

    private static readonly ApiSchema ActorFilter = ApiSchema.Text(
        "A credential's id, a token's name or an e-mail address.",
        "ops@example.com"
    );

    /// <summary>The route value that is an entry's number.</summary>
    public const string Parameter = "sequence";

    public static ApiOperation Get { get; } =
        new("GET", "/holdfast/v1/audit_logs/{" + Parameter + "}", "audit-get", "Show one entry of the audit log")
        {
            Permission = PermissionGroups.AccountSettingsRead,
            Result = Entry,
        };

    public static ApiOperation List { get; } =
        new("GET", "/holdfast/v1/audit_logs", "audit-list", "List who changed what")
        {
            Permission = PermissionGroups.AccountSettingsRead,
            Query =
            [
                new("actor", ActorFilter),
                new("operation", Operation),
                new("outcome", Outcome),
                new("resource_type", ApiSchema.Text("A kind of thing.", "zone")),
                new("resource_id", ApiSchema.Text("A thing's id.", "353e105f4ecef8ad9ca31a8372d0c023")),
                new("zone_id", ZoneId),
                new("since", ApiSchema.Time("From this time on.")),
                new("before", ApiSchema.Time("Before this time.")),
                new("direction", ApiSchema.OneOf("Newest first, or oldest first.", "desc", "asc")),
                .. ApiParameter.Paging,
            ],
            Result = ApiSchema.List(Entry),
            Paged = true,
        };

    public static ApiOperation Head { get; } =
        new("GET", "/holdfast/v1/audit_logs/head", "audit-head", "Show the newest signed head of the audit log")
        {
            Permission = PermissionGroups.AccountSettingsRead,
            Description = "Keep it elsewhere: later it proves that nothing before it was changed or cut off.",
            Result = ApiSchema.Object(
                ("sequence", ApiSchema.Whole("The number of the log's last entry then.", 1)),
                ("hash", Hash),
                ("at", ApiSchema.Time("When it was signed.")),
                ("key_id", ApiSchema.Text("The signing key's id.", "5d41402abc4b2a76b9719d911017c592")),
                ("signature", ApiSchema.Text("ECDSA P-256, base64.", "MEUCIQ..."))
            ),
        };

    public static ApiOperation ListAccount { get; } =
        new("GET", "/client/v4/accounts/{account_id}/audit_logs", "audit-list-account", "List who changed what, as Cloudflare shows it")
        {
            Permission = PermissionGroups.AccountSettingsRead,
            Query =
            [
                new("id", Hash),
                new("actor.email", ActorFilter),
                new("action.type", Operation),
                new("since", ApiSchema.Time("From this time on.")),
                new("before", ApiSchema.Time("Before this time.")),
                new("direction", ApiSchema.OneOf("Newest first, or oldest first.", "desc", "asc")),
                .. ApiParameter.Paging,
            ],
            Result = ApiSchema.List(
                ApiSchema.Object(
                    ("id", Hash),
                    ("when", ApiSchema.Time("When.")),
                    ("action", ApiSchema.Object(("type", Operation), ("result", ApiSchema.Flag("Whether it was done.", true)))),
                    ("actor", ApiSchema.Any("Who.", new JsonObject())),
                    ("interface", ApiSchema.OneOf("By which way.", "API")),
                    ("resource", ApiSchema.Any("What.", new JsonObject())),
                    ("oldValue", ApiSchema.Text("The thing before, as JSON text.", "{}").OrNull()),
                    ("newValue", ApiSchema.Text("The thing afterwards, as JSON text.", "{}").OrNull()),
                    ("owner", ApiSchema.Any("Whose account.", new JsonObject()))
                )
            ),
            Paged = true,
        };
}
