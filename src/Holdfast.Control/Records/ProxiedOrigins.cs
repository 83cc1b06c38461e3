using System.Collections.Immutable;
using System.Net;
using Holdfast.Control.Envelope;
using Holdfast.Control.Records.Content;
using Holdfast.Model.Zones;

namespace Holdfast.Control.Records;

/// <summary>
/// What a zone's records mean for the edge. Only proxied names get there. When one address record of a name is proxied, all of them
/// are, as with Cloudflare. An alias is followed within the zone here, because the public answer for a proxied name is the edge itself.
/// </summary>
internal sealed class ProxiedOrigins
{
    // An alias of an alias of an alias is plausible; more is a mistake that would cost on every change.
    private const int MostAliases = 8;

    private readonly string _zone;

    // Those that can be origins, by name in ordinal order: a name's stand together.
    private readonly RecordValues[] _byName;

    private ProxiedOrigins(string zone, IEnumerable<DnsRecord> records)
    {
        _zone = zone;
        _byName = [.. records.Select(record => record.Values).Where(values => values.Type.Proxiable)];
        Array.Sort(_byName, static (one, other) => string.CompareOrdinal(one.Name, other.Name));
    }

    /// <summary>The origins, by name in ordinal order.</summary>
    /// <exception cref="ApiException">A name has more addresses than an edge tries.</exception>
    public static ImmutableArray<RecordOrigin> Of(string zone, IEnumerable<DnsRecord> records)
    {
        var all = new ProxiedOrigins(zone, records);
        var origins = ImmutableArray.CreateBuilder<RecordOrigin>(all._byName.Length);
        for (var at = 0; at < all._byName.Length; )
        {
            var name = all.From(at);
            if (AnyProxied(name))
            {
                origins.Add(all.Origin(name[0].Name, name));
            }

            at += name.Length;
        }

        return origins.DrainToImmutable();
    }

    private RecordOrigin Origin(string name, ReadOnlySpan<RecordValues> records)
    {
        for (var aliases = 0; aliases < MostAliases; aliases++)
        {
            if (Alias(records) is not { } alias)
            {
                return new RecordOrigin(name, Addresses(name, records), null);
            }

            var next = RecordName.IsWithin(alias, _zone) ? At(alias) : [];
            if (next.IsEmpty)
            {
                return alias == name ? Nowhere(name) : new RecordOrigin(name, [], alias);
            }

            records = next;
        }

        return Nowhere(name);
    }

    private static bool AnyProxied(ReadOnlySpan<RecordValues> records)
    {
        foreach (var values in records)
        {
            if (values.Proxied)
            {
                return true;
            }
        }

        return false;
    }

    private static string? Alias(ReadOnlySpan<RecordValues> records)
    {
        foreach (var values in records)
        {
            if (values.Type == RecordTypes.Cname)
            {
                return values.Content;
            }
        }

        return null;
    }

    // The records of a name in the zone; else those of the nearest wildcard above it; else none.
    private ReadOnlySpan<RecordValues> At(string name)
    {
        var records = Named(name);
        for (var dot = name.IndexOf('.', StringComparison.Ordinal); records.IsEmpty && dot >= 0; dot = name.IndexOf('.', dot + 1))
        {
            records = Named("*" + name[dot..]);
        }

        return records;
    }

    private ReadOnlySpan<RecordValues> Named(string name)
    {
        var (low, high) = (0, _byName.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = string.CompareOrdinal(_byName[middle].Name, name) < 0 ? (middle + 1, high) : (low, middle);
        }

        return low < _byName.Length && _byName[low].Name == name ? From(low) : [];
    }

    // The records that have the name of the one here, which is its first.
    private ReadOnlySpan<RecordValues> From(int first)
    {
        var end = first + 1;
        while (end < _byName.Length && _byName[end].Name == _byName[first].Name)
        {
            end++;
        }

        return _byName.AsSpan(first..end);
    }

    private static RecordOrigin Nowhere(string name) => new(name, [], null);

    private static ImmutableArray<IPAddress> Addresses(string name, ReadOnlySpan<RecordValues> records)
    {
        if (records is [var only])
        {
            // Most names: nothing to sort.
            var address = IPAddress.Parse(only.Content);
            return RecordOrigin.IsAddressAllowed(address) ? [address] : [];
        }

        var addresses = records
            .ToArray()
            .Select(values => IPAddress.Parse(values.Content))
            .Where(RecordOrigin.IsAddressAllowed)
            .Distinct()
            .OrderBy(address => address.AddressFamily)
            .ThenBy(address => address.ToString(), StringComparer.Ordinal)
            .ToImmutableArray();
        return addresses.Length <= RecordOrigin.MostAddresses
            ? addresses
            : throw new ApiException(
                409,
                new ApiError(
                    RecordErrors.QuotaExceeded,
                    $"{name} would be served from {addresses.Length} addresses; a proxied name can have {RecordOrigin.MostAddresses}"
                )
            );
    }
}
