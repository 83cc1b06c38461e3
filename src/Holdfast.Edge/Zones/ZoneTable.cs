using System.Numerics;

namespace Holdfast.Edge.Zones;

/// <summary>
/// Which artifacts have a key: a hash table of 16 bytes a slot, at most seven tenths full. Requests read it without a lock while the
/// release loop, its only writer, changes it: a slot is filled before it is shown, and emptied by one write. What is full of emptied
/// slots, or too full, is replaced by a new table behind one volatile reference.
/// </summary>
internal sealed class ZoneTable
{
    private volatile Slots _slots = new(64);
    private int _count;

    /// <summary>How many zones there are.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The artifacts under a hash, self and below.</summary>
    public Probe At(ulong hash) => new(_slots, hash);

    /// <summary>Adds an artifact.</summary>
    public void Add(ulong key, int artifact)
    {
        if ((_slots.Used + 1) * 10L > _slots.Length * 7L)
        {
            _slots = _slots.Renewed(_count + 1);
        }

        _slots.Add(key, artifact);
        Volatile.Write(ref _count, _count + 1);
    }

    /// <summary>Removes an artifact; one that is not there changes nothing.</summary>
    public void Remove(ulong key, int artifact)
    {
        if (_slots.Remove(key, artifact))
        {
            Volatile.Write(ref _count, _count - 1);
        }
    }

    /// <summary>Goes through the artifacts under one hash.</summary>
    public ref struct Probe
    {
        private readonly Slots _slots;
        private readonly ulong _hash;
        private int _slot;

        internal Probe(Slots slots, ulong hash)
        {
            _slots = slots;
            _hash = hash & ~ZoneKey.Below;
            _slot = slots.FirstOf(hash);
        }

        /// <summary>The next artifact.</summary>
        /// <param name="artifact">Its number.</param>
        /// <param name="below">Whether its key is that of the names below.</param>
        public bool TryNext(out int artifact, out bool below)
        {
            while (true)
            {
                ref var slot = ref _slots[_slot];
                var number = Volatile.Read(ref slot.Number);
                if (number == Slots.Free)
                {
                    artifact = -1;
                    below = false;
                    return false;
                }

                _slot = _slots.After(_slot);
                if (number != Slots.Emptied && (slot.Key & ~ZoneKey.Below) == _hash)
                {
                    artifact = number - 1;
                    below = (slot.Key & ZoneKey.Below) != 0;
                    return true;
                }
            }
        }
    }

    internal struct Slot
    {
        public ulong Key;

        /// <summary>The artifact's number plus 1, or <see cref="Slots.Free"/> or <see cref="Slots.Emptied"/>.</summary>
        public int Number;
    }

    internal sealed class Slots(int length)
    {
        public const int Free = 0;
        public const int Emptied = -1;

        private readonly Slot[] _all = new Slot[length];
        private readonly int _shift = 64 - BitOperations.Log2((uint)length);

        public int Length => _all.Length;

        /// <summary>Slots that were ever filled; one is never filled twice, so that no reader sees a key with another's number.</summary>
        public int Used { get; private set; }

        public ref Slot this[int slot] => ref _all[slot];

        // The multiplication spreads hashes whose low bits are alike (Fibonacci hashing).
        public int FirstOf(ulong hash) => (int)(((hash & ~ZoneKey.Below) * 0x9E3779B97F4A7C15) >> _shift);

        public int After(int slot) => (slot + 1) & (_all.Length - 1);

        public void Add(ulong key, int artifact)
        {
            var slot = FirstOf(key);
            while (_all[slot].Number != Free)
            {
                slot = After(slot);
            }

            _all[slot].Key = key;
            Volatile.Write(ref _all[slot].Number, artifact + 1);
            Used++;
        }

        public bool Remove(ulong key, int artifact)
        {
            for (var slot = FirstOf(key); _all[slot].Number != Free; slot = After(slot))
            {
                if (_all[slot].Number == artifact + 1 && _all[slot].Key == key)
                {
                    Volatile.Write(ref _all[slot].Number, Emptied);
                    return true;
                }
            }

            return false;
        }

        /// <summary>A table without emptied slots, half full at most with so many zones.</summary>
        public Slots Renewed(int count)
        {
            var renewed = new Slots((int)Math.Max(64, BitOperations.RoundUpToPowerOf2((uint)count * 2)));
            foreach (var slot in _all)
            {
                if (slot.Number > Free)
                {
                    renewed.Add(slot.Key, slot.Number - 1);
                }
            }

            return renewed;
        }
    }
}
