using Holdfast.Cache.Storage;

namespace Holdfast.Edge.Phases.Cache;

/// <summary>
/// Remembers targets whose origin did not send a slice when asked for one, so that it is not asked in vain each time. Bounded, and
/// forgetful: a target that takes another one's place, or time, only costs one question more. Thread-safe without a lock.
/// </summary>
internal sealed class UnslicedTargets(TimeProvider time)
{
    private const int Places = 4096;

    // An origin that was down, or a file that was replaced, may be sliced again after this.
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(10);

    private readonly Place?[] _places = new Place?[Places];

    /// <summary>The key of a target.</summary>
    public static ulong KeyOf(ReadOnlySpan<byte> zone, ReadOnlySpan<byte> host, ReadOnlySpan<byte> target) =>
        CacheKey.HashOf(zone) ^ (CacheKey.HashOf(host) * 3) ^ (CacheKey.HashOf(target) * 7);

    /// <summary>Whether it is remembered.</summary>
    public bool Contain(ulong target) =>
        Volatile.Read(ref _places[target % Places]) is { } place && place.Target == target && time.GetElapsedTime(place.Since) < Remembered;

    /// <summary>Remembers it.</summary>
    public void Add(ulong target) => Volatile.Write(ref _places[target % Places], new Place(target, time.GetTimestamp()));

    private sealed record Place(ulong Target, long Since);
}
