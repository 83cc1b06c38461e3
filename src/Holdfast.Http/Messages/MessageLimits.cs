namespace Holdfast.Http.Messages;

/// <summary>What the codec accepts of one message's head and framing, at the most. Every default has its reason.</summary>
public sealed record MessageLimits
{
    /// <summary>
    /// Bytes of a request line with its CR LF, or a status line. Default 16 KiB: the longest targets that browsers and CDNs pass on are
    /// 8 to 16 KB. Setting <c>max_request_line</c>.
    /// </summary>
    public int StartLineBytes { get; init; } = 16 * 1024;

    /// <summary>
    /// Bytes of the field section, the empty line included. Default 128 KiB: as much as Cloudflare takes; what a cookie jar can grow to.
    /// Setting <c>max_header_bytes</c>.
    /// </summary>
    public int FieldsBytes { get; init; } = 128 * 1024;

    /// <summary>Fields in one section. Default 200: real requests have under 60, and each costs work. Setting <c>max_header_count</c>.</summary>
    public int FieldCount { get; init; } = 200;

    /// <summary>Bytes of one chunk's extension. Default 256: nobody uses them; they are dropped.</summary>
    public int ChunkExtensionBytes { get; init; } = 256;

    /// <summary>Bytes of all extensions of a body. Default 16 KiB: a small chunk with a long extension is an amplifier.</summary>
    public int ChunkExtensionBytesPerBody { get; init; } = 16 * 1024;

    /// <summary>Bytes of a trailer section. Default 16 KiB.</summary>
    public int TrailerBytes { get; init; } = 16 * 1024;

    /// <summary>Limits for what origins send: they are known machines, and some set very many cookies.</summary>
    public static MessageLimits ForOrigins { get; } = new() { FieldCount = 500 };

    /// <summary>The defaults, for visitors.</summary>
    public static MessageLimits ForVisitors { get; } = new();
}
