using System.Collections.Frozen;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Lists;

/// <summary>A list of strings, such as hostnames. They are compared byte by byte.</summary>
public sealed class TextList : RuleList
{
    private readonly FrozenSet<ByteString>.AlternateLookup<ReadOnlySpan<byte>> _items;

    /// <param name="items">In any order.</param>
    public TextList(IEnumerable<ByteString> items) => _items = items.ToFrozenSet(new ByBytes()).GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <inheritdoc />
    public override RuleType ItemType => RuleType.String;

    /// <inheritdoc />
    public override Truth Contains(ReadOnlySpan<byte> value) => Truths.Of(_items.Contains(value));

    private sealed class ByBytes : IEqualityComparer<ByteString>, IAlternateEqualityComparer<ReadOnlySpan<byte>, ByteString>
    {
        public bool Equals(ByteString one, ByteString other) => one.Equals(other);

        public int GetHashCode(ByteString text) => GetHashCode(text.Span);

        public ByteString Create(ReadOnlySpan<byte> alternate) => new(alternate);

        public bool Equals(ReadOnlySpan<byte> alternate, ByteString other) => alternate.SequenceEqual(other.Span);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }
    }
}
