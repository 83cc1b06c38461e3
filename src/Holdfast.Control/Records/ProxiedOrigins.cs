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
    private readonly ILookup<string, RecordValues> _byName;

    private ProxiedOrigins(string zone, IEnumerable<DnsRecord> records)
    {
        _zone = zone;
        _byName = records.Select(record => record.Values).Where(values => values.Type.Proxiable).ToLookup(values => values.Name);
    }

    /// <summary>The origins, by name in ordinal order.</summary>
    /// <exception cref="ApiException">A name has more addresses than an edge tries.</exception>
    public static ImmutableArray<RecordOrigin> Of(string zone, IEnumerable<DnsRecord> records)
    {
        var all = new ProxiedOrigins(zone, records);
        return
        [
            .. all
                ._byName.Where(name => name.Any(values => values.Proxied))
                .Select(name => all.Origin(name.Key, name))
                .OrderBy(origin => origin.Name, StringComparer.Ordinal),
        ];
    }

    private RecordOrigin Origin(string name, IEnumerable<RecordValues> records)
    {
        for (var aliases = 0; aliases < MostAliases; aliases++)
        {
            if (records.FirstOrDefault(values => values.Type == RecordTypes.Cname) is not { } alias)
            {
                return new RecordOrigin(name, Addresses(name, [.. records]), null);
            }

            if (!RecordName.IsWithin(alias.Content, _zone) || At(alias.Content) is not { } next)
            {
                return alias.Content == name ? Nowhere(name) : new RecordOrigin(name, [], alias.Content);
            }

            records = next;
        }

        return Nowhere(name);
    }

    // The records of a name in the zone; else those of the nearest wildcard above it; else null.
    private IEnumerable<RecordValues>? At(string name)
    {
        if (_byName.Contains(name))
        {
            return _byName[name];
        }

        for (var dot = name.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = name.IndexOf('.', dot + 1))
        {
            var wildcard = "*" + name[dot..];
            if (_byName.Contains(wildcard))
            {
                return _byName[wildcard];
            }
        }

        return null;
    }

    private static RecordOrigin Nowhere(string name) => new(name, [], null);

    private static ImmutableArray<IPAddress> Addresses(string name, IReadOnlyList<RecordValues> records)
    {
        if (records is [var only])
        {
            // Most names: nothing to sort.
            var address = IPAddress.Parse(only.Content);
            return RecordOrigin.IsAddressAllowed(address) ? [address] : [];
        }

        var addresses = records
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
