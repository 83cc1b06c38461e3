namespace Holdfast.Status.Watching;

/// <summary>What is looked at.</summary>
internal enum WatchKind
{
    /// <summary><c>edge</c>: an edge's management listener, whose counters are read.</summary>
    Edge,

    /// <summary><c>http</c>: an address that has to answer with a status below 400.</summary>
    Http,

    /// <summary><c>tls</c>: an https address whose certificate has to be valid, and for another week.</summary>
    Tls,

    /// <summary><c>dns</c>: a name that has to have an address.</summary>
    Dns,

    /// <summary><c>feed</c>: an outside service's own status page, as JSON, RSS or Atom, see <see cref="OutsideStatus"/>.</summary>
    Feed,
}

/// <summary>Something that the status page looks at every few seconds.</summary>
internal sealed record Watch
{
    /// <summary>Twelve lower-case letters and digits.</summary>
    public required string Id { get; init; }

    /// <summary>What it is called in texts: <c>Zurich</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What is looked at.</summary>
    public required WatchKind Kind { get; init; }

    /// <summary>An http or https address, or a name for <see cref="WatchKind.Dns"/>; empty for an edge that only pushes.</summary>
    public required string Target { get; init; }

    /// <summary>The edge's own name, by which what it pushes is known as its; null for other kinds and for an edge that is only asked.</summary>
    public string? Node { get; init; }

    /// <summary>The provider that a <see cref="WatchKind.Feed"/> is of, <c>aws</c>; null for other kinds, and where only the name says so.</summary>
    public string? Provider { get; init; }

    /// <summary>Whether the command line keeps it, see <see cref="OwnEdges"/>.</summary>
    public bool IsOwn { get; init; }

    /// <summary>Whether it is of an edge that came by itself, since it pushed; it goes when the edge is silent for <see cref="WatchLimits.SilentFor"/>.</summary>
    public bool IsPushed { get; init; }

    /// <summary>Seconds from one look to the next, <see cref="WatchLimits.LeastInterval"/> to <see cref="WatchLimits.MostInterval"/>.</summary>
    public required int Interval { get; init; }

    /// <summary>The component that it tells of, or null.</summary>
    public string? ComponentId { get; init; }
}

/// <summary>Every limit of looking, each with its reason.</summary>
internal static class WatchLimits
{
    /// <summary>Watches of a page: with a look each ten seconds, twenty a second.</summary>
    public const int Watches = 200;

    /// <summary>Seconds; more often is a load, not a check.</summary>
    public const int LeastInterval = 10;

    /// <summary>Seconds; more seldom, and a public notice comes late.</summary>
    public const int MostInterval = 60;

    /// <summary>Characters of a target.</summary>
    public const int TargetLength = 2_000;

    /// <summary>Looks at once: a few of them may wait for their time without holding up the rest.</summary>
    public const int AtOnce = 32;

    /// <summary>Bytes of an edge's document: a thousand zones with long names.</summary>
    public const int DocumentBytes = 1 << 20;

    /// <summary>Zones of an edge that have detectors of their own: as many as an edge tells apart. 9 KB each.</summary>
    public const int Zones = 1_000;

    /// <summary>Characters of a name in an edge's document: those of a domain name, and a few to spare.</summary>
    public const int NameLength = 300;

    /// <summary>Entries of an edge's lists (errors, modules, releases) that are read: as many as it writes.</summary>
    public const int Listed = 100;

    /// <summary>An edge that is started with the page may take so long until it answers for the first time.</summary>
    public static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(60);

    /// <summary>An edge that pushed within so long answers, asked or not: three documents may be lost.</summary>
    public static readonly TimeSpan PushedFor = TimeSpan.FromSeconds(35);

    /// <summary>An edge that came by itself and has told nothing for so long is no more: by then people know that it does not answer.</summary>
    public static readonly TimeSpan SilentFor = TimeSpan.FromHours(24);

    /// <summary>Where there is no room for another, one that is silent for so long makes room: a restart takes less.</summary>
    public static readonly TimeSpan MakesRoomAfter = TimeSpan.FromMinutes(10);

    /// <summary>Documents of one edge come at most so often; it writes one each ten seconds, and one more when it starts.</summary>
    public static readonly TimeSpan PushEvery = TimeSpan.FromSeconds(2);

    /// <summary>How long a release that went out is remembered.</summary>
    public static readonly TimeSpan ReleasesFor = TimeSpan.FromHours(1);

    /// <summary>How long a look may take.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>A failed look is repeated after so long, and counts when it fails again: one lost packet is no outage.</summary>
    public static readonly TimeSpan Confirm = TimeSpan.FromSeconds(3);

    /// <summary>A certificate has to be valid for so long yet.</summary>
    public static readonly TimeSpan CertificateLeft = TimeSpan.FromDays(7);

    /// <summary>A zone that an edge did not tell of for so long is no longer this edge's.</summary>
    public static readonly TimeSpan Forget = TimeSpan.FromHours(12);

    /// <summary>What was learned of an edge or zone that is not seen any more is kept for so long.</summary>
    public static readonly TimeSpan KeepFor = TimeSpan.FromDays(30);

    /// <summary>What was learned is kept on the disk so often.</summary>
    public static readonly TimeSpan Keep = TimeSpan.FromMinutes(10);
}
