using System.Text.Json.Nodes;
using Holdfast.Control.Access;
using Holdfast.Control.Operations;

namespace Holdfast.Control.Uplink;

/// <summary>What can be asked of the edges and of what they sent up.</summary>
internal static class NodeOperations
{
    /// <summary>The route value that names a node.</summary>
    public const string Parameter = "node_name";

    private const string Nodes = "/holdfast/v1/nodes";
    private const string OneNode = Nodes + "/{" + Parameter + "}";

    private static readonly ApiSchema Name = ApiSchema.Text("The node's name.", "edge-1");

    private static readonly ApiSchema Node = ApiSchema.Object(
        ("name", Name),
        ("status", ApiSchema.OneOf("Silent after 30 s without a word.", "reporting", "silent")),
        ("joined_on", ApiSchema.Time("When it joined from another machine; null for one on control's own.").OrNull()),
        ("first_seen_on", ApiSchema.Time("When it first reported.")),
        ("last_seen_on", ApiSchema.Time("When it last reported.")),
        ("purge_sequence", ApiSchema.Whole("The last purge that is in effect there; 0 before the first.", 0)),
        ("health_on", ApiSchema.Time("When its newest health record was made.").OrNull()),
        ("health", ApiSchema.Any("Its newest health record, or null.", new JsonObject()))
    );

    public static ApiOperation List { get; } =
        new("GET", Nodes, "nodes-list", "List the edges that have joined or reported")
        {
            Permission = PermissionGroups.AccountSettingsRead,
            Query = ApiParameter.Paging,
            Result = ApiSchema.List(Node),
            Paged = true,
        };

    public static ApiOperation Get { get; } =
        new("GET", OneNode, "nodes-get", "Show an edge") { Permission = PermissionGroups.AccountSettingsRead, Result = Node };

    public static ApiOperation Delete { get; } =
        new("DELETE", OneNode, "nodes-delete", "Remove an edge")
        {
            Permission = PermissionGroups.AccountSettingsWrite,
            Description =
                "An edge that has joined from another machine is not believed from then on, and serves what lies on its disk. One on control's "
                + "own machine comes back with its next report. What it sent up goes with it.",
            Result = ApiSchema.Object(("name", Name)),
        };

    public static ApiOperation Records { get; } =
        new("GET", "/holdfast/v1/uplink_records", "nodes-records", "List what the edges sent up, newest first")
        {
            Permission = PermissionGroups.AccountSettingsRead,
            Query = [new("node", Name), new("type", ApiSchema.Text("A kind of record.", "health")), .. ApiParameter.Paging],
            Result = ApiSchema.List(
                ApiSchema.Object(
                    ("node", Name),
                    ("sequence", ApiSchema.Whole("The record's number on its node.", 1)),
                    ("at", ApiSchema.Time("When it was made.")),
                    ("type", ApiSchema.Text("Its kind.", "health")),
                    ("body", ApiSchema.Any("What it says.", new JsonObject()))
                )
            ),
            Paged = true,
        };
}
