using System.Runtime.CompilerServices;
using Holdfast.Model.Releases;

namespace Holdfast.Edge.Releases;

/// <summary>The feed of an edge without control: silent.</summary>
internal sealed class NoFeed : IReleaseFeed
{
    /// <inheritdoc/>
    public async IAsyncEnumerable<FeedMessage> ReadAsync(FeedPosition after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
        yield break;
    }
}
