namespace Holdfast.Control.Records.ZoneFiles;

/// <summary>
/// What a record's comment in a zone file says beside the record: <c>; a note cf_tags=name:value,cf-proxied:true</c>, as Cloudflare
/// exports it.
/// </summary>
/// <param name="Comment">The note, or null.</param>
/// <param name="Tags">The tags.</param>
/// <param name="Proxied">Whether the record is proxied, or null when nothing is said.</param>
/// <param name="Settings">The record's settings.</param>
internal sealed record ZoneFileNote(string? Comment, IReadOnlyList<string> Tags, bool? Proxied, RecordSettings Settings)
{
    private const string Mark = "cf_tags=";
    private const string ProxiedTag = "cf-proxied";
    private const string FlattenTag = "cf-flatten-cname";
    private const string IPv4Tag = "cf-ipv4-only";
    private const string IPv6Tag = "cf-ipv6-only";

    /// <summary>Reads a comment.</summary>
    public static ZoneFileNote Read(string? text)
    {
        var mark = text?.LastIndexOf(Mark, StringComparison.Ordinal) ?? -1;
        var comment = (mark < 0 ? text : text![..mark])?.Trim() is { Length: > 0 } found ? found : null;
        string[] all =
            mark < 0
                ? []
                : text![(mark + Mark.Length)..].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new ZoneFileNote(
            comment,
            [.. all.Where(tag => !tag.StartsWith(RecordRules.ReservedTags, StringComparison.Ordinal))],
            all.Contains($"{ProxiedTag}:true") ? true
                : all.Contains($"{ProxiedTag}:false") ? false
                : null,
            new RecordSettings(all.Contains($"{IPv4Tag}:true"), all.Contains($"{IPv6Tag}:true"), all.Contains($"{FlattenTag}:true"))
        );
    }

    /// <summary>The comment for a record; empty when there is nothing to say.</summary>
    public static string Write(RecordValues values)
    {
        List<string> tags = [.. values.Tags];
        if (values.Type.Proxiable)
        {
            tags.Add($"{ProxiedTag}:{(values.Proxied ? "true" : "false")}");
        }

        AddFlag(FlattenTag, values.Settings.FlattenCname);
        AddFlag(IPv4Tag, values.Settings.IPv4Only);
        AddFlag(IPv6Tag, values.Settings.IPv6Only);

        // A comment that looks like the mark is told apart by one behind it.
        var marked = tags.Count > 0 || values.Comment?.Contains(Mark, StringComparison.Ordinal) is true;
        return string.Join(' ', new[] { values.Comment, marked ? Mark + string.Join(',', tags) : null }.Where(part => part is not null));

        void AddFlag(string tag, bool on)
        {
            if (on)
            {
                tags.Add(tag + ":true");
            }
        }
    }
}
