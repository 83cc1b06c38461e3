using System.Text.Json.Nodes;
using Holdfast.Control.Access;
using Holdfast.Control.Accounts;
using Holdfast.Control.Operations;
using Holdfast.Control.Rulesets;

namespace Holdfast.Control.SecurityEvents;

/// <summary>What can be asked of security events and of the rules' counts.</summary>
internal static class SecurityEventOperations
{
    private const string Description =
        "One event for each time that a rule acted, newest first, or one that stands for `sample_interval` of them in a flood. Kept for a bounded "
        + "time and number. Long values are cut, and secrets are left out. The next part is at `result_info.cursors.after`.";

    private static readonly ApiSchema RuleId = ApiSchema.Text("The rule's id.", "3a03d665bac047339bb530ecb439a90d");

    private static readonly ApiSchema Event = ApiSchema.Object(
        ("id", ApiSchema.Text("The event's id.", "17")),
        ("ray_id", ApiSchema.Text("The request's ray id.", "9d2f6f0c1b3a4e5d")),
        ("occurred_at", ApiSchema.Time("When the request came.")),
        ("node", ApiSchema.Text("The edge.", "edge-1")),
        ("zone_id", ApiSchema.Text("The zone's id.", "353e105f4ecef8ad9ca31a8372d0c023")),
        ("action", ApiSchema.Text("What the rule did.", "block")),
        ("source", ApiSchema.Text("Which product the rule belongs to.", "firewallCustom")),
        ("phase", ApiSchema.Text("The rule's phase.", "http_request_firewall_custom")),
        ("ruleset_id", ApiSchema.Text("The ruleset's id.", "2f2feab2026849078ba485f918791bdc")),
        ("rule_id", RuleId),
        ("executed_by?", ApiSchema.Text("The rule that executed the ruleset, if one did.", "3a03d665bac047339bb530ecb439a90d")),
        ("ref", ApiSchema.Text("The rule's ref.", "admin")),
        ("description", ApiSchema.Text("What the rule is for.", "no strangers")),
        ("ip", ApiSchema.Text("The visitor's address.", "192.0.2.1")),
        ("country", ApiSchema.Text("The visitor's country; XX when nobody knows.", "XX")),
        ("host", ApiSchema.Text("The host.", "www.example.com")),
        ("method", ApiSchema.Text("The method.", "GET")),
        ("scheme", ApiSchema.OneOf("How the visitor came.", "https", "http")),
        ("proto", ApiSchema.Text("The HTTP version.", "HTTP/2")),
        ("path", ApiSchema.Text("The path, as it was sent.", "/admin")),
        ("uri", ApiSchema.Text("Path and query; secrets' values are `***`.", "/admin?token=***")),
        ("ua", ApiSchema.Text("User-Agent.", "curl/8.0")),
        ("sample_interval", ApiSchema.Whole("How many acts of the rule it stands for.", 1)),
        (
            "fields",
            ApiSchema.List(
                ApiSchema.Any(
                    "What the rule's expression looked at: `name`, and `value` or `values`, else `unknown`, `missing` or `masked`.",
                    new JsonObject { ["name"] = "http.request.uri.path", ["value"] = "/admin" }
                )
            )
        )
    );

    private const string CountersDescription =
        "Of all edges together, a few seconds old. A rule keeps its count through all of its changes; one that has not matched for 90 days begins anew.";

    private static readonly ApiSchema Counts = ApiSchema.List(
        ApiSchema.Object(
            ("rule_id", RuleId),
            ("ruleset_id", ApiSchema.Text("The ruleset's id.", "2f2feab2026849078ba485f918791bdc")),
            ("phase", ApiSchema.Text("The rule's phase.", "http_request_firewall_custom")),
            ("ref", ApiSchema.Text("The rule's ref.", "admin")),
            ("action", ApiSchema.Text("What the rule does.", "block")),
            ("description", ApiSchema.Text("What the rule is for.", "no strangers")),
            ("enabled", ApiSchema.Flag("Whether it is asked.", true)),
            ("matches", ApiSchema.Whole("How often it has matched.", 12)),
            ("last_matched_on", ApiSchema.Time("When it has matched last; null for never.").OrNull())
        )
    );

    private static readonly ApiParameter[] Filters =
    [
        new("action", ApiSchema.Text("Only this action.", "block")),
        new("rule_id", RuleId),
        new("ray_id", ApiSchema.Text("Only this request.", "9d2f6f0c1b3a4e5d")),
        new("phase", ApiSchema.Text("Only this phase.", "http_request_firewall_custom")),
        new("ip", ApiSchema.Text("Only this visitor.", "192.0.2.1")),
        new("host", ApiSchema.Text("Only this host.", "www.example.com")),
        new("method", ApiSchema.Text("Only this method.", "GET")),
        new("path", ApiSchema.Text("Only this path; with a star at its end, what begins so.", "/admin*")),
        new("country", ApiSchema.Text("Only this country.", "NL")),
        new("since", ApiSchema.Time("From this time on.")),
        new("until", ApiSchema.Time("Before this time.")),
        new("direction", ApiSchema.OneOf("Newest first, or oldest first.", "desc", "asc")),
        new("limit", ApiSchema.Whole("How many events, 1 to 1,000.", 50)),
        new("cursor", ApiSchema.Text("Where the part before has ended.", "17")),
    ];

    public static ApiOperation List { get; } =
        new(
            "GET",
            "/client/v4/zones/{" + PermissionCheck.ZoneParameter + "}/security/events",
            "security-events-list",
            "List a zone's security events"
        )
        {
            Permission = PermissionGroups.ZoneWafRead,
            Alternatives = RulesetPermissions.OtherReads,
            Description = Description,
            Query = Filters,
            Result = ApiSchema.List(Event),
        };

    public static ApiOperation ListAll { get; } =
        new("GET", "/holdfast/v1/security_events", "security-events-list-all", "List all zones' security events")
        {
            Permission = PermissionGroups.ZoneWafRead,
            Description =
                Description + " Events of the zones that the caller may see. `result_info.lost` is how many events edges have lost.",
            Query = Filters,
            Result = ApiSchema.List(Event),
        };

    public static ApiOperation Counters { get; } =
        new(
            "GET",
            "/holdfast/v1/zones/{" + PermissionCheck.ZoneParameter + "}/rules/counters",
            "rulesets-counters",
            "List how often each of a zone's rules has matched, and when last"
        )
        {
            Permission = PermissionGroups.ZoneWafRead,
            Alternatives = RulesetPermissions.OtherReads,
            Description = CountersDescription,
            Result = Counts,
        };

    public static ApiOperation AccountCounters { get; } =
        new(
            "GET",
            "/holdfast/v1/accounts/{" + AccountRequests.Parameter + "}/rules/counters",
            "account_rulesets-counters",
            "List how often each of the account's rules has matched, for all zones together, and when last"
        )
        {
            Permission = PermissionGroups.AccountRulesetsRead,
            Description = CountersDescription,
            Result = Counts,
        };
}
