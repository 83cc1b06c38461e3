using System.Collections.Concurrent;

namespace Holdfast.Control.Releases.Rollouts;

/// <summary>Which edges follow the feed now: they can take a release. Safe to use from several threads.</summary>
internal sealed class FeedPresence
{
    private readonly ConcurrentDictionary<string, int> _followers = new(StringComparer.Ordinal);

    /// <summary>Whether an edge follows the feed.</summary>
    public bool Has(string node) => _followers.ContainsKey(node);

    /// <summary>The edges that follow it.</summary>
    public IEnumerable<string> Nodes => _followers.Keys;

    /// <summary>An edge follows the feed until what is returned is disposed of.</summary>
    public IDisposable Follows(string node)
    {
        _followers.AddOrUpdate(node, 1, static (_, count) => count + 1);
        return new Follower(this, node);
    }

    private void Leave(string node)
    {
        var left = _followers.AddOrUpdate(node, 0, static (_, count) => count - 1);
        if (left <= 0)
        {
            _followers.TryRemove(KeyValuePair.Create(node, left));
        }
    }

    private sealed class Follower(FeedPresence presence, string node) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                presence.Leave(node);
            }
        }
    }
}
