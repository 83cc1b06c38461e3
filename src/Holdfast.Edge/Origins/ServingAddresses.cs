using System.Collections.Immutable;
using System.Net;

namespace Holdfast.Edge.Origins;

/// <summary>Several addresses that serve the same; equal to another list of the same ones in the same order.</summary>
internal sealed class ServingAddresses(ImmutableArray<IPAddress> addresses) : IEquatable<ServingAddresses>
{
    /// <summary>The addresses.</summary>
    public ImmutableArray<IPAddress> Addresses => addresses;

    /// <inheritdoc/>
    public bool Equals(ServingAddresses? other) => other is not null && addresses.AsSpan().SequenceEqual(other.Addresses.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ServingAddresses);

    /// <inheritdoc/>
    public override int GetHashCode() => addresses.Aggregate(0, HashCode.Combine);
}
