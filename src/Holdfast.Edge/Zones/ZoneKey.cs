using System.Text;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Zones;

/// <summary>
/// What a zone is found by: a hash of its name, whose lowest bit says whether it serves the name itself or the names below it. Names are
/// hashed from their end, so that one pass over a host gives the hash of every name above it on the way. Two names may have one key:
/// whoever finds a zone by its key compares the name.
/// </summary>
internal static class ZoneKey
{
    /// <summary>The hash of no bytes; <c>*</c> is below it.</summary>
    public const ulong Empty = 14695981039346656037;

    /// <summary>The bit of zones that serve the names below theirs.</summary>
    public const ulong Below = 1;

    /// <summary>Adds a byte to a hash, going from a name's end to its beginning (FNV-1a).</summary>
    public static ulong Step(ulong hash, byte next) => (hash ^ next) * 1099511628211;

    /// <summary>A whole name's hash.</summary>
    public static ulong HashOf(ReadOnlySpan<byte> name)
    {
        var hash = Empty;
        for (var i = name.Length - 1; i >= 0; i--)
        {
            hash = Step(hash, name[i]);
        }

        return hash;
    }

    /// <summary>The key of a zone.</summary>
    /// <param name="zone">Its canonical name: <c>example.com</c>, <c>*.example.com</c>, <c>*</c> or an address.</param>
    public static ulong Of(string zone)
    {
        var below = Split(zone, out var name);
        return (HashOf(name) & ~Below) | (below ? Below : 0);
    }

    /// <summary>Splits a zone's name.</summary>
    /// <param name="zone">Its canonical name.</param>
    /// <param name="name">The host name or address in it; empty for the catch-all.</param>
    /// <returns>Whether it serves the names below that one, and not that one.</returns>
    public static bool Split(string zone, out byte[] name)
    {
        if (zone == ZoneName.CatchAll)
        {
            name = [];
            return true;
        }

        var below = zone.StartsWith("*.", StringComparison.Ordinal);
        name = Encoding.ASCII.GetBytes(below ? zone[2..] : zone);
        return below;
    }
}
