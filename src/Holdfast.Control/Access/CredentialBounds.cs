using System.Collections.Immutable;
using System.Net;

namespace Holdfast.Control.Access;

/// <summary>What bounds a credential beside its policies.</summary>
/// <param name="ExpiresOn">When it ends (UTC), or null for never.</param>
/// <param name="Addresses">Where it may be used from.</param>
internal sealed record CredentialBounds(DateTime? ExpiresOn, AddressCondition Addresses)
{
    /// <summary>For ever, from anywhere.</summary>
    public static CredentialBounds None { get; } = new(null, AddressCondition.Anywhere);

    /// <summary>Whether these are as narrow as the others or narrower.</summary>
    public bool AreWithin(CredentialBounds other) =>
        (other.ExpiresOn is not { } end || ExpiresOn <= end) && Addresses.IsWithin(other.Addresses);
}

/// <summary>Where a credential may be used from: <c>condition.request_ip</c> of a token.</summary>
/// <param name="In">Only from these networks; empty: from all.</param>
/// <param name="NotIn">Not from these; they win.</param>
internal sealed record AddressCondition(ImmutableArray<IPNetwork> In, ImmutableArray<IPNetwork> NotIn)
{
    /// <summary>No condition.</summary>
    public static AddressCondition Anywhere { get; } = new([], []);

    /// <summary>Whether there is no condition.</summary>
    public bool IsAnywhere => In.IsEmpty && NotIn.IsEmpty;

    /// <summary>Whether a request from this address meets it. A request whose address is not known meets no condition.</summary>
    public bool Allows(IPAddress? address)
    {
        if (IsAnywhere)
        {
            return true;
        }

        if (address is null)
        {
            return false;
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return (In.IsEmpty || In.Any(network => network.Contains(plain))) && !NotIn.Any(network => network.Contains(plain));
    }

    /// <summary>
    /// Whether every address that meets this one meets the other, as far as one can see network by network: a network that is put
    /// together from several of the other's is not recognised, and refused.
    /// </summary>
    public bool IsWithin(AddressCondition other) =>
        (other.In.IsEmpty || (!In.IsEmpty && In.All(mine => other.In.Any(theirs => Holds(theirs, mine)))))
        && other.NotIn.All(theirs => NotIn.Any(mine => Holds(mine, theirs)));

    private static bool Holds(IPNetwork outer, IPNetwork inner) =>
        outer.PrefixLength <= inner.PrefixLength && outer.Contains(inner.BaseAddress);
}
