using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Holdfast.Model.Releases;

namespace Holdfast.Releases.Tests;

/// <summary>Each connection delivers its messages and is lost; after the last one it stays open and silent.</summary>
internal sealed class ScriptedFeed(FeedMessage[][] connections) : IReleaseFeed
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _next;

    public List<long> AskedAfter { get; } = [];

    public Task Ended => _ended.Task;

    public async IAsyncEnumerable<FeedMessage> ReadAsync(FeedPosition after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        AskedAfter.Add(after.Release);
        if (_next < connections.Length)
        {
            foreach (var message in connections[_next++])
            {
                yield return message;
            }

            throw new IOException("lost");
        }

        _ended.TrySetResult();
        await Channel.CreateUnbounded<int>().Reader.ReadAsync(cancellationToken);
    }
}
