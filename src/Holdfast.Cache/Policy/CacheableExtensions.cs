using System.Collections.Frozen;
using System.Text;

namespace Holdfast.Cache.Policy;

/// <summary>What Cloudflare caches without a rule: by file extension, never by type; and robots.txt.</summary>
internal static class CacheableExtensions
{
    private const int Longest = 8;

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Names = (
        "7z avi avif apk bin bmp bz2 class css csv doc docx dmg ejs eot eps exe flac gif gz ico iso jar jpg jpeg js mid midi mkv mp3 "
        + "mp4 ogg otf pdf pict pls png ppt pptx ps rar svg svgz swf tar tif tiff ttf webm webp woff woff2 xls xlsx zip zst"
    )
        .Split(' ')
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase)
        .GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>How many extensions there are.</summary>
    public static int Count => Names.Set.Count;

    /// <summary>Whether a path ends in one of them, or is <c>/robots.txt</c>.</summary>
    public static bool Contains(ReadOnlySpan<byte> path)
    {
        var name = path[(path.LastIndexOf((byte)'/') + 1)..];
        var dot = name.LastIndexOf((byte)'.');
        var extension = name[(dot + 1)..];
        if (dot < 0 || extension.Length is 0 or > Longest)
        {
            return false;
        }

        Span<char> text = stackalloc char[Longest];
        var length = Encoding.Latin1.GetChars(extension, text);
        return Names.Contains(text[..length]) || Ascii.EqualsIgnoreCase(path, "/robots.txt"u8);
    }
}
