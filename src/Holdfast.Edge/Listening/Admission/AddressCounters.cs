using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Holdfast.Edge.Listening.Admission;

/// <summary>
/// Open connections by client address, in a fixed 512 KB however many addresses there are, without a lock or an allocation: two rows of
/// counters under two hashes, the smaller of an address' two counters being its count (a count-min sketch). It may count too much only for
/// an address that meets others in both rows, one in four thousand million pairs; the seeds are secret, so that nobody can aim at another.
/// </summary>
internal sealed class AddressCounters(ulong seed1, ulong seed2)
{
    private const int Slots = 1 << 16;
    private readonly int[] _row1 = new int[Slots];
    private readonly int[] _row2 = new int[Slots];

    /// <summary>Counts one more connection of an address, unless it has reached the limit.</summary>
    /// <param name="address">The client's address; of an IPv6 address the first 64 bits count.</param>
    /// <param name="limit">Most connections it may have.</param>
    /// <param name="ticket">To be given to <see cref="Leave"/> when the connection ends.</param>
    /// <returns>False when the limit is reached; nothing is then counted.</returns>
    public bool TryEnter(IPAddress address, int limit, out AddressTicket ticket)
    {
        var key = Key(address);
        ticket = new AddressTicket((int)(Mix(key ^ seed1) % Slots), (int)(Mix(key + seed2) % Slots));
        var first = Interlocked.Increment(ref _row1[ticket.Slot1]);
        var second = Interlocked.Increment(ref _row2[ticket.Slot2]);
        if (Math.Min(first, second) <= limit)
        {
            return true;
        }

        Leave(ticket);
        return false;
    }

    /// <summary>Takes back one connection.</summary>
    public void Leave(AddressTicket ticket)
    {
        Interlocked.Decrement(ref _row1[ticket.Slot1]);
        Interlocked.Decrement(ref _row2[ticket.Slot2]);
    }

    private static ulong Key(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily == AddressFamily.InterNetwork
            ? BinaryPrimitives.ReadUInt32BigEndian(bytes)
            : BinaryPrimitives.ReadUInt64BigEndian(bytes) | 1UL << 32; // the bit keeps a /64 below 2^32 apart from an IPv4 address
    }

    // The finaliser of SplitMix64 (public domain): every bit of the key reaches every bit of the slot.
    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}

/// <summary>Where a connection was counted.</summary>
/// <param name="Slot1">Its place in the first row.</param>
/// <param name="Slot2">Its place in the second.</param>
internal readonly record struct AddressTicket(int Slot1, int Slot2);
