namespace Holdfast.Model.Purging;

/// <summary>Limits of purges, the same in control and on every edge.</summary>
public static class PurgeLimits
{
    /// <summary>Most URLs, prefixes, hosts or tags in one purge, as Cloudflare's.</summary>
    public const int MostValues = 100;

    /// <summary>Longest URL, prefix or tag, in bytes of UTF-8.</summary>
    public const int LongestValue = 8 * 1024;

    /// <summary>Longest tag that can be purged by, as Cloudflare's.</summary>
    public const int LongestTag = 1024;

    /// <summary>Most slashes in a prefix, as Cloudflare's.</summary>
    public const int MostSlashes = 31;
}
