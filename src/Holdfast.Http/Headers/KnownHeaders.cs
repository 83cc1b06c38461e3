using System.Text;

namespace Holdfast.Http.Headers;

/// <summary>Names of the known fields, and the way from a name to its <see cref="KnownHeader"/>.</summary>
public static class KnownHeaders
{
    private const int TableSize = 512;

    private static readonly byte[][] Names = BuildNames();

    // Open addressing over a hash of length, first and last letter: one probe and one comparison for nearly every name.
    private static readonly KnownHeader[] Table = BuildTable();

    /// <summary>The field's name in the casing that is usual for it.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="KnownHeader.Other"/> has no name.</exception>
    public static ReadOnlySpan<byte> NameOf(KnownHeader header)
    {
        ArgumentOutOfRangeException.ThrowIfEqual((int)header, (int)KnownHeader.Other);
        return Names[(int)header];
    }

    /// <summary>Which known field has this name, without regard to case; <see cref="KnownHeader.Other"/> for all others.</summary>
    public static KnownHeader Find(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty)
        {
            return KnownHeader.Other;
        }

        for (var slot = Hash(name); ; slot = (slot + 1) & (TableSize - 1))
        {
            var candidate = Table[slot];
            if (candidate == KnownHeader.Other)
            {
                return KnownHeader.Other;
            }

            var known = Names[(int)candidate];
            if (known.Length == name.Length && Ascii.EqualsIgnoreCase(known, name))
            {
                return candidate;
            }
        }
    }

    private static int Hash(ReadOnlySpan<byte> name) =>
        ((name.Length * 37) + ((name[0] | 0x20) * 11) + ((name[^1] | 0x20) * 5) + ((name[name.Length / 2] | 0x20) * 3)) & (TableSize - 1);

    private static KnownHeader[] BuildTable()
    {
        var table = new KnownHeader[TableSize];
        foreach (var header in Enum.GetValues<KnownHeader>())
        {
            if (header == KnownHeader.Other)
            {
                continue;
            }

            var slot = Hash(Names[(int)header]);
            while (table[slot] != KnownHeader.Other)
            {
                slot = (slot + 1) & (TableSize - 1);
            }

            table[slot] = header;
        }

        return table;
    }

    private static byte[][] BuildNames()
    {
        var headers = Enum.GetValues<KnownHeader>();
        var names = new byte[headers.Length][];
        foreach (var header in headers)
        {
            names[(int)header] = Encoding.ASCII.GetBytes(Spell(header));
        }

        return names;
    }

    // CacheControl is spelt Cache-Control; the few names that do not follow that rule stand first.
    private static string Spell(KnownHeader header)
    {
        switch (header)
        {
            case KnownHeader.Other:
                return "";
            case KnownHeader.ETag:
                return "ETag";
            case KnownHeader.Te:
                return "TE";
            case KnownHeader.CdnLoop:
                return "CDN-Loop";
            case KnownHeader.CfCacheStatus:
                return "CF-Cache-Status";
            case KnownHeader.CfConnectingIp:
                return "CF-Connecting-IP";
            case KnownHeader.CfIpCountry:
                return "CF-IPCountry";
            case KnownHeader.CfRay:
                return "CF-Ray";
            case KnownHeader.CfVisitor:
                return "CF-Visitor";
            case KnownHeader.Http2Settings:
                return "HTTP2-Settings";
            case KnownHeader.SecWebSocketKey:
                return "Sec-WebSocket-Key";
            case KnownHeader.TraceParent:
                return "traceparent";
            case KnownHeader.TraceState:
                return "tracestate";
            case KnownHeader.TrueClientIp:
                return "True-Client-IP";
            case KnownHeader.XRealIp:
                return "X-Real-IP";
            default:
                var text = new StringBuilder();
                foreach (var c in header.ToString())
                {
                    if (char.IsAsciiLetterUpper(c) && text.Length > 0)
                    {
                        text.Append('-');
                    }

                    text.Append(c);
                }

                return text.ToString();
        }
    }
}
