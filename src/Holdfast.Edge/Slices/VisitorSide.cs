using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Holdfast.Edge.Slices;

/// <summary>
/// Which side a visitor is on: drawn once for a release by a hash of the visitor's network, IPv4 by 24 bits and IPv6 by 56, so that somebody
/// whose address changes a little stays on one side. The same on every edge.
/// </summary>
internal static class VisitorSide
{
    /// <summary>
    /// Visitors are dealt into so many groups, and a group is on one side as a whole. A power of two; a hundredth of them is 82.
    /// </summary>
    public const int Groups = 8_192;

    /// <summary>A visitor's number for one release.</summary>
    /// <param name="address">The visitor's address.</param>
    /// <param name="salt">The release's: another draws other visitors.</param>
    public static ulong Of(IPAddress address, ulong salt)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        address.TryWriteBytes(bytes, out _);
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            bytes[3] = 0;
        }
        else if (address.IsIPv4MappedToIPv6)
        {
            bytes[12..15].CopyTo(bytes);
            bytes[3..].Clear();
        }
        else
        {
            bytes[7..].Clear();
        }

        // The networks are small numbers side by side: both halves of the mix are needed to spread them.
        var hash = BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ salt;
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EB;
        return hash ^ (hash >> 31);
    }

    /// <summary>The salt of a release.</summary>
    public static ulong SaltOf(string name, long generation)
    {
        var hash = ((ulong)generation + 1) * 0x9E3779B97F4A7C15;
        foreach (var character in name)
        {
            hash = (hash ^ character) * 0x100000001B3;
        }

        return hash;
    }

    /// <summary>Whether the visitor is among this percentage of them; one who is stays so when it grows.</summary>
    public static bool IsAmong(ulong visitor, int share) => (visitor & (Groups - 1)) * 100 < (ulong)share * Groups;
}
