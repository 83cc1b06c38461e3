using System.Text.Json.Nodes;
using Holdfast.Control.Access;
using Holdfast.Control.Operations;
using Holdfast.Control.Releases.Rollouts;
using Holdfast.Control.Storage;
using Holdfast.Releases.Rollout.Waves;

namespace Holdfast.Control.Releases;

/// <summary>What can be asked of releases.</summary>
internal static class ReleaseOperations
{
    /// <summary>The route value that names a kind of artifact.</summary>
    public const string KindParameter = "artifact_kind";

    /// <summary>The route value that names an artifact.</summary>
    public const string NameParameter = "artifact_name";

    /// <summary>The route value that names a release among its artifact's.</summary>
    public const string GenerationParameter = "generation";

    /// <summary>All releases.</summary>
    public const string Releases = "/holdfast/v1/releases";

    /// <summary>One release.</summary>
    public const string One = Releases + "/{" + KindParameter + "}/{" + NameParameter + "}/{" + GenerationParameter + "}";

    private static readonly ApiSchema Kind = ApiSchema.OneOf(
        "The kind of artifact.",
        "zone",
        "certificate",
        "signing-key",
        "list",
        "account-ruleset",
        "bot-features",
        "kill-switch"
    );

    private static readonly ApiSchema Name = ApiSchema.Text("The artifact's id.", "353e105f4ecef8ad9ca31a8372d0c023");
    private static readonly ApiSchema Node = ApiSchema.Text("The edge's name.", "edge-1");
    private static readonly ApiSchema Stage = ApiSchema.OneOf(
        "How far it is there.",
        [.. Enum.GetValues<EdgeStanding>().Select(EdgeStandings.NameOf)]
    );
    private static readonly ApiSchema Why = ApiSchema.Text("Why.", "2.1% of its requests failed").OrNull();

    private static readonly (string, ApiSchema)[] Members =
    [
        ("position", ApiSchema.Whole("Its place in the feed.", 1)),
        ("kind", Kind),
        ("name", Name),
        ("title", ApiSchema.Text("What people call the artifact: a zone's or list's name, else its id.", "example.com")),
        ("generation", ApiSchema.Whole("Its number among the artifact's releases.", 1)),
        ("digest", ApiSchema.Text("SHA-256 of its payload.", new string('0', 64))),
        ("removed", ApiSchema.Flag("Whether it takes the artifact away.", false)),
        ("created_on", ApiSchema.Time("When it was published.")),
        ("state", ApiSchema.OneOf("How it stands: docs/releases.md explains each word.", RolloutJson.States)),
        ("wave", ApiSchema.Whole("The wave that has it; null of what goes to all edges at once.", 1).OrNull()),
        ("reason", ApiSchema.Text("Why its rollout ended as it did.", "edge-2 refused it: ...").OrNull()),
        (
            "edges",
            ApiSchema.Object(
                ("full", ApiSchema.Whole("Edges of which all requests meet it.", 3)),
                ("partial", ApiSchema.Whole("Edges of which a share of the requests does.", 0)),
                ("waiting", ApiSchema.Whole("Edges that may have it and do not.", 0)),
                ("refused", ApiSchema.Whole("Edges that refused it.", 0)),
                ("reverted", ApiSchema.Whole("Edges that went back.", 0))
            )
        ),
        ("failures", ApiSchema.List(ApiSchema.Object(("node", Node), ("stage", Stage), ("reason", Why), ("at", ApiSchema.Time("When."))))),
    ];

    /// <summary>A pin.</summary>
    public static ApiSchema Pin { get; } =
        ApiSchema.Object(
            ("generation", ApiSchema.Whole("The release that stays.", 3)),
            ("reason", ApiSchema.Text("Why.", "the shop's busiest day")),
            ("by", ApiSchema.Text("Who pinned it.", "admin")),
            ("pinned_on", ApiSchema.Time("When."))
        );

    /// <summary>A release with all there is to say of it.</summary>
    public static ApiSchema Release { get; } =
        ApiSchema.Object([
            .. Members,
            ("bytes", ApiSchema.Whole("Its size in the feed.", 2_048)),
            ("waits_for", ApiSchema.Text("What it waits for now, as a sentence.", "edge-2 to take it in full").OrNull()),
            ("previous_generation", ApiSchema.Whole("What was in use before it, and is gone back to.", 1).OrNull()),
            ("revert_generation", ApiSchema.Whole("The release that took it back.", 3).OrNull()),
            ("open_to_all", ApiSchema.Flag("Whether every edge may have it.", true)),
            ("ended_on", ApiSchema.Time("When its rollout ended.").OrNull()),
            ("pin", Pin.OrNull()),
            (
                "edge_list",
                ApiSchema.List(
                    ApiSchema.Object(
                        ("node", Node),
                        ("wave", ApiSchema.Whole("The wave in which it was offered there.", 1).OrNull()),
                        ("stage", Stage),
                        ("share", ApiSchema.Whole("Per cent of its requests that meet it.", 100)),
                        ("reason", Why),
                        ("evidence", ApiSchema.Text("The figures.", "5xx 2.1% against 0.1%").OrNull()),
                        ("at", ApiSchema.Time("When it said so."))
                    )
                )
            ),
            (
                "decisions",
                ApiSchema.List(
                    ApiSchema.Object(
                        ("at", ApiSchema.Time("When.")),
                        ("what", ApiSchema.Text("A word for it.", "offer")),
                        (
                            "text",
                            ApiSchema.Text("What was decided, and on which figures.", "wave 1: 1 of 3 edges (edge-2); the first wave")
                        ),
                        ("by", ApiSchema.Text("Who decided: control, or a caller.", "control"))
                    )
                )
            ),
        ]);

    public static ApiOperation List { get; } =
        new("GET", Releases, "releases-list", "List what was published, newest first")
        {
            Permission = PermissionGroups.AccountSettingsRead,
            Query =
            [
                new("kind", Kind),
                new("name", ApiSchema.Text("The artifact's id, or a zone's or list's name.", "example.com")),
                new(
                    "state",
                    ApiSchema.OneOf(
                        "Those on their way, or those that an edge refused or took back.",
                        ReleaseFilter.Active,
                        ReleaseFilter.Failed
                    )
                ),
                .. ApiParameter.Paging,
            ],
            Result = ApiSchema.List(ApiSchema.Object(Members)),
            Paged = true,
        };

    public static ApiOperation Get { get; } =
        new("GET", One, "releases-get", "Show a release, its rollout and its edges")
        {
            Permission = PermissionGroups.AccountSettingsRead,
            Description =
                "The name can be an id, or a zone's or list's name; the generation can be `newest`. At most 1,000 edges are listed.",
            Result = Release,
        };

    public static ApiOperation Drafts { get; } =
        new(
            "GET",
            "/holdfast/v1/incident-drafts",
            "releases-drafts",
            "List the incident drafts of releases that were stopped, newest first"
        )
        {
            Permission = PermissionGroups.AccountSettingsRead,
            Query = ApiParameter.Paging,
            Result = ApiSchema.List(
                ApiSchema.Object(
                    ("id", ApiSchema.Whole("The draft's number.", 1)),
                    ("at", ApiSchema.Time("When it was drafted.")),
                    ("draft", ApiSchema.Any("What the incident would say.", new JsonObject { ["title"] = "A release was stopped" }))
                )
            ),
            Paged = true,
        };
}
