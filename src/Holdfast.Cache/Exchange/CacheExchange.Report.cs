using System.Buffers.Text;
using System.Text;
using Holdfast.Cache.Decisions;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Exchange;

/// <content>What an answer says of the cache's part in it.</content>
public sealed partial class CacheExchange
{
    /// <summary>Room for <see cref="WriteCacheStatus"/>.</summary>
    public const int LongestCacheStatus = 256;

    private static readonly byte[][] CfTexts =
    [
        .. Enum.GetNames<CfCacheStatus>().Select(n => Encoding.ASCII.GetBytes(n.ToUpperInvariant())),
    ];

    private static readonly byte[][] LogTexts =
    [
        .. Enum.GetNames<CfCacheStatus>().Select(n => Encoding.ASCII.GetBytes(n.ToLowerInvariant())),
    ];

    private static readonly byte[][] ReasonTexts = Hyphenated<NoCacheReason>();

    private static readonly byte[][] ForwardTexts = Hyphenated<ForwardReason>();

    /// <summary>The value of CF-Cache-Status.</summary>
    public ReadOnlySpan<byte> StatusText => CfTexts[(int)Status];

    /// <summary>The same in lower case, as Cloudflare's logs have it.</summary>
    public ReadOnlyMemory<byte> LogText => LogTexts[(int)Status];

    /// <summary>Why nothing was stored, as Cache-Status and the log say it; empty when it was, or nothing speaks against it so far.</summary>
    public ReadOnlyMemory<byte> ReasonText
    {
        get
        {
            var reason = Reason == NoCacheReason.None && State == CacheState.Storing ? Fill!.Reason : Reason;
            return reason == NoCacheReason.None ? default : ReasonTexts[(int)reason];
        }
    }

    /// <summary>
    /// Writes the key as a string of a structured field (RFC 8941 section 3.3.3), quotes included, and returns its length: the URL, with what
    /// such a string cannot have percent-encoded, and cut where there is no more room.
    /// </summary>
    public int WriteKey(Span<byte> into)
    {
        var length = 0;
        into[length++] = (byte)'"';
        foreach (var octet in _key.Written[(_key.Written.IndexOf((byte)0) + 1)..])
        {
            // Room for the longest, and for the end.
            if (length + 4 > into.Length)
            {
                break;
            }

            if (octet is >= 0x20 and < 0x7F)
            {
                if (octet is (byte)'"' or (byte)'\\')
                {
                    into[length++] = (byte)'\\';
                }

                into[length++] = octet;
            }
            else
            {
                into[length++] = (byte)'%';
                Utf8Formatter.TryFormat(octet, into[length..], out _, new System.Buffers.StandardFormat('X', 2));
                length += 2;
            }
        }

        into[length++] = (byte)'"';
        return length;
    }

    /// <summary>Writes our member of Cache-Status (RFC 9211) and returns its length.</summary>
    /// <param name="into">Room for <see cref="LongestCacheStatus"/> bytes.</param>
    /// <param name="now">Milliseconds since 1970.</param>
    /// <param name="node">Which of several caches behind one another it is, at most 63 bytes; empty for the one that visitors meet.</param>
    public int WriteCacheStatus(Span<byte> into, long now, ReadOnlySpan<byte> node = default)
    {
        var length = 0;
        Append(into, ref length, "Holdfast"u8);
        if (!node.IsEmpty)
        {
            Append(into, ref length, "/"u8);
            Append(into, ref length, node);
        }

        if (Forwarded == ForwardReason.None)
        {
            if (State != CacheState.Serving)
            {
                Append(into, ref length, "; detail=only-if-cached"u8);
                return length;
            }

            Append(into, ref length, "; hit"u8);
        }
        else
        {
            Append(into, ref length, "; fwd="u8);
            Append(into, ref length, ForwardTexts[(int)Forwarded]);
        }

        if (ForwardStatus > 0)
        {
            Append(into, ref length, "; fwd-status="u8);
            Append(into, ref length, ForwardStatus);
        }

        if (_isStored && Fill?.Reason is null or NoCacheReason.None)
        {
            Append(into, ref length, "; stored"u8);
        }

        if (IsCollapsed || WasLetGo)
        {
            Append(into, ref length, IsCollapsed ? "; collapsed"u8 : "; collapsed=?0"u8);
        }

        AppendRest(into, ref length, now);
        return length;
    }

    private void AppendRest(Span<byte> into, ref int length, long now)
    {
        if (State == CacheState.Serving && Stored is { } stored)
        {
            // Towards zero would call a response fresh that has just become stale.
            Append(into, ref length, "; ttl="u8);
            Append(into, ref length, (long)Math.Floor(stored.FreshFor(now) / 1000.0));
        }

        var detail =
            Status == CfCacheStatus.Updating ? "stale-while-revalidate"u8
            : Status == CfCacheStatus.Stale ? (Statuses.IsServerError(ForwardStatus) ? "stale-if-error"u8 : "disconnected"u8)
            : Reason != NoCacheReason.None ? ReasonTexts[(int)Reason]
            : State == CacheState.Serving && (Stored!.Flags & StoredFlags.Heuristic) != 0 ? "heuristic"u8
            : IsFromDisk ? "disk"u8
            : default;
        if (!detail.IsEmpty)
        {
            Append(into, ref length, "; detail="u8);
            Append(into, ref length, detail);
        }
    }

    private static byte[][] Hyphenated<T>()
        where T : struct, Enum =>
        [
            .. Enum.GetNames<T>()
                .Select(name =>
                    Encoding.ASCII.GetBytes(
                        string.Concat(
                            name.Select((c, i) => char.IsUpper(c) && i > 0 ? "-" + char.ToLowerInvariant(c) : $"{char.ToLowerInvariant(c)}")
                        )
                    )
                ),
        ];

    private static void Append(Span<byte> into, ref int length, ReadOnlySpan<byte> text)
    {
        text.CopyTo(into[length..]);
        length += text.Length;
    }

    private static void Append(Span<byte> into, ref int length, long number)
    {
        Utf8Formatter.TryFormat(number, into[length..], out var written);
        length += written;
    }
}
