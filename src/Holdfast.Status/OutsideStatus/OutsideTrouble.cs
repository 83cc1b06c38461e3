using System.Collections.Immutable;
using Holdfast.Status.Providers;

namespace Holdfast.Status.OutsideStatus;

/// <summary>Something that an outside service tells of itself.</summary>
/// <param name="Title">In its words, of <see cref="OutsideLimits.TitleLength"/> characters at most, without control characters.</param>
/// <param name="At">When it was told last; null where that is not said, and it counts as now.</param>
/// <param name="Regions">The regions that it names, as <c>us-east-1</c> or <c>westeurope</c>; empty where it names none.</param>
internal sealed record OutsideTrouble(string Title, DateTimeOffset? At, ImmutableArray<string> Regions)
{
    /// <summary>Whether it may be what a region has: it names that one, or none. A region that is not known may be any.</summary>
    public bool MayBeOf(string? region) => region is null || Regions.IsEmpty || Regions.Contains(region, StringComparer.OrdinalIgnoreCase);
}

/// <summary>What an outside service's own status page said when it was last read.</summary>
/// <param name="Troubles">What is not over, the newest first; with what is too old to count, since that goes by the time of asking.</param>
internal sealed record OutsideReading(ImmutableArray<OutsideTrouble> Troubles)
{
    /// <summary>No trouble.</summary>
    public static readonly OutsideReading Nothing = new([]);

    /// <summary>What counts now: told within <see cref="OutsideLimits.Counts"/>.</summary>
    public ImmutableArray<OutsideTrouble> Now(DateTimeOffset now) =>
        [.. Troubles.Where(trouble => trouble.At is not { } at || now - at < OutsideLimits.Counts)];
}

/// <summary>An outside service, and what it says of itself now.</summary>
/// <param name="Name">What it is called: the watch's name.</param>
/// <param name="ProviderId">The provider that it is, <c>aws</c>; null where only its name says so.</param>
/// <param name="Troubles">What it tells now; empty when all is well there, or nothing is known.</param>
/// <param name="Problem">Why its page cannot be read, or empty.</param>
/// <param name="LookedAt">When it was last looked at, or null.</param>
internal sealed record OutsideService(
    string Name,
    string? ProviderId,
    ImmutableArray<OutsideTrouble> Troubles,
    string Problem,
    DateTimeOffset? LookedAt
)
{
    /// <summary><c>trouble</c>, <c>well</c>, <c>unreadable</c> or <c>unknown</c>.</summary>
    public string State => StateFor(null);

    /// <summary>The same for one region: trouble elsewhere is none.</summary>
    public string StateFor(string? region) =>
        Troubles.Any(trouble => trouble.MayBeOf(region)) ? "trouble"
        : LookedAt is null ? "unknown"
        : Problem.Length > 0 ? "unreadable"
        : "well";

    /// <summary>What it tells that may be of a region, or why its page cannot be read; empty when all is well.</summary>
    public string SaidOf(string? region) =>
        string.Join("; ", Troubles.Where(trouble => trouble.MayBeOf(region)).Select(trouble => trouble.Title).DefaultIfEmpty(Problem));

    /// <summary>Whether it is the provider.</summary>
    public bool Is(OriginProvider provider) =>
        ProviderId is { } id ? id.Equals(provider.Id, StringComparison.OrdinalIgnoreCase) : IsNamed(Name, provider);

    /// <summary>Whether a service is the provider's, by its name: "AWS", "Amazon Web Services EC2".</summary>
    public static bool IsNamed(string service, OriginProvider provider) =>
        service.Contains(provider.Title, StringComparison.OrdinalIgnoreCase)
        || service
            .Split([' ', '/', '-', ',', '(', ')'], StringSplitOptions.RemoveEmptyEntries)
            .Contains(provider.Id, StringComparer.OrdinalIgnoreCase);
}

/// <summary>Every limit of reading outside services' pages, each with its reason.</summary>
internal static class OutsideLimits
{
    /// <summary>Characters of a title: a line and a half.</summary>
    public const int TitleLength = 300;

    /// <summary>Bytes of a document: Amazon's feed of everything has a few hundred thousand, Google's a million.</summary>
    public const int DocumentBytes = 4 << 20;

    /// <summary>Entries of a document that are read, the first ones: feeds have the newest first.</summary>
    public const int Entries = 500;

    /// <summary>Characters of an entry's text that are looked through for its state and its regions.</summary>
    public const int TextLength = 20_000;

    /// <summary>Troubles of one service that are kept.</summary>
    public const int Troubles = 20;

    /// <summary>Redirections that are followed; one from https to http never is.</summary>
    public const int Redirects = 3;

    /// <summary>Seconds from one look to the next where nothing else is said: what others write by hand changes by minutes.</summary>
    public const int Interval = 60;

    /// <summary>What was told last so long ago counts no more: providers forget to say that something is over, and tell news of it daily while it is not.</summary>
    public static readonly TimeSpan Counts = TimeSpan.FromHours(24);
}
