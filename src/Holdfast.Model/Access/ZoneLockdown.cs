using System.Collections.Immutable;

namespace Holdfast.Model.Access;

/// <summary>
/// A zone lockdown: what it is for is answered to some addresses only. Of several that are for a request the first in their order decides.
/// </summary>
public sealed record ZoneLockdown
{
    /// <summary>The id, which stays.</summary>
    public required string Id { get; init; }

    /// <summary>
    /// What it is for: host and path with stars for anything, without a scheme, <c>www.example.com/admin*</c>; the letters' case makes no
    /// difference.
    /// </summary>
    public required ImmutableArray<string> Urls { get; init; }

    /// <summary>Who may, each canonical: <c>192.0.2.1</c>, <c>2001:db8::/32</c>.</summary>
    public required ImmutableArray<string> Addresses { get; init; }

    /// <summary>The lower, the earlier it is asked; null for behind all that have one.</summary>
    public int? Priority { get; init; }

    /// <summary>Whether it is not asked at all.</summary>
    public bool Paused { get; init; }

    /// <summary>What its owner says of it, or empty.</summary>
    public string Description { get; init; } = "";

    /// <summary>When it was made, UTC, in whole milliseconds.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed, UTC, in whole milliseconds.</summary>
    public required DateTimeOffset ModifiedAt { get; init; }

    /// <summary>Lockdowns in the order in which they are asked: by priority, else the oldest first.</summary>
    public static IEnumerable<ZoneLockdown> InOrder(IEnumerable<ZoneLockdown> lockdowns) =>
        lockdowns.OrderBy(lockdown => lockdown.Priority ?? int.MaxValue);
}
