using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Holdfast.Model.Releases;
using Holdfast.Releases.Wire;

namespace Holdfast.Releases.Feed;

/// <summary>One line of the feed: <c>{"position":N,"release":{...}}</c>, or with <c>null</c> a heartbeat.</summary>
public static class FeedCodec
{
    /// <summary>Longest line in bytes, without its end.</summary>
    public const int MaxLineBytes = ReleaseCodec.MaxEncodedBytes + 128;

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
            return new FeedMessage(read.Position, null);
        }

        return ReleaseCodec.TryDecode(Encoding.UTF8.GetBytes(release.GetRawText()), out var decoded, out var error)
            ? new FeedMessage(read.Position, decoded)
            : new FeedMessage(read.Position, null, $"the release at position {read.Position} cannot be read: {error}");
    }
}
