using Holdfast.Model.Purging;
using Holdfast.Model.Releases.Rehearsals;

namespace Holdfast.Model.Releases;

/// <summary>The channel from control down to the edges: releases, and beside them the purge log.</summary>
public interface IReleaseFeed
{
    /// <summary>
    /// Everything published after <paramref name="after"/>, in order, then what follows as it is published. Of an artifact with
    /// several releases in the backlog only the newest need come. A purge comes before every release that was published after it. Ends only
    /// by cancellation or by an exception when the channel is lost; the caller reconnects with the last position it has dealt with.
    /// </summary>
    /// <param name="after">The last position dealt with.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    IAsyncEnumerable<FeedMessage> ReadAsync(FeedPosition after, CancellationToken cancellationToken);
}

/// <summary>How far a feed was dealt with.</summary>
/// <param name="Release">The last position of releases; 0 for everything.</param>
/// <param name="Purge">The place in the purge log; null when purges are not wanted.</param>
public sealed record FeedPosition(long Release, PurgePosition? Purge = null);

/// <summary>One message of the feed.</summary>
/// <param name="Position">Strictly increasing over all releases of one control database.</param>
/// <param name="Release">
/// The release, or null in a heartbeat (at once when the backlog is dealt with, then every 5 s when there is nothing else), which
/// carries the newest position.
/// </param>
/// <param name="Problem">Why what stands at this position cannot be read, or null: it is refused alone, and the feed goes on.</param>
public sealed record FeedMessage(long Position, Release? Release, string? Problem = null)
{
    /// <summary>A proposed artifact that this edge is to rehearse, or null. Only a reader that asked for such gets any.</summary>
    public RehearsalOrder? Rehearsal { get; init; }

    /// <summary>A purge, or null.</summary>
    public SignedPurge? Purge { get; init; }

    /// <summary>
    /// Where the purge log stands, or null: in the first message the place from which purges follow, which is not the reader's when some
    /// of those between are kept no more; in a heartbeat the newest, all of those before it having been sent.
    /// </summary>
    public PurgePosition? Purged { get; init; }
}
