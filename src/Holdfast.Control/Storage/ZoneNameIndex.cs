using System.Buffers;
using System.Text;
using Holdfast.Model.Zones;

namespace Holdfast.Control.Storage;

/// <summary>
/// The names of all zones in their order, one behind the other, each with its type: what lists and searches look through. A million names of
/// twenty characters are 25 MB, which a search reads in a few milliseconds. Immutable.
/// </summary>
internal sealed class ZoneNameIndex
{
    // Behind every name; no name has it.
    private const byte End = (byte)'\n';

    private readonly byte[] _text;
    private readonly int[] _starts;
    private readonly byte[] _types;

    private ZoneNameIndex(byte[] text, int[] starts, byte[] types)
    {
        _text = text;
        _starts = starts;
        _types = types;
    }

    /// <summary>Of no zone.</summary>
    public static ZoneNameIndex Empty { get; } = new([], [0], []);

    /// <summary>How many zones there are.</summary>
    public int Count => _types.Length;

    /// <summary>The same with some changes.</summary>
    /// <param name="changes">Zones that there are now, with their types, and names of zones that there are no more, with null.</param>
    public ZoneNameIndex With(IReadOnlyDictionary<string, ZoneType?> changes)
    {
        var ordered = changes.Select(change => (Name: Encoding.UTF8.GetBytes(change.Key), change.Value)).ToArray();
        Array.Sort(ordered, static (one, other) => one.Name.AsSpan().SequenceCompareTo(other.Name));
        var builder = new Builder(_text.Length + ordered.Sum(change => change.Name.Length + 1), Count + ordered.Length);
        var next = 0;
        foreach (var (name, type) in ordered)
        {
            var at = LowerBound(name);
            builder.Add(this, next, at);
            next = at < Count && NameAt(at).SequenceEqual(name) ? at + 1 : at;
            if (type is { } there)
            {
                builder.Add(name, there);
            }
        }

        builder.Add(this, next, Count);
        return builder.Made();
    }

    /// <summary>A page of the zones that a filter wants.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="hidden">Names of zones that are left out.</param>
    /// <param name="descending">Whether the last comes first.</param>
    /// <param name="skip">How many to leave out at the beginning.</param>
    /// <param name="take">How many to give at most.</param>
    /// <returns>Their names in that order, and how many there are in all.</returns>
    public (string[] Names, int Total) Find(ZoneFilter filter, IReadOnlySet<string> hidden, bool descending, int skip, int take)
    {
        var found = ArrayPool<int>.Shared.Rent(Count);
        try
        {
            var total = new Search(this, filter, hidden).All(found);
            var page = new string[Math.Clamp(total - skip, 0, take)];
            for (var i = 0; i < page.Length; i++)
            {
                page[i] = NameOf(found[descending ? total - 1 - skip - i : skip + i]);
            }

            return (page, total);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(found);
        }
    }

    private string NameOf(int index) => Encoding.UTF8.GetString(NameAt(index));

    private ReadOnlySpan<byte> NameAt(int index) => _text.AsSpan(_starts[index], _starts[index + 1] - _starts[index] - 1);

    // The first name that does not come before this one.
    private int LowerBound(ReadOnlySpan<byte> name)
    {
        var (from, to) = (0, Count);
        while (from < to)
        {
            var middle = (from + to) >>> 1;
            if (NameAt(middle).SequenceCompareTo(name) < 0)
            {
                from = middle + 1;
            }
            else
            {
                to = middle;
            }
        }

        return from;
    }

    /// <summary>Puts one together, in the order of the names.</summary>
    internal sealed class Builder(int bytes, int zones)
    {
        private byte[] _text = new byte[bytes];
        private int[] _starts = new int[zones + 1];
        private byte[] _types = new byte[zones];
        private int _count;

        /// <summary>Adds a zone.</summary>
        public void Add(ReadOnlySpan<byte> name, ZoneType type)
        {
            var start = _starts[_count];
            if (_text.Length < start + name.Length + 1)
            {
                Array.Resize(ref _text, (2 * _text.Length) + name.Length + 1);
            }

            if (_types.Length == _count)
            {
                Array.Resize(ref _types, (2 * _count) + 1);
                Array.Resize(ref _starts, _types.Length + 1);
            }

            name.CopyTo(_text.AsSpan(start));
            _text[start + name.Length] = End;
            _types[_count++] = (byte)type;
            _starts[_count] = start + name.Length + 1;
        }

        /// <summary>Adds a stretch of another one, for which there is room.</summary>
        public void Add(ZoneNameIndex other, int from, int to)
        {
            var start = _starts[_count];
            var (first, last) = (other._starts[from], other._starts[to]);
            other._text.AsSpan(first, last - first).CopyTo(_text.AsSpan(start));
            other._types.AsSpan(from, to - from).CopyTo(_types.AsSpan(_count));
            for (var i = from; i < to; i++)
            {
                _starts[++_count] = other._starts[i + 1] - first + start;
            }
        }

        /// <summary>What was added.</summary>
        public ZoneNameIndex Made() => new(_text[.._starts[_count]], _starts[..(_count + 1)], _types[.._count]);
    }

    // One look through the names.
    private sealed class Search
    {
        private readonly ZoneNameIndex _index;
        private readonly ZoneFilter _filter;
        private readonly IReadOnlySet<string> _hidden;
        private readonly NamePattern? _name;
        private readonly byte[] _text;
        private readonly bool[] _isWanted = new bool[byte.MaxValue + 1];
        private readonly bool[] _isShown = new bool[byte.MaxValue + 1];
        private readonly bool _isImpossible;
        private readonly bool _hides;
        private readonly int _first;
        private readonly int _end;

        public Search(ZoneNameIndex index, ZoneFilter filter, IReadOnlySet<string> hidden)
        {
            _index = index;
            _filter = filter;
            _hidden = hidden;
            _hides = hidden.Count > 0;
            _name = filter.Name;

            // With what ends a name behind it, what names end with is a part of the text too.
            _text = Encoding.UTF8.GetBytes(_name is { Before: true, After: false } ending ? ending.Text + (char)End : _name?.Text ?? "");
            _isImpossible = _name?.Text.Contains((char)End, StringComparison.Ordinal) == true;
            foreach (var type in Enum.GetValues<ZoneType>())
            {
                _isWanted[(int)type] = filter.Types?.Contains(type) ?? !filter.Any;
                _isShown[(int)type] = type != ZoneType.Internal || !filter.HidesInternal;
            }

            (_first, _end) = (0, index.Count);
            if (_name is { IsPrefix: true } prefix)
            {
                (_first, _end) = (index.LowerBound(_text), index.LowerBound(Encoding.UTF8.GetBytes(prefix.AfterPrefix)));
            }
            else if (_name is { IsExact: true } or { Negated: true })
            {
                _first = index.LowerBound(_text);
                _end = _first < index.Count && index.NameAt(_first).SequenceEqual(_text) ? _first + 1 : _first;
            }
        }

        /// <summary>Writes down which names there are, in their order, and gives their number.</summary>
        public int All(int[] found)
        {
            var total = 0;
            var types = _index._types;
            if (_filter.Any)
            {
                var next = NextNamed(0);
                for (var i = 0; i < types.Length; i++)
                {
                    var isNamed = i == next;
                    if (isNamed)
                    {
                        next = NextNamed(i + 1);
                    }

                    if ((isNamed || _filter.IsAll || _isWanted[types[i]]) && IsShown(i))
                    {
                        found[total++] = i;
                    }
                }
            }
            else if (!_filter.IsNone)
            {
                for (var i = NextNamed(0); i < types.Length; i = NextNamed(i + 1))
                {
                    if (_isWanted[types[i]] && IsShown(i))
                    {
                        found[total++] = i;
                    }
                }
            }

            return total;
        }

        private bool IsShown(int i) => _isShown[_index._types[i]] && (!_hides || !_hidden.Contains(_index.NameOf(i)));

        // The first name from here on that is as it must be. Without a condition on names: every one when all conditions must hold, and none
        // when one is enough.
        private int NextNamed(int from)
        {
            if (_name is null)
            {
                return _filter.Any ? _index.Count : from;
            }

            if (_name.Negated)
            {
                return from >= _first && from < _end ? _end : from;
            }

            if (!_name.Before)
            {
                return from < _first
                    ? _first == _end
                        ? _index.Count
                        : _first
                    : from < _end
                        ? from
                        : _index.Count;
            }

            if (from >= _index.Count || _isImpossible)
            {
                return _index.Count;
            }

            var starts = _index._starts;
            var found = _index._text.AsSpan(starts[from]).IndexOf(_text);
            if (found < 0)
            {
                return _index.Count;
            }

            found += starts[from];
            if (found < starts[from + 1])
            {
                return from;
            }

            var at = Array.BinarySearch(starts, from + 1, _index.Count - from - 1, found);
            return at < 0 ? ~at - 1 : at;
        }
    }
}
