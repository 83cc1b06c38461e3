using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Control.Envelope;
using Holdfast.Model.Uplink;

namespace Holdfast.Control.Audit;

/// <summary>
/// What somebody ordered on an edge's own machine, as an entry of the audit log: it was done without control, and is written down when the edge
/// tells of it.
/// </summary>
internal static class NodeCommandAudit
{
    // An edge's own limit; what is longer is not an edge's.
    private const int MostCharacters = 2_000;

    private static readonly string[] Members =
    [
        "id",
        "verb",
        "target",
        "everything",
        "generation",
        "subject",
        "killed",
        "reason",
        "given_at",
        "waited",
        "text",
    ];

    /// <summary>The entry of a record.</summary>
    /// <param name="node">The edge that sent it, as it was authenticated.</param>
    /// <param name="record">The record.</param>
    /// <returns>Null when it is of another type.</returns>
    public static AuditEntry? Of(string node, UplinkRecord record)
    {
        if (record.Type != UplinkRecordTypes.NodeCommand || record.Body.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var after = new JsonObject { ["at"] = ApiAnswer.Time(record.At.UtcDateTime) };
        foreach (var member in Members)
        {
            if (record.Body.TryGetProperty(member, out var value) && value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
            {
                after[member] = value.ValueKind == JsonValueKind.String ? Short(value.GetString()!) : JsonNode.Parse(value.GetRawText());
            }
        }

        return new AuditEntry
        {
            Sequence = 0,
            At = default,
            Operation = UplinkRecordTypes.NodeCommand,
            Outcome = TextOf(record.Body, "outcome") == "done" ? "success" : "refused",
            ActorType = "node",
            ActorId = node,
            ActorName = TextOf(record.Body, "by") ?? "unknown",
            Address = null,
            ResourceType = "node",
            ResourceId = node,
            ZoneId = null,
            Before = null,
            After = AuditJson.Text(after),
            PreviousHash = AuditEntry.Beginning,
        };
    }

    private static string? TextOf(JsonElement body, string member) =>
        body.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? Short(value.GetString()!) : null;

    private static string Short(string text) => text.Length <= MostCharacters ? text : text[..MostCharacters];
}
