using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Releases.Joining;

namespace Holdfast.Control.Joining;

/// <summary>The nodes that have joined, in memory, because every request of theirs asks. Safe to use from several threads.</summary>
internal sealed class JoinedNodes
{
    private readonly ConcurrentDictionary<string, JoinedNode> _byKey = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, JoinedNode> _byName = new(StringComparer.Ordinal);

    /// <summary>The nodes that the database has.</summary>
    public JoinedNodes(IEnumerable<(string Name, byte[] KeyHash)> nodes)
    {
        foreach (var (name, hash) in nodes)
        {
            Add(name, hash);
        }
    }

    /// <summary>Believes a node from now on. Once more changes nothing.</summary>
    public void Add(string name, byte[] keyHash)
    {
        var node = new JoinedNode(name, keyHash);
        if (_byKey.TryAdd(Convert.ToHexString(keyHash), node))
        {
            _byName[name] = node;
        }
    }

    /// <summary>Believes a node no more, and ends what it is at.</summary>
    public void Remove(string name)
    {
        if (_byName.TryRemove(name, out var node))
        {
            _byKey.TryRemove(Convert.ToHexString(node.KeyHash), out _);
            node.End();
        }
    }

    /// <summary>The node whose certificate this is, or null.</summary>
    public JoinedNode? Find(X509Certificate2 certificate) =>
        _byKey.GetValueOrDefault(Convert.ToHexString(NodeIdentity.KeyHash(certificate)));

    /// <summary>Whether a node of this name has joined.</summary>
    public bool Has(string name) => _byName.ContainsKey(name);
}

/// <summary>A node that has joined.</summary>
/// <param name="name">Its name.</param>
/// <param name="keyHash">See <see cref="NodeIdentity.KeyHash"/>.</param>
internal sealed class JoinedNode(string name, byte[] keyHash)
{
    // Not disposed: a request may ask for its token at any time, and it holds nothing that needs to be let go.
    private readonly CancellationTokenSource _removed = new();

    public string Name => name;

    public byte[] KeyHash => keyHash;

    /// <summary>Ends when the node is removed.</summary>
    public CancellationToken Removed => _removed.Token;

    public void End() => _removed.Cancel();
}
