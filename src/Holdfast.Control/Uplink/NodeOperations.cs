using System.Text.Json.Nodes;
using Holdfast.Control.Access;
using Holdfast.Control.Operations;

namespace Holdfast.Control.Uplink;

/// <summary>What can be asked of the edges and of what they sent up.</summary>
internal static class NodeOperations
{
    private static readonly ApiSchema Name = ApiSchema.Text("The node's name.", "edge-1");

    public static ApiOperation List { get; } =
        new("GET", "/holdfast/v1/nodes", "nodes-list", "List the edges that have reported")
        {
            Permission = PermissionGroups.AccountSettingsRead,
            Query = ApiParameter.Paging,
            Result = ApiSchema.List(
                ApiSchema.Object(
                    ("name", Name),
                    ("status", ApiSchema.OneOf("Silent after 30 s without a word.", "reporting", "silent")),
                    ("first_seen_on", ApiSchema.Time("When it first reported.")),
                    ("last_seen_on", ApiSchema.Time("When it last reported.")),
                    ("purge_sequence", ApiSchema.Whole("The last purge that is in effect there; 0 before the first.", 0)),
                    ("health_on", ApiSchema.Time("When its newest health record was made.").OrNull()),
                    ("health", ApiSchema.Any("Its newest health record, or null.", new JsonObject()))
                )
            ),
            Paged = true,
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
