using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Holdfast.Cache.Storage;

/// <summary>Makes the key that responses are stored under, and its hash.</summary>
public static class CacheKey
{
    // Chosen anew by each process, so that nobody outside can choose targets that fall into one bucket.
    private static readonly ulong Seed = MemoryMarshal.Read<ulong>(RandomNumberGenerator.GetBytes(8));

    /// <summary>Writes a key: <c>scope NUL scheme :// host target</c>, scheme and host in lower case.</summary>
    /// <param name="into">Where to; cleared before.</param>
    /// <param name="scope">What shares the store without sharing responses: the zone's id.</param>
    /// <param name="scheme"><c>http</c> or <c>https</c>.</param>
    /// <param name="host">Host and port as the visitor named them.</param>
    /// <param name="target">Path and query, exactly as they came: what a server reads differently is a different key.</param>
    internal static void Write(
        ByteBuffer into,
        ReadOnlySpan<byte> scope,
        ReadOnlySpan<byte> scheme,
        ReadOnlySpan<byte> host,
        ReadOnlySpan<byte> target
    )
    {
        into.Clear();
        into.Add(scope);
        into.Add(0);
        into.AddLower(scheme);
        into.Add("://"u8);
        into.AddLower(host);
        into.Add(target);
    }

    /// <summary>The hash of a key: 64 bits, of which every one depends on every byte and on this process' seed.</summary>
    public static ulong HashOf(ReadOnlySpan<byte> key) => HashOf(key, Seed);

    /// <summary>The hash of a key with another seed.</summary>
    internal static ulong HashOf(ReadOnlySpan<byte> key, ulong seed)
    {
        var hash = seed ^ ((ulong)key.Length * 0x9E3779B97F4A7C15);
        while (key.Length >= 8)
        {
            hash = Fold(hash ^ MemoryMarshal.Read<ulong>(key), 0xA0761D6478BD642F ^ seed);
            key = key[8..];
        }

        ulong rest = 0;
        for (var i = 0; i < key.Length; i++)
        {
            rest |= (ulong)key[i] << (8 * i);
        }

        return Fold(Fold(hash ^ rest, 0xE7037ED1A0B428DB), 0x8EBC6AF09C88C6E3 ^ seed);
    }

    private static ulong Fold(ulong one, ulong other)
    {
        var high = Math.BigMul(one, other, out var low);
        return high ^ low;
    }
}
