using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Model.Releases;

namespace Holdfast.Releases.Store;

/// <summary>
/// Every artifact that a store knows, 64 bytes each: what is in use of it and where its bytes lie. An artifact keeps its number for as
/// long as the process lives. One thread changes it; any thread may read by number.
/// </summary>
internal sealed class ArtifactIndex
{
    /// <summary>Entries in a chunk. Chunks never move, so that readers can hold on to one while the index grows.</summary>
    public const int ChunkEntries = 1 << ChunkBits;

    private const int ChunkBits = 14;

    private volatile ArtifactEntry[][] _chunks = [];
    private int[] _slots = new int[64];
    private int _count;

    /// <summary>How many artifacts there are, removed ones included; their numbers are 0 to this minus 1.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>How many of them are not removed.</summary>
    public int Live { get; private set; }

    /// <summary>
    /// An artifact's name as a number: one of 32 hexadecimal digits is that number, any other its hash. Two names with one number are out
    /// of anybody's reach (SHA-256, 128 bits).
    /// </summary>
    public static UInt128 IdOf(string name) =>
        IsDigits(name)
            ? UInt128.Parse(name, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
            : System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name)));

    /// <summary>Whether an artifact's name is told by <see cref="IdOf"/>, see <see cref="DigitsOf"/>.</summary>
    public static bool IsDigits(string name) => name.Length == 32 && !name.AsSpan().ContainsAnyExcept("0123456789abcdef");

    /// <summary>The name that is this number.</summary>
    public static string DigitsOf(UInt128 id) => id.ToString("x32", CultureInfo.InvariantCulture);

    /// <summary>The artifact's entry.</summary>
    public ref ArtifactEntry this[int number] => ref _chunks[number >> ChunkBits][number & (ChunkEntries - 1)];

    /// <summary>The artifact's number, or -1. Only for the thread that changes the index.</summary>
    public int Find(ArtifactKind kind, UInt128 id)
    {
        var mask = _slots.Length - 1;
        for (var slot = Slot(kind, id, mask); _slots[slot] != 0; slot = (slot + 1) & mask)
        {
            ref var entry = ref this[_slots[slot] - 1];
            if (entry.Id == id && entry.Kind == kind)
            {
                return _slots[slot] - 1;
            }
        }

        return -1;
    }

    /// <summary>Adds an artifact that is not there.</summary>
    /// <returns>Its number.</returns>
    public int Add(in ArtifactEntry entry)
    {
        var number = _count;
        if (number >> ChunkBits >= _chunks.Length)
        {
            _chunks = [.. _chunks, new ArtifactEntry[ChunkEntries]];
        }

        this[number] = entry;
        Live += entry.Removed ? 0 : 1;
        Volatile.Write(ref _count, number + 1);
        if (_count * 3L > _slots.Length * 2L)
        {
            Rehash(_slots.Length * 2);
        }
        else
        {
            Put(number);
        }

        return number;
    }

    /// <summary>Says whether an artifact is removed.</summary>
    public void SetRemoved(int number, bool removed)
    {
        ref var entry = ref this[number];
        Live += (entry.Removed ? 1 : 0) - (removed ? 1 : 0);
        entry.Removed = removed;
    }

    /// <summary>Makes room for so many artifacts at once.</summary>
    public void Reserve(int count)
    {
        var slots = _slots.Length;
        while (count * 3L > slots * 2L)
        {
            slots *= 2;
        }

        if (slots > _slots.Length)
        {
            Rehash(slots);
        }
    }

    private void Rehash(int slots)
    {
        _slots = new int[slots];
        for (var number = 0; number < _count; number++)
        {
            Put(number);
        }
    }

    private void Put(int number)
    {
        ref var entry = ref this[number];
        var mask = _slots.Length - 1;
        var slot = Slot(entry.Kind, entry.Id, mask);
        while (_slots[slot] != 0)
        {
            slot = (slot + 1) & mask;
        }

        _slots[slot] = number + 1;
    }

    // Ids are random or hashes, so that any of their bits will do.
    private static int Slot(ArtifactKind kind, UInt128 id, int mask) => (int)(((ulong)id ^ ((ulong)kind << 20)) & (uint)mask);
}

/// <summary>One artifact. 64 bytes: a million of them are 64 MB.</summary>
internal struct ArtifactEntry
{
    /// <summary>See <see cref="ArtifactIndex.IdOf"/>.</summary>
    public UInt128 Id;

    /// <summary>The generation in use.</summary>
    public long Generation;

    /// <summary>The first eight bytes of its digest.</summary>
    public ulong Digest;

    /// <summary>What its consumer finds it by.</summary>
    public ulong Key;

    /// <summary>Where its record lies. Readers read it with <see cref="Volatile"/>.</summary>
    public long Location;

    /// <summary>Where the generation before it lies; also in the record, which may be damaged.</summary>
    public long Previous;

    /// <summary>The kind.</summary>
    public ArtifactKind Kind;

    /// <summary>Whether it is removed.</summary>
    public bool Removed;

    /// <summary>Whether the generation has not passed its bake; in what an older build wrote this is false.</summary>
    public bool Unproven;
}
