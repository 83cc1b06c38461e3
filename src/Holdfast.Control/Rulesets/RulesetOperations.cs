using System.Text.Json.Nodes;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Control.Access;
using Holdfast.Control.Operations;

namespace Holdfast.Control.Rulesets;

/// <summary>What can be done with a zone's rulesets.</summary>
internal static class RulesetOperations
{
    /// <summary>The route value that names a ruleset.</summary>
    public const string RulesetParameter = "ruleset_id";

    /// <summary>The route value that names a rule.</summary>
    public const string RuleParameter = "rule_id";

    /// <summary>The route value that names a phase.</summary>
    public const string PhaseParameter = "ruleset_phase";

    /// <summary>The route value that names a version.</summary>
    public const string VersionParameter = "ruleset_version";

    /// <summary>The query parameter that asks for the answer without the change.</summary>
    public const string DryRun = "dry_run";

    private const string Rulesets = "/client/v4/zones/{" + PermissionCheck.ZoneParameter + "}/rulesets";
    private const string OneRuleset = Rulesets + "/{" + RulesetParameter + "}";
    private const string Rules = OneRuleset + "/rules";
    private const string OneRule = Rules + "/{" + RuleParameter + "}";
    private const string EntryPoint = Rulesets + "/phases/{" + PhaseParameter + "}/entrypoint";
    private const string OneVersion = "/versions/{" + VersionParameter + "}";

    private static readonly ApiSchema Phase = ApiSchema.OneOf("When its rules are asked.", [.. RulesetPhase.Names]) with
    {
        Example = "http_request_firewall_custom",
    };

    private static readonly ApiSchema Name = ApiSchema.Text("What its owner calls it.", "Custom rules");

    private static readonly ApiSchema Description = ApiSchema.Text("What it is for.", "Keeps strangers out of the back office");

    private static readonly ApiSchema Id = ApiSchema.Text("The id, which stays through all changes.", "2f2feab2026849078ba485f918791bdc");

    private static readonly ApiSchema Version = ApiSchema.Text("One more with every change.", "1");

    private static readonly ApiSchema Updated = ApiSchema.Time("When it was last changed.");

    private static readonly (string, ApiSchema)[] Wanted =
    [
        ("ref?", ApiSchema.Text("A name of your own that stays with the rule; its id unless given.", "admin-only-from-office")),
        ("description?", Description),
        ("action", ApiSchema.Text("What the rule does.", "block")),
        ("action_parameters?", ApiSchema.Any("How it does it; each action has its own.", null)),
        ("ratelimit?", ApiSchema.Any("In http_ratelimit: what is counted, and how much of it may come before the rule acts.", null)),
        ("expression", ApiSchema.Text("When it does it, in the rules language.", "http.request.uri.path eq \"/admin\"")),
        ("enabled?", ApiSchema.Flag("Whether it is asked at all; yes unless given.", true)),
        ("logging?", ApiSchema.Any("{\"enabled\": false} keeps it out of the log's security fields.", null)),
    ];

    private static readonly ApiSchema NewRule = WithExample(ApiSchema.Object(Wanted));

    private static readonly ApiSchema Rule = WithExample(
        ApiSchema.Object([("id", Id), ("version", Version), ("last_updated", Updated), .. Wanted])
    );

    private static readonly (string, ApiSchema)[] About =
    [
        ("id", Id),
        ("name", Name),
        ("description", Description),
        ("kind", ApiSchema.OneOf("Always the zone's own.", RulesetJson.Kind)),
        ("version", Version),
        ("last_updated", Updated),
        ("phase", Phase),
    ];

    private static readonly ApiSchema Summary = ApiSchema.Object(About);

    private static readonly ApiSchema Ruleset = ApiSchema.Object([.. About, ("rules", ApiSchema.List(Rule))]);

    private static readonly ApiSchema Replacement = ApiSchema.Object(
        ("name?", Name),
        ("description?", Description),
        ("rules?", ApiSchema.List(NewRule))
    );

    private static readonly ApiSchema Position = ApiSchema.Any(
        "Where it goes: {\"before\": id}, {\"after\": id} or {\"index\": from 1}; empty ids are the ends. The end unless given.",
        new JsonObject { ["index"] = 1 }
    );

    private static readonly ApiParameter[] Trial =
    [
        new(DryRun, ApiSchema.Flag("Check it and answer what would come of it, and change nothing.", false)),
    ];

    public static ApiOperation List { get; } =
        new("GET", Rulesets, "rulesets-list", "List a zone's rulesets, without their rules")
        {
            Permission = PermissionGroups.ZoneWafRead,
            Alternatives = RulesetPermissions.OtherReads,
            Result = ApiSchema.List(Summary),
        };

    public static ApiOperation Create { get; } =
        new("POST", Rulesets, "rulesets-create", "Make the ruleset of a phase that has none yet")
        {
            Permission = PermissionGroups.ZoneWafWrite,
            Alternatives = RulesetPermissions.OtherWrites,
            Query = Trial,
            Warns = true,
            Body = ApiSchema.Object(
                ("name", Name),
                ("description?", Description),
                ("kind", ApiSchema.OneOf("The zone's own.", RulesetJson.Kind)),
                ("phase", Phase),
                ("rules?", ApiSchema.List(NewRule))
            ),
            Result = Ruleset,
        };

    public static ApiOperation Get { get; } =
        new("GET", OneRuleset, "rulesets-get", "Show a ruleset")
        {
            Permission = PermissionGroups.ZoneWafRead,
            Alternatives = RulesetPermissions.OtherReads,
            Result = Ruleset,
        };

    public static ApiOperation Put { get; } =
        new("PUT", OneRuleset, "rulesets-put", "Change a ruleset: all of its rules, or its name")
        {
            Permission = PermissionGroups.ZoneWafWrite,
            Alternatives = RulesetPermissions.OtherWrites,
            Description = Replacing,
            Query = Trial,
            Warns = true,
            Body = Replacement,
            Result = Ruleset,
        };

    public static ApiOperation Delete { get; } =
        new("DELETE", OneRuleset, "rulesets-delete", "Delete a ruleset, its rules and its versions")
        {
            Permission = PermissionGroups.ZoneWafWrite,
            Alternatives = RulesetPermissions.OtherWrites,
            Status = 204,
            Result = ApiSchema.Any("Nothing.", null),
        };

    public static ApiOperation CreateRule { get; } =
        new("POST", Rules, "rulesets-create-rule", "Add a rule")
        {
            Permission = PermissionGroups.ZoneWafWrite,
            Alternatives = RulesetPermissions.OtherWrites,
            Query = Trial,
            Warns = true,
            Body = WithExample(ApiSchema.Object([.. Wanted, ("position?", Position)])),
            Result = Ruleset,
        };

    public static ApiOperation EditRule { get; } =
        new("PATCH", OneRule, "rulesets-edit-rule", "Change a rule, or move it")
        {
            Permission = PermissionGroups.ZoneWafWrite,
            Alternatives = RulesetPermissions.OtherWrites,
            Description =
                "With `action` or `expression` the body is the whole rule; without them, the rule keeps what the body does not name.",
            Query = Trial,
            Warns = true,
            Body = ApiSchema.Object(("enabled?", ApiSchema.Flag("Whether it is asked at all.", false)), ("position?", Position)),
            Result = Ruleset,
        };

    public static ApiOperation DeleteRule { get; } =
        new("DELETE", OneRule, "rulesets-delete-rule", "Delete a rule")
        {
            Permission = PermissionGroups.ZoneWafWrite,
            Alternatives = RulesetPermissions.OtherWrites,
            Query = Trial,
            Result = Ruleset,
        };

    public static ApiOperation ListVersions { get; } =
        new("GET", OneRuleset + "/versions", "rulesets-list-versions", "List a ruleset's versions, the newest first")
        {
            Permission = PermissionGroups.ZoneWafRead,
            Alternatives = RulesetPermissions.OtherReads,
            Result = ApiSchema.List(Summary),
        };

    public static ApiOperation GetVersion { get; } =
        new("GET", OneRuleset + OneVersion, "rulesets-get-version", "Show a version of a ruleset")
        {
            Permission = PermissionGroups.ZoneWafRead,
            Alternatives = RulesetPermissions.OtherReads,
            Result = Ruleset,
        };

    public static ApiOperation DeleteVersion { get; } =
        new("DELETE", OneRuleset + OneVersion, "rulesets-delete-version", "Delete an old version of a ruleset")
        {
            Permission = PermissionGroups.ZoneWafWrite,
            Alternatives = RulesetPermissions.OtherWrites,
            Status = 204,
            Result = ApiSchema.Any("Nothing.", null),
        };

    public static ApiOperation GetEntryPoint { get; } =
        new("GET", EntryPoint, "rulesets-get-entrypoint", "Show the ruleset of a phase")
        {
            Permission = PermissionGroups.ZoneWafRead,
            Alternatives = RulesetPermissions.OtherReads,
            Result = Ruleset,
        };

    public static ApiOperation PutEntryPoint { get; } =
        new("PUT", EntryPoint, "rulesets-put-entrypoint", "Make or change the ruleset of a phase")
        {
            Permission = PermissionGroups.ZoneWafWrite,
            Alternatives = RulesetPermissions.OtherWrites,
            Description = Replacing,
            Query = Trial,
            Warns = true,
            Body = Replacement,
            Result = Ruleset,
        };

    public static ApiOperation ListEntryPointVersions { get; } =
        new("GET", EntryPoint + "/versions", "rulesets-list-entrypoint-versions", "List the versions of a phase's ruleset")
        {
            Permission = PermissionGroups.ZoneWafRead,
            Alternatives = RulesetPermissions.OtherReads,
            Result = ApiSchema.List(Summary),
        };

    public static ApiOperation GetEntryPointVersion { get; } =
        new("GET", EntryPoint + OneVersion, "rulesets-get-entrypoint-version", "Show a version of a phase's ruleset")
        {
            Permission = PermissionGroups.ZoneWafRead,
            Alternatives = RulesetPermissions.OtherReads,
            Result = Ruleset,
        };

    private const string Replacing =
        "`rules`, when they are there, are all the rules that there shall be. A rule is the one that it was when its `id` or its `ref` is "
        + "the same, or everything about it.";

    private static ApiSchema WithExample(ApiSchema schema)
    {
        var example = schema.Example!.DeepClone().AsObject();
        example.Remove("action_parameters");
        example.Remove("logging");
        example.Remove("ratelimit");
        return schema with { Example = example };
    }
}
