namespace Holdfast.Cache.Purging;

/// <summary>What of a zone's marks is looked at first. Changed by one thread at a time; read by any, after the clock that publishes it.</summary>
internal sealed class ZoneMarks
{
    /// <summary>The number of the newest mark on everything; 0 without one.</summary>
    public long Everything { get; set; }

    /// <summary>The number of the newest mark on a host; 0 without one.</summary>
    public long Host { get; set; }

    /// <summary>The number of the newest mark on a URL; 0 without one.</summary>
    public long Url { get; set; }

    /// <summary>The number of the newest mark on a prefix; 0 without one.</summary>
    public long Prefix { get; set; }

    /// <summary>The number of the newest mark on a tag; 0 without one.</summary>
    public long Tag { get; set; }

    /// <summary>How many marks there are on something less than everything.</summary>
    public int Count { get; set; }

    /// <summary>How long the names of marks on prefixes are: each length once, ascending. Replaced as a whole.</summary>
    public int[] PrefixLengths { get; private set; } = [];

    /// <summary>Takes note of a mark's number.</summary>
    public void Note(PurgeMarkKind kind, int length, long number)
    {
        switch (kind)
        {
            case PurgeMarkKind.Host:
                Host = Math.Max(Host, number);
                break;
            case PurgeMarkKind.Url:
                Url = Math.Max(Url, number);
                break;
            case PurgeMarkKind.Tag:
                Tag = Math.Max(Tag, number);
                break;
            default:
                Prefix = Math.Max(Prefix, number);
                var at = Array.BinarySearch(PrefixLengths, length);
                PrefixLengths = at >= 0 ? PrefixLengths : [.. PrefixLengths[..~at], length, .. PrefixLengths[~at..]];
                break;
        }
    }
}
