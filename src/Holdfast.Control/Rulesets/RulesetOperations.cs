using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Control.Access;
using Holdfast.Control.Accounts;
using Holdfast.Control.Operations;
using Holdfast.Control.Releases;
using Holdfast.Control.Releases.Rehearsals;
using Holdfast.Model.Rulesets;

namespace Holdfast.Control.Rulesets;

/// <summary>What can be done with rulesets, once for a zone's and once for the account's.</summary>
/// <param name="rulesets">The route of all of them.</param>
/// <param name="tag">What the operations' ids begin with.</param>
/// <param name="whose">Whose they are, for summaries: <c>a zone's</c>.</param>
/// <param name="read">What lets a caller see them.</param>
/// <param name="write">What lets a caller change them.</param>
/// <param name="otherReads">What else may let a caller see some of them.</param>
/// <param name="otherWrites">What else may let a caller change some of them.</param>
/// <param name="kinds">Their kinds; the first is that of entry points.</param>
/// <param name="phases">The phases that they are of.</param>
internal sealed class RulesetOperations(
    string rulesets,
    string tag,
    string whose,
    PermissionGroup read,
    PermissionGroup write,
    ImmutableArray<PermissionGroup> otherReads,
    ImmutableArray<PermissionGroup> otherWrites,
    ImmutableArray<RulesetKind> kinds,
    ImmutableArray<string> phases
)
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
        (
            "categories?",
            ApiSchema.Any("Names of kinds of rule, for overrides where the ruleset is executed: in rulesets of the kind custom.", null)
        ),
        ("logging?", ApiSchema.Any("{\"enabled\": false} keeps it out of the log's security fields.", null)),
    ];

    private static readonly ApiSchema NewRule = WithExample(ApiSchema.Object(Wanted));

    private static readonly ApiSchema Rule = WithExample(
        ApiSchema.Object([("id", Id), ("version", Version), ("last_updated", Updated), .. Wanted])
    );

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

    private const string OneRulesetSuffix = "/{" + RulesetParameter + "}";
    private const string RulesSuffix = OneRulesetSuffix + "/rules";
    private const string OneRuleSuffix = RulesSuffix + "/{" + RuleParameter + "}";
    private const string EntryPointSuffix = "/phases/{" + PhaseParameter + "}/entrypoint";
    private const string OneVersion = "/versions/{" + VersionParameter + "}";

    /// <summary>Those of a zone.</summary>
    public static RulesetOperations OfZone { get; } =
        new(
            "/client/v4/zones/{" + PermissionCheck.ZoneParameter + "}/rulesets",
            "rulesets",
            "a zone's",
            PermissionGroups.ZoneWafRead,
            PermissionGroups.ZoneWafWrite,
            RulesetPermissions.OtherReads,
            RulesetPermissions.OtherWrites,
            [RulesetKind.Zone],
            RulesetPhase.Names
        );

    /// <summary>Those of the account.</summary>
    public static RulesetOperations OfAccount { get; } =
        new(
            AccountOperations.OneAccount + "/rulesets",
            "account_rulesets",
            "the account's",
            PermissionGroups.AccountRulesetsRead,
            PermissionGroups.AccountRulesetsWrite,
            [],
            [],
            [RulesetKind.Root, RulesetKind.Custom],
            RulesetPhase.OfAccount
        );

    public ApiOperation List { get; } =
        new("GET", rulesets, tag + "-list", $"List {whose} rulesets, without their rules")
        {
            Permission = read,
            Alternatives = otherReads,
            Result = ApiSchema.List(SummaryOf(kinds, phases)),
        };

    public ApiOperation Create { get; } =
        new("POST", rulesets, tag + "-create", "Make a ruleset: the entry point of a phase that has none yet, or one that rules execute")
        {
            Permission = write,
            Alternatives = otherWrites,
            Query = Trial,
            Warns = true,
            Body = ApiSchema.Object(
                ("name", Name),
                ("description?", Description),
                ("kind", KindOf(kinds)),
                ("phase", PhaseOf(phases)),
                ("rules?", ApiSchema.List(NewRule))
            ),
            Result = RulesetOf(kinds, phases),
        };

    public ApiOperation Get { get; } =
        new("GET", rulesets + OneRulesetSuffix, tag + "-get", "Show a ruleset")
        {
            Permission = read,
            Alternatives = otherReads,
            Result = RulesetOf(kinds, phases),
        };

    public ApiOperation Put { get; } =
        new("PUT", rulesets + OneRulesetSuffix, tag + "-put", "Change a ruleset: all of its rules, or its name")
        {
            Permission = write,
            Alternatives = otherWrites,
            Description = Replacing,
            Query = Trial,
            Warns = true,
            Body = Replacement,
            Result = RulesetOf(kinds, phases),
        };

    public ApiOperation Delete { get; } =
        new("DELETE", rulesets + OneRulesetSuffix, tag + "-delete", "Delete a ruleset, its rules and its versions")
        {
            Permission = write,
            Alternatives = otherWrites,
            Status = 204,
            Result = ApiSchema.Any("Nothing.", null),
        };

    public ApiOperation CreateRule { get; } =
        new("POST", rulesets + RulesSuffix, tag + "-create-rule", "Add a rule")
        {
            Permission = write,
            Alternatives = otherWrites,
            Query = Trial,
            Warns = true,
            Body = WithExample(ApiSchema.Object([.. Wanted, ("position?", Position)])),
            Result = RulesetOf(kinds, phases),
        };

    public ApiOperation EditRule { get; } =
        new("PATCH", rulesets + OneRuleSuffix, tag + "-edit-rule", "Change a rule, or move it")
        {
            Permission = write,
            Alternatives = otherWrites,
            Description =
                "With `action` or `expression` the body is the whole rule; without them, the rule keeps what the body does not name.",
            Query = Trial,
            Warns = true,
            Body = ApiSchema.Object(("enabled?", ApiSchema.Flag("Whether it is asked at all.", false)), ("position?", Position)),
            Result = RulesetOf(kinds, phases),
        };

    public ApiOperation DeleteRule { get; } =
        new("DELETE", rulesets + OneRuleSuffix, tag + "-delete-rule", "Delete a rule")
        {
            Permission = write,
            Alternatives = otherWrites,
            Query = Trial,
            Result = RulesetOf(kinds, phases),
        };

    public ApiOperation ListVersions { get; } =
        new("GET", rulesets + OneRulesetSuffix + "/versions", tag + "-list-versions", "List a ruleset's versions, the newest first")
        {
            Permission = read,
            Alternatives = otherReads,
            Result = ApiSchema.List(SummaryOf(kinds, phases)),
        };

    public ApiOperation GetVersion { get; } =
        new("GET", rulesets + OneRulesetSuffix + OneVersion, tag + "-get-version", "Show a version of a ruleset")
        {
            Permission = read,
            Alternatives = otherReads,
            Result = RulesetOf(kinds, phases),
        };

    public ApiOperation DeleteVersion { get; } =
        new("DELETE", rulesets + OneRulesetSuffix + OneVersion, tag + "-delete-version", "Delete an old version of a ruleset")
        {
            Permission = write,
            Alternatives = otherWrites,
            Status = 204,
            Result = ApiSchema.Any("Nothing.", null),
        };

    public ApiOperation GetEntryPoint { get; } =
        new("GET", rulesets + EntryPointSuffix, tag + "-get-entrypoint", "Show the ruleset of a phase")
        {
            Permission = read,
            Alternatives = otherReads,
            Result = RulesetOf(kinds, phases),
        };

    public ApiOperation PutEntryPoint { get; } =
        new("PUT", rulesets + EntryPointSuffix, tag + "-put-entrypoint", "Make or change the ruleset of a phase")
        {
            Permission = write,
            Alternatives = otherWrites,
            Description = Replacing,
            Query = Trial,
            Warns = true,
            Body = Replacement,
            Result = RulesetOf(kinds, phases),
        };

    public ApiOperation PlanEntryPoint { get; } =
        new(
            "POST",
            ReleaseOperations.Releases + "/plan" + rulesets["/client/v4".Length..] + EntryPointSuffix,
            tag + "-plan-entrypoint",
            "Rehearse a change to the ruleset of a phase with recent requests, before it is made"
        )
        {
            Permission = write,
            Alternatives = otherWrites,
            Description =
                "The body is that of the change itself. Nothing is stored, and no visitor meets it: edges replay their samples of recent requests "
                + "through what is live and through the change, in a process that serves nobody, and say what would differ.",
            NotAudited = "It changes nothing.",
            Body = Replacement,
            Result = ReleasePlan.Schema,
        };

    public ApiOperation ListEntryPointVersions { get; } =
        new("GET", rulesets + EntryPointSuffix + "/versions", tag + "-list-entrypoint-versions", "List the versions of a phase's ruleset")
        {
            Permission = read,
            Alternatives = otherReads,
            Result = ApiSchema.List(SummaryOf(kinds, phases)),
        };

    public ApiOperation GetEntryPointVersion { get; } =
        new("GET", rulesets + EntryPointSuffix + OneVersion, tag + "-get-entrypoint-version", "Show a version of a phase's ruleset")
        {
            Permission = read,
            Alternatives = otherReads,
            Result = RulesetOf(kinds, phases),
        };

    private const string Replacing =
        "`rules`, when they are there, are all the rules that there shall be. A rule is the one that it was when its `id` or its `ref` is "
        + "the same, or everything about it.";

    private static ApiSchema KindOf(ImmutableArray<RulesetKind> kinds) =>
        ApiSchema.OneOf("What it is: an entry point (zone, root), or executed by rules (custom).", [.. kinds.Select(RulesetKinds.NameOf)]);

    private static ApiSchema PhaseOf(ImmutableArray<string> phases) =>
        ApiSchema.OneOf("When its rules are asked.", [.. phases]) with
        {
            Example = "http_request_firewall_custom",
        };

    private static (string, ApiSchema)[] AboutOf(ImmutableArray<RulesetKind> kinds, ImmutableArray<string> phases) =>
        [
            ("id", Id),
            ("name", Name),
            ("description", Description),
            ("kind", KindOf(kinds)),
            ("version", Version),
            ("last_updated", Updated),
            ("phase", PhaseOf(phases)),
        ];

    private static ApiSchema SummaryOf(ImmutableArray<RulesetKind> kinds, ImmutableArray<string> phases) =>
        ApiSchema.Object(AboutOf(kinds, phases));

    private static ApiSchema RulesetOf(ImmutableArray<RulesetKind> kinds, ImmutableArray<string> phases) =>
        ApiSchema.Object([.. AboutOf(kinds, phases), ("rules", ApiSchema.List(Rule))]);

    private static ApiSchema WithExample(ApiSchema schema)
    {
        var example = schema.Example!.DeepClone().AsObject();
        example.Remove("action_parameters");
        example.Remove("logging");
        example.Remove("ratelimit");
        example.Remove("categories");
        return schema with { Example = example };
    }
}
