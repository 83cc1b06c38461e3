using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Holdfast.Model.Uplink;
using Holdfast.Releases.Wire;

namespace Holdfast.Releases.Feed;

/// <summary>Upward records as JSON, in batches on the wire and one a line in the ring on disk.</summary>
public static class UplinkCodec
{
    /// <summary>Longest type of a record.</summary>
    public const int MaxTypeLength = 64;

    /// <summary>Writes a batch.</summary>
    public static byte[] EncodeBatch(IReadOnlyList<UplinkRecord> batch) =>
        JsonSerializer.SerializeToUtf8Bytes([.. batch.Select(ToLine)], WireJson.Default.UplinkLineArray);

    /// <summary>Reads a batch that a node sent. Never throws for what the bytes are.</summary>
    /// <param name="bytes">The batch.</param>
    /// <param name="node">The node that sent it: it may speak for nobody else.</param>
    /// <param name="batch">The records, ascending by sequence.</param>
    /// <param name="error">Otherwise what is wrong, as one sentence.</param>
    public static bool TryDecodeBatch(
        ReadOnlySpan<byte> bytes,
        string node,
        [NotNullWhen(true)] out IReadOnlyList<UplinkRecord>? batch,
        [NotNullWhen(false)] out string? error
    )
    {
        batch = null;
        try
        {
            var lines = JsonSerializer.Deserialize(bytes, WireJson.Default.UplinkLineArray);
            if (lines is null || lines.Length is 0 or > HttpEdgeUplink.MaxRecords)
            {
                error = $"a batch is an array of 1 to {HttpEdgeUplink.MaxRecords} records";
                return false;
            }

            for (var i = 0; i < lines.Length; i++)
            {
                var line = lines[i];
                error =
                    line is null ? "it is null"
                    : line.Node != node ? $"its node is not {node}, which sends it"
                    : line.Sequence < 1 || (i > 0 && line.Sequence <= lines[i - 1].Sequence) ? "its sequence does not ascend"
                    : line.Type.Length is 0 or > MaxTypeLength ? $"its type has not 1 to {MaxTypeLength} characters"
                    : line.Body.ValueKind != JsonValueKind.Object ? "its body is no object"
                    : null;
                if (error is not null)
                {
                    error = $"record {i}: {error}";
                    return false;
                }
            }

            batch = [.. lines.Select(FromLine)];
            error = null;
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            error = $"it is not a batch: {e.Message}";
            return false;
        }
    }

    /// <summary>Control's answer to a batch.</summary>
    /// <param name="sequence">The highest sequence of the node that is safe.</param>
    public static byte[] EncodeAnswer(long sequence) =>
        JsonSerializer.SerializeToUtf8Bytes(new UplinkAnswer { Sequence = sequence }, WireJson.Default.UplinkAnswer);

    internal static byte[] Encode(UplinkRecord record) => JsonSerializer.SerializeToUtf8Bytes(ToLine(record), WireJson.Default.UplinkLine);

    internal static UplinkRecord? Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, WireJson.Default.UplinkLine) is { } line ? FromLine(line) : null;
        }
        catch (JsonException)
        {
            // The checksum was right, so an older or newer build wrote it: its record is worth less than the start of this one.
            return null;
        }
    }

    private static UplinkLine ToLine(UplinkRecord record) =>
        new()
        {
            Node = record.Node,
            Sequence = record.Sequence,
            At = record.At,
            Type = record.Type,
            Body = record.Body,
        };

    private static UplinkRecord FromLine(UplinkLine line) => new(line.Node, line.Sequence, line.At, line.Type, line.Body);
}
