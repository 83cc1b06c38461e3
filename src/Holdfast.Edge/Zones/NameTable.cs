using System.Numerics;

namespace Holdfast.Edge.Zones;

/// <summary>The zones at one name: the one of that name, and the one of all names below it (<c>*.name</c>). Both null where a zone was removed.</summary>
internal sealed record NameEntry(byte[] Name, ZoneRuntime? Self, ZoneRuntime? Below);

/// <summary>An immutable hash table from names to entries: open addressing, at most half full. Names are lower-case ASCII.</summary>
internal sealed class NameTable
{
    /// <summary>The hash of no bytes.</summary>
    public const ulong HashSeed = 14695981039346656037;

    private readonly NameEntry?[] _slots;
    private readonly ulong[] _hashes;

    private NameTable(int capacity)
    {
        _slots = new NameEntry?[capacity];
        _hashes = new ulong[capacity];
    }

    /// <summary>A table without entries.</summary>
    public static NameTable Empty { get; } = new(2);

    /// <summary>How many entries there are.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a byte to a hash, going from a name's end to its beginning (FNV-1a).</summary>
    public static ulong HashStep(ulong hash, byte next) => (hash ^ next) * 1099511628211;

    /// <summary>A whole name's hash.</summary>
    public static ulong HashOf(ReadOnlySpan<byte> name)
    {
        var hash = HashSeed;
        for (var i = name.Length - 1; i >= 0; i--)
        {
            hash = HashStep(hash, name[i]);
        }

        return hash;
    }

    /// <summary>The name's entry, or null.</summary>
    public NameEntry? Find(ReadOnlySpan<byte> name, ulong hash)
    {
        var mask = _slots.Length - 1;
        for (var slot = Slot(hash, mask); _slots[slot] is { } entry; slot = (slot + 1) & mask)
        {
            if (_hashes[slot] == hash && name.SequenceEqual(entry.Name))
            {
                return entry;
            }
        }

        return null;
    }

    /// <summary>A copy with this entry in it, in the place of one with the same name.</summary>
    public NameTable With(NameEntry entry) => Build([.. Entries(), entry], keepEmpty: true);

    /// <summary>A copy with all of the overlay's entries in it; names without a zone are left out.</summary>
    public NameTable Merged(NameTable overlay) => Build([.. Entries(), .. overlay.Entries()], keepEmpty: false);

    private static NameTable Build(List<NameEntry> entries, bool keepEmpty)
    {
        var table = new NameTable((int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(2, (entries.Count * 2) + 1)));
        foreach (var entry in entries)
        {
            table.Put(entry);
        }

        if (!keepEmpty && table._slots.Any(e => e is { Self: null, Below: null }))
        {
            return Build([.. table.Entries().Where(e => e.Self is not null || e.Below is not null)], keepEmpty: true);
        }

        return table;
    }

    private static int Slot(ulong hash, int mask) => (int)((hash ^ (hash >> 32)) & (uint)mask);

    private IEnumerable<NameEntry> Entries() => _slots.Where(e => e is not null)!;

    private void Put(NameEntry entry)
    {
        var hash = HashOf(entry.Name);
        var mask = _slots.Length - 1;
        var slot = Slot(hash, mask);
        while (_slots[slot] is { } other)
        {
            if (_hashes[slot] == hash && other.Name.AsSpan().SequenceEqual(entry.Name))
            {
                _slots[slot] = entry;
                return;
            }

            slot = (slot + 1) & mask;
        }

        _slots[slot] = entry;
        _hashes[slot] = hash;
        Count++;
    }
}
