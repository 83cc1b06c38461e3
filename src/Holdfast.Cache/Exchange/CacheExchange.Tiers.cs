using Holdfast.Cache.Facts;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Exchange;

/// <content>Caches behind one another: what an upper cache is asked for before the origin.</content>
public sealed partial class CacheExchange
{
    private bool _isMarked;

    /// <summary>
    /// The key by which an upper cache that has a part in the request is found; empty for a request that goes straight to the origin: one
    /// that is not for caches, has credentials, or whose answers could not be shared lately. All slices of a file have that of the file, so that
    /// one upper cache has all of them.
    /// </summary>
    public ReadOnlySpan<byte> UpperKey =>
        State is (CacheState.Fetching or CacheState.Revalidating)
        && !_isMarked
        && !_request.Has(RequestTraits.OriginCondition | RequestTraits.Authorization)
            ? _key.Written[..^_keySuffix]
            : default;

    /// <summary>
    /// Whether the key was invalidated here, so that an upper cache, which has not seen why, must not answer from what it has stored. Taken:
    /// the next request is not told so, unless <see cref="KeepInvalidation"/> says that this one came to nothing.
    /// </summary>
    public bool TakeInvalidation() => store.Fills.Invalidated?.Take(CacheKey.HashOf(_key.Written)) ?? false;

    /// <summary>Takes that back.</summary>
    public void KeepInvalidation() => store.Fills.Invalidated?.Add(CacheKey.HashOf(_key.Written));
}
