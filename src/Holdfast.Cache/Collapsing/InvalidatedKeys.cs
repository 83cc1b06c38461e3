namespace Holdfast.Cache.Collapsing;

/// <summary>
/// Keys that unsafe requests have invalidated in this cache (RFC 9111 section 4.4), which an upper cache has not seen. A fixed table, 256 KiB:
/// each overwrites the one in its place, whose upper copy is then served until it is stale. Thread-safe, no lock.
/// </summary>
public sealed class InvalidatedKeys
{
    private const int Places = 32 * 1024;

    private readonly ulong[] _hashes = new ulong[Places];

    /// <summary>Adds a key.</summary>
    /// <param name="hash">Its hash; 0 is none.</param>
    public void Add(ulong hash) => Volatile.Write(ref Place(hash), hash);

    /// <summary>Takes a key out; whether it was there.</summary>
    public bool Take(ulong hash) =>
        hash != 0 && Volatile.Read(ref Place(hash)) == hash && Interlocked.CompareExchange(ref Place(hash), 0, hash) == hash;

    private ref ulong Place(ulong hash) => ref _hashes[hash & (Places - 1)];
}
