using System.Collections.Frozen;
using System.Text;

namespace Holdfast.Edge.Rules.Signals;

/// <summary>The extensions of <c>cf.bot_management.static_resource</c>, as Cloudflare's documentation lists them.</summary>
internal static class StaticResources
{
    private const int Longest = 8;

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Extensions = (
        "ico jpg png jpeg gif css js tif tiff bmp pict webp svg svgz class jar txt csv doc docx xls xlsx pdf ps pls ppt pptx ttf otf woff "
        + "woff2 eot eps ejs swf torrent midi mid m3u8 m4a mp3 ogg ts"
    )
        .Split(' ')
        .ToFrozenSet(StringComparer.Ordinal)
        .GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Whether it is one of them.</summary>
    /// <param name="extension">In lower case, without its full stop.</param>
    public static bool Contains(ReadOnlySpan<byte> extension)
    {
        if (extension.Length is 0 or > Longest)
        {
            return false;
        }

        Span<char> text = stackalloc char[Longest];
        return Extensions.Contains(text[..Encoding.Latin1.GetChars(extension, text)]);
    }
}
