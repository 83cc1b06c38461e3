namespace Holdfast.Model.Lists;

/// <summary>How much lists may be. None of these is a setting: what passes in control passes on every edge.</summary>
public static class ListLimits
{
    /// <summary>Lists of the account. Each one that is longer than a few thousand items takes about 300 kB of an edge, and more by its items.</summary>
    public const int Lists = 1_000;

    /// <summary>Items of one list: with addresses of usual length, what a release can carry.</summary>
    public const int Items = 250_000;

    /// <summary>Characters of a list's name; Cloudflare's limit too.</summary>
    public const int NameCharacters = 50;

    /// <summary>Characters of a list's description; Cloudflare's limit too.</summary>
    public const int DescriptionCharacters = 500;

    /// <summary>Characters of an item's comment.</summary>
    public const int CommentCharacters = 500;

    /// <summary>The shortest prefix of an IPv4 network; a shorter one is a mistake more often than a wish. Cloudflare's limit too.</summary>
    public const int LeastIPv4Prefix = 8;

    /// <summary>The shortest prefix of an IPv6 network; Cloudflare's limit too.</summary>
    public const int LeastIPv6Prefix = 12;

    /// <summary>Characters of a host name (RFC 1035 section 2.3.4).</summary>
    public const int HostCharacters = 253;

    /// <summary>Characters of a redirect's source, and of its target.</summary>
    public const int RedirectCharacters = 1_000;

    /// <summary>Slashes of the path of a redirect's source: each is a place that a look-up tries.</summary>
    public const int RedirectSegments = 32;

    /// <summary>
    /// Items from which on a list does not grow to more than twice its items, or lose more than half of them, unless whoever changes it says
    /// how many there will be.
    /// </summary>
    public const int ItemsToConfirm = 1_000;

    /// <summary>Operations on items that are remembered; the oldest are forgotten.</summary>
    public const int KeptOperations = 1_000;
}
