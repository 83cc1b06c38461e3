namespace Holdfast.Model.Releases;

/// <summary>The channel from control down to the edges.</summary>
public interface IReleaseFeed
{
    /// <summary>
    /// Everything published after <paramref name="after"/>, in order, then what follows as it is published. Of an artifact with
    /// several releases in the backlog only the newest need come. Ends only by cancellation or by an exception when the channel is lost;
    /// the caller reconnects with the last position it has dealt with.
    /// </summary>
    /// <param name="after">The last position dealt with; 0 for everything.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    IAsyncEnumerable<FeedMessage> ReadAsync(long after, CancellationToken cancellationToken);
}

/// <summary>One message of the feed.</summary>
/// <param name="Position">Strictly increasing over all messages of one control database.</param>
/// <param name="Release">
/// The release, or null in a heartbeat (at once when the backlog is dealt with, then every 5 s when there is nothing else), which
/// carries the newest position.
/// </param>
/// <param name="Problem">Why what stands at this position cannot be read, or null: it is refused alone, and the feed goes on.</param>
public sealed record FeedMessage(long Position, Release? Release, string? Problem = null);
