using System.Collections.Frozen;
using System.Text;
using Holdfast.Cache.Fields;

namespace Holdfast.Cache.Decisions;

/// <summary>
/// Whether a response's type is one that its target's extension speaks of. Where an origin answers <c>/account/x.css</c> with the account's
/// page, whoever lures a visitor there could otherwise fetch that page from the cache (Cloudflare: Cache Deception Armor).
/// </summary>
internal static class DeceptionArmor
{
    private const int LongestName = 8;
    private const int LongestType = 128;

    // What stands before a slash is a whole class of types; "app" are those of programs, documents and archives.
    private static readonly FrozenDictionary<string, string[]>.AlternateLookup<ReadOnlySpan<char>> Types = (
        "avif bmp gif ico jpeg jpg pict png svg svgz tif tiff webp=image/ video/webm;"
        + "css=text/css;csv=text/csv text/plain application/csv application/vnd.ms-excel;"
        + "js=text/javascript text/js application/javascript application/x-javascript application/ecmascript text/ecmascript;"
        + "eot otf ttf woff woff2=font/ app;"
        + "flac mid midi mp3=audio/ app;avi mkv mp4 ogg webm=video/ audio/ app;"
        + "eps ps=image/ app;"
        + "7z apk bin bz2 class dmg doc docx ejs exe gz iso jar pdf pls ppt pptx rar swf tar xls xlsx zip zst=app audio/"
    )
        .Split(';')
        .Select(line => line.Split('='))
        .SelectMany(line => line[0].Split(' ').Select(name => (name, types: line[1].Split(' '))))
        .ToFrozenDictionary(pair => pair.name, pair => pair.types, StringComparer.OrdinalIgnoreCase)
        .GetAlternateLookup<ReadOnlySpan<char>>();

    // These a browser shows as pages, or runs, though they are called applications.
    private static readonly string[] Pages =
    [
        "application/xhtml+xml",
        "application/xml",
        "application/json",
        "application/javascript",
        "application/x-javascript",
    ];

    /// <summary>How many extensions are known.</summary>
    public static int Count => Types.Dictionary.Count;

    /// <summary>Whether the response must not be stored under this path.</summary>
    /// <param name="path">As the visitor sent it; one without an extension that is known has nothing that a type could contradict.</param>
    /// <param name="fields">The response's. <c>application/octet-stream</c> goes with every extension; no type goes with none.</param>
    public static bool Refuses<T>(ReadOnlySpan<byte> path, T fields)
        where T : IFields
    {
        var name = path[(path.LastIndexOf((byte)'/') + 1)..];
        var extension = name[(name.LastIndexOf((byte)'.') + 1)..];
        Span<char> text = stackalloc char[LongestType];
        if (
            extension.Length is 0 or > LongestName
            || extension.Length == name.Length
            || !Types.TryGetValue(text[..Encoding.Latin1.GetChars(extension, text)], out var allowed)
        )
        {
            return false;
        }

        for (var i = 0; i < fields.Count; i++)
        {
            if (FieldNames.Find(fields.NameAt(i)) == FieldName.ContentType)
            {
                return !IsAllowed(fields.ValueAt(i), allowed, text);
            }
        }

        return true;
    }

    private static bool IsAllowed(ReadOnlySpan<byte> value, string[] allowed, Span<char> text)
    {
        var semicolon = value.IndexOf((byte)';');
        var bytes = Octets.Trim(semicolon < 0 ? value : value[..semicolon]);
        if (bytes.Length > LongestType)
        {
            return false;
        }

        ReadOnlySpan<char> type = text[..Encoding.Latin1.GetChars(bytes, text)];
        if (type.Equals("application/octet-stream", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        foreach (var one in allowed)
        {
            var fits =
                one == "app" ? type.StartsWith("application/", StringComparison.OrdinalIgnoreCase) && !IsPage(type)
                : one[^1] == '/' ? type.StartsWith(one, StringComparison.OrdinalIgnoreCase)
                : type.Equals(one, StringComparison.OrdinalIgnoreCase);
            if (fits)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsPage(ReadOnlySpan<char> type)
    {
        foreach (var page in Pages)
        {
            if (type.Equals(page, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
