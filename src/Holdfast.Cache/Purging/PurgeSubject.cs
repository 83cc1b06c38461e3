using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Purging;

/// <summary>
/// The names under which marks can be about a stored response, written one after the other into a buffer that is used again: the zone,
/// then host and target. Only its first byte and where it ends differ between a host's mark, a prefix' and a URL's.
/// </summary>
internal readonly ref struct PurgeSubject
{
    private readonly ByteBuffer _buffer;

    private PurgeSubject(ByteBuffer buffer, ReadOnlySpan<byte> zone, int hostStart, int hostEnd)
    {
        _buffer = buffer;
        Zone = zone;
        HostStart = hostStart;
        HostEnd = hostEnd;
    }

    /// <summary>The zone's id.</summary>
    public ReadOnlySpan<byte> Zone { get; }

    /// <summary>Where the host begins in a mark's name.</summary>
    public int HostStart { get; }

    /// <summary>Where it ends.</summary>
    public int HostEnd { get; }

    /// <summary>How long the name of the whole URL is.</summary>
    public int Length => _buffer.Length;

    /// <summary>Reads a stored response's key (<see cref="CacheKey"/>).</summary>
    /// <param name="key">The key.</param>
    /// <param name="buffer">Cleared; the subject is good until it is used for something else.</param>
    public static PurgeSubject Of(ReadOnlySpan<byte> key, ByteBuffer buffer)
    {
        var zoneEnd = key.IndexOf((byte)0);
        var zone = key[..zoneEnd];
        var rest = key[(zoneEnd + 1)..];
        rest = rest[(rest.IndexOf("://"u8) + 3)..];

        // What follows a further NUL is no part of the URL.
        var end = rest.IndexOf((byte)0);
        rest = end < 0 ? rest : rest[..end];
        var hostEnd = rest.IndexOfAny((byte)'/', (byte)'?');
        hostEnd = hostEnd < 0 ? rest.Length : hostEnd;
        MarkName.Begin(buffer, PurgeMarkKind.Host, zone);
        var hostStart = buffer.Length;
        buffer.AddLower(WithoutPort(rest[..hostEnd]));
        var hostWritten = buffer.Length;
        TargetForm.Write(buffer, rest[hostEnd..]);
        return new PurgeSubject(buffer, zone, hostStart, hostWritten);
    }

    /// <summary>The name of a mark of this kind, up to this many bytes.</summary>
    public ReadOnlySpan<byte> Name(PurgeMarkKind kind, int length)
    {
        _buffer.Written[0] = (byte)kind;
        return _buffer.Written[..length];
    }

    private static ReadOnlySpan<byte> WithoutPort(ReadOnlySpan<byte> host)
    {
        if (host is [(byte)'[', ..])
        {
            var close = host.IndexOf((byte)']');
            return close < 0 ? host : host[1..close];
        }

        var colon = host.IndexOf((byte)':');
        host = colon < 0 ? host : host[..colon];
        return host is [.., (byte)'.'] ? host[..^1] : host;
    }
}

/// <summary>What a mark's name begins with.</summary>
internal enum PurgeMarkKind : byte
{
    Host = (byte)'h',
    Prefix = (byte)'p',
    Url = (byte)'u',
    Tag = (byte)'t',
}

/// <summary>Names of marks: kind, zone, NUL, value.</summary>
internal static class MarkName
{
    /// <summary>Writes all but the value.</summary>
    public static void Begin(ByteBuffer into, PurgeMarkKind kind, ReadOnlySpan<byte> zone)
    {
        into.Clear();
        into.Add((byte)kind);
        into.Add(zone);
        into.Add(0);
    }

    /// <summary>The zone in a name.</summary>
    public static ReadOnlySpan<byte> ZoneOf(ReadOnlySpan<byte> name) => name[1..name.IndexOf((byte)0)];

    /// <summary>The value in a name.</summary>
    public static ReadOnlySpan<byte> ValueOf(ReadOnlySpan<byte> name) => name[(name.IndexOf((byte)0) + 1)..];
}
