using System.Collections;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Holdfast.Rules.Types;

/// <summary>An array that doesn't change and is equal when its elements are, so that records that hold one are equal by value.</summary>
[CollectionBuilder(typeof(EqualArray), nameof(EqualArray.Create))]
public readonly struct EqualArray<T> : IReadOnlyList<T>, IEquatable<EqualArray<T>>
    where T : IEquatable<T>
{
    private readonly ImmutableArray<T> _items;

    internal EqualArray(ImmutableArray<T> items) => _items = items;

    /// <inheritdoc />
    public int Count => _items.IsDefault ? 0 : _items.Length;

    /// <inheritdoc />
    public T this[int index] => _items[index];

    /// <inheritdoc />
    public bool Equals(EqualArray<T> other) => Count == other.Count && this.SequenceEqual(other);

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is EqualArray<T> other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in this)
        {
            hash.Add(item);
        }

        return hash.ToHashCode();
    }

    /// <inheritdoc />
    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)(_items.IsDefault ? [] : _items)).GetEnumerator();

    /// <inheritdoc />
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Makes arrays that are equal by their elements.</summary>
public static class EqualArray
{
    /// <summary>Copies the items.</summary>
    public static EqualArray<T> Create<T>(ReadOnlySpan<T> items)
        where T : IEquatable<T> => new(ImmutableArray.Create(items));
}
