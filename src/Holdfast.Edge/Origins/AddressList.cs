using System.Collections.Immutable;
using System.Net;

namespace Holdfast.Edge.Origins;

/// <summary>Several addresses that serve the same; equal to another list of the same ones in the same order.</summary>
internal sealed class AddressList(ImmutableArray<IPAddress> addresses) : IEquatable<AddressList>
{
    /// <summary>The addresses.</summary>
    public ImmutableArray<IPAddress> Addresses => addresses;

    /// <inheritdoc/>
    public bool Equals(AddressList? other) => other is not null && addresses.AsSpan().SequenceEqual(other.Addresses.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AddressList);

    /// <inheritdoc/>
    public override int GetHashCode() => addresses.Aggregate(0, HashCode.Combine);
}
