using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Holdfast.Model.Purging;
using Holdfast.Model.Releases;
using Holdfast.Model.Releases.Rehearsals;
using Holdfast.Releases.Rehearsals;
using Holdfast.Releases.Wire;

namespace Holdfast.Releases.Feed;

/// <summary>
/// One line of the feed: <c>{"position":N,"release":{...}}</c>, or with <c>null</c> a heartbeat. An edge that asked for purges also gets
/// lines with a member <c>purge</c>, or <c>purged</c> with the purge log's place; one that asked for rehearsals, lines with a member <c>rehearsal</c>.
/// </summary>
public static class FeedCodec
{
    /// <summary>Longest line in bytes, without its end.</summary>
    public const int MaxLineBytes = ReleaseCodec.MaxEncodedBytes + 512;

    /// <summary>Writes a line with its end.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="position">The message's position.</param>
    /// <param name="release">The encoded release (<see cref="ReleaseCodec"/>), or empty for a heartbeat.</param>
    public static void WriteLine(IBufferWriter<byte> output, long position, ReadOnlySpan<byte> release)
    {
        output.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"position\":{position},\"release\":")));
        output.Write(release.IsEmpty ? "null"u8 : release);
        output.Write("}\n"u8);
    }

    /// <summary>Writes a line with its end that carries a purge.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="position">The position that the releases have.</param>
    /// <param name="purge">The encoded purge (<see cref="EncodePurge"/>).</param>
    public static void WritePurge(IBufferWriter<byte> output, long position, ReadOnlySpan<byte> purge)
    {
        output.Write(
            Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"position\":{position},\"release\":null,\"purge\":"))
        );
        output.Write(purge);
        output.Write("}\n"u8);
    }

    /// <summary>Writes a heartbeat with its end that says where the purge log stands.</summary>
    public static void WritePurged(IBufferWriter<byte> output, long position, PurgePosition purged)
    {
        var line = new FeedLine
        {
            Position = position,
            Release = null,
            Purged = new PurgedLine { Log = purged.Log, Sequence = purged.Sequence },
        };
        output.Write(JsonSerializer.SerializeToUtf8Bytes(line, WireJson.Default.FeedLine));
        output.Write("\n"u8);
    }

    /// <summary>Writes a line with its end that asks for a rehearsal.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="position">The position that the releases have.</param>
    /// <param name="order">What is to be rehearsed.</param>
    public static void WriteRehearsal(IBufferWriter<byte> output, long position, RehearsalOrder order)
    {
        var line = new FeedLine
        {
            Position = position,
            Release = null,
            Rehearsal = new RehearsalLine
            {
                Id = order.Id,
                Kind = ArtifactKindNames.Of(order.Kind),
                Name = order.Name,
                Format = order.FormatVersion,
                Payload = order.Payload.ToArray(),
            },
        };
        output.Write(JsonSerializer.SerializeToUtf8Bytes(line, WireJson.Default.FeedLine));
        output.Write("\n"u8);
    }

    /// <summary>A purge as it stands in the feed and in control's database.</summary>
    public static byte[] EncodePurge(SignedPurge purge) =>
        JsonSerializer.SerializeToUtf8Bytes(
            new PurgeLine
            {
                Payload = purge.Payload.ToArray(),
                KeyId = purge.KeyId,
                Signature = purge.Signature.ToArray(),
            },
            WireJson.Default.PurgeLine
        );

    /// <summary>Reads what <see cref="EncodePurge"/> wrote.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static SignedPurge DecodePurge(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return PurgeOf(JsonSerializer.Deserialize(bytes, WireJson.Default.PurgeLine)) ?? throw new FormatException("it is no purge");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException($"it is no purge: {e.Message}", e);
        }
    }

    /// <summary>Reads a line without its end.</summary>
    /// <exception cref="FormatException">It is no line of a feed.</exception>
    public static FeedMessage ReadLine(ReadOnlySpan<byte> line)
    {
        FeedLine? read;
        try
        {
            read = JsonSerializer.Deserialize(line, WireJson.Default.FeedLine);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException($"the feed sent a line that is not one of a feed: {e.Message}", e);
        }

        if (read is null || read.Position < 0)
        {
            throw new FormatException("the feed sent a line without a position");
        }

        if (read.Release is not { ValueKind: not JsonValueKind.Null } release)
        {
            return new FeedMessage(read.Position, null)
            {
                Purge = PurgeOf(read.Purge),
                Purged = read.Purged is { } purged ? new PurgePosition(purged.Log, purged.Sequence) : null,
                Rehearsal = RehearsalOf(read.Rehearsal),
            };
        }

        return ReleaseCodec.TryDecode(Encoding.UTF8.GetBytes(release.GetRawText()), out var decoded, out var error)
            ? new FeedMessage(read.Position, decoded)
            : new FeedMessage(read.Position, null, $"the release at position {read.Position} cannot be read: {error}");
    }

    // One of a kind that this build does not know is for another build.
    private static RehearsalOrder? RehearsalOf(RehearsalLine? line) =>
        line is not null && ArtifactKindNames.TryParse(line.Kind, out var kind) && RehearsalCodec.IsId(line.Id)
            ? new RehearsalOrder(line.Id, kind, line.Name, line.Format, line.Payload)
            : null;

    private static SignedPurge? PurgeOf(PurgeLine? line) => line is null ? null : new SignedPurge(line.Payload, line.KeyId, line.Signature);
}
