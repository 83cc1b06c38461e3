using System.Collections.Frozen;
using System.Text;
using Holdfast.Cache.Directives;
using Holdfast.Cache.Fields;

namespace Holdfast.Cache.Compression;

/// <summary>Whether the edge compresses a response: by its status, its type and what it says, as Cloudflare decides it.</summary>
public static class Compressibility
{
    /// <summary>
    /// Smaller bodies are left alone, bytes: with their head they fit one packet either way, and the fields that say what was done cost
    /// as much as is won.
    /// </summary>
    public const int SmallestBody = 512;

    // Cloudflare's list of types that it compresses. Event streams and gRPC are not among them.
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Types = (
        "application/eot application/font application/font-sfnt application/font-woff application/geo+json application/graphql+json "
        + "application/javascript application/javascript-binast application/json application/ld+json application/manifest+json "
        + "application/opentype application/otf application/rss+xml application/truetype application/ttf application/vnd.api+json "
        + "application/vnd.ms-fontobject application/wasm application/x-httpd-cgi application/x-javascript application/x-opentype "
        + "application/x-otf application/x-perl application/x-protobuf application/x-ttf application/xhtml+xml application/xml "
        + "font/otf font/ttf font/x-woff image/svg+xml image/vnd.microsoft.icon image/x-icon multipart/bag multipart/mixed text/css "
        + "text/html text/javascript text/js text/plain text/richtext text/x-component text/x-java-source text/x-markdown "
        + "text/x-script text/xml"
    )
        .Split(' ')
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase)
        .GetAlternateLookup<ReadOnlySpan<char>>();

    private const int LongestType = 32;

    // Its messages are compressed one by one, if at all, and its readers know of no other way.
    private static ReadOnlySpan<byte> Grpc => "application/grpc"u8;

    /// <summary>Decides by everything but the body's length.</summary>
    /// <param name="status">The response's status.</param>
    /// <param name="fields">Its fields.</param>
    public static bool IsCompressible<T>(int status, T fields)
        where T : IFields => IsEncodable(status, fields, out var isUsual) && isUsual;

    /// <summary>Decides by everything but the body's length and the type: what a rule can have compressed.</summary>
    /// <param name="status">The response's status.</param>
    /// <param name="fields">Its fields.</param>
    /// <param name="isUsual">Whether its type is one that is compressed without a rule.</param>
    public static bool IsEncodable<T>(int status, T fields, out bool isUsual)
        where T : IFields
    {
        isUsual = false;
        if (status is not (200 or 403 or 404))
        {
            return false;
        }

        for (var i = 0; i < fields.Count; i++)
        {
            switch (fields.FieldAt(i))
            {
                case FieldName.ContentType:
                    if (Ascii.EqualsIgnoreCase(fields.ValueAt(i)[..Math.Min(Grpc.Length, fields.ValueAt(i).Length)], Grpc))
                    {
                        return false;
                    }

                    isUsual = IsType(fields.ValueAt(i));
                    break;
                case FieldName.ContentEncoding or FieldName.ContentRange:
                    return false;
                case FieldName.CacheControl when SaysNoTransform(fields.ValueAt(i)):
                    return false;
            }
        }

        return true;
    }

    private static bool IsType(ReadOnlySpan<byte> value)
    {
        var semicolon = value.IndexOf((byte)';');
        var type = Octets.Trim(semicolon < 0 ? value : value[..semicolon]);
        if (type.Length > LongestType)
        {
            return false;
        }

        Span<char> text = stackalloc char[LongestType];
        var length = Encoding.Latin1.GetChars(type, text);
        return Types.Contains(text[..length]);
    }

    // RFC 9111 section 5.2.2.6.
    private static bool SaysNoTransform(ReadOnlySpan<byte> cacheControl)
    {
        var directives = new DirectiveReader(cacheControl);
        while (directives.MoveNext())
        {
            if (Ascii.EqualsIgnoreCase(directives.Name, "no-transform"u8))
            {
                return true;
            }
        }

        return false;
    }
}
