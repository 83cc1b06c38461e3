using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Holdfast.Status.Providers;

/// <summary>
/// Address ranges that providers publish, from files that an operator puts into <c>status/providers</c>: Amazon's <c>ip-ranges.json</c>,
/// Google's <c>cloud.json</c>, Azure's service tags, and one's own. Read at the start. Immutable.
/// </summary>
internal sealed class ProviderFiles
{
    /// <summary>Largest file: Azure's has some 4 MB.</summary>
    private const long MostBytes = 32L * 1024 * 1024;

    private const int MostFiles = 50;

    private readonly List<(int Bits, Dictionary<UInt128, OriginProvider> Ranges)> lengths;

    private ProviderFiles(Dictionary<int, Dictionary<UInt128, OriginProvider>> ranges) =>
        lengths = [.. ranges.OrderByDescending(entry => entry.Key).Select(entry => (entry.Key, entry.Value))];

    /// <summary>How many ranges there are.</summary>
    public int Count => lengths.Sum(length => length.Ranges.Count);

    /// <summary>Reads every <c>*.json</c> of a folder; one that can't be read is logged and left out. No folder: no ranges.</summary>
    public static ProviderFiles Read(string directory, ILogger logger)
    {
        var ranges = new Dictionary<int, Dictionary<UInt128, OriginProvider>>();
        if (Directory.Exists(directory))
        {
            foreach (var path in Directory.EnumerateFiles(directory, "*.json").Order(StringComparer.Ordinal).Take(MostFiles))
            {
                try
                {
                    if (new FileInfo(path).Length > MostBytes)
                    {
                        throw new FormatException($"it is larger than {MostBytes} bytes");
                    }

                    using var file = JsonDocument.Parse(File.ReadAllBytes(path));
                    foreach (var (range, provider) in Ranges(file.RootElement, Path.GetFileName(path)))
                    {
                        Add(ranges, range, provider);
                    }
                }
                catch (Exception fault)
                    when (fault
                            is IOException
                                or UnauthorizedAccessException
                                or JsonException
                                or FormatException
                                or InvalidOperationException
                                or KeyNotFoundException
                    )
                {
                    StatusLog.NoProviderFile(logger, path, fault.Message);
                }
            }
        }

        return new ProviderFiles(ranges);
    }

    /// <summary>The provider whose narrowest range an address is in, or null.</summary>
    public OriginProvider? Of(IPAddress address)
    {
        var at = NetworkNumbers.Key(address);
        foreach (var (bits, ranges) in lengths)
        {
            if (ranges.TryGetValue(at & Mask(bits), out var provider))
            {
                return provider;
            }
        }

        return null;
    }

    private static IEnumerable<(IPNetwork, OriginProvider)> Ranges(JsonElement root, string file)
    {
        var how = $"address range in {file}";
        if (root.TryGetProperty("provider", out var own))
        {
            // One's own: {"provider":"rack","region":"zurich","title":"...","prefixes":["192.0.2.0/24"]}
            var id = Text(own);
            var provider = new OriginProvider(
                id,
                root.TryGetProperty("region", out var region) ? Text(region) : null,
                root.TryGetProperty("title", out var title) ? Text(title) : KnownProviders.TitleOf(id),
                how
            );
            return root.GetProperty("prefixes").EnumerateArray().Select(prefix => (Network(prefix), provider));
        }

        if (root.TryGetProperty("values", out var tags))
        {
            return Azure(tags, how);
        }

        if (root.TryGetProperty("syncToken", out _) && root.TryGetProperty("ipv6_prefixes", out var amazons6))
        {
            return Amazon(root.GetProperty("prefixes"), "ip_prefix", how).Concat(Amazon(amazons6, "ipv6_prefix", how));
        }

        return root.TryGetProperty("prefixes", out var prefixes)
            ? Google(prefixes, how)
            : throw new FormatException(
                "it is neither Amazon's ip-ranges.json, Google's cloud.json, Azure's service tags nor one's own with \"provider\""
            );
    }

    private static IEnumerable<(IPNetwork, OriginProvider)> Amazon(JsonElement list, string member, string how) =>
        list.EnumerateArray()
            .Select(one =>
                (
                    Network(one.GetProperty(member)),
                    new OriginProvider("aws", Text(one.GetProperty("region")).ToLowerInvariant(), KnownProviders.TitleOf("aws"), how)
                )
            );

    private static IEnumerable<(IPNetwork, OriginProvider)> Google(JsonElement list, string how) =>
        list.EnumerateArray()
            .Select(one =>
                (
                    Network(one.TryGetProperty("ipv4Prefix", out var four) ? four : one.GetProperty("ipv6Prefix")),
                    new OriginProvider("google", Text(one.GetProperty("scope")), KnownProviders.TitleOf("google"), how)
                )
            );

    private static IEnumerable<(IPNetwork, OriginProvider)> Azure(JsonElement tags, string how) =>
        from tag in tags.EnumerateArray()
        let properties = tag.GetProperty("properties")
        let region = properties.TryGetProperty("region", out var named) ? named.GetString() : null
        where region is { Length: > 0 }
        from prefix in properties.GetProperty("addressPrefixes").EnumerateArray()
        select (Network(prefix), new OriginProvider("azure", region, KnownProviders.TitleOf("azure"), how));

    private static IPNetwork Network(JsonElement prefix) =>
        IPNetwork.TryParse(prefix.GetString(), out var network) ? network : throw new FormatException($"{prefix} is no address range");

    private static string Text(JsonElement value) =>
        value.GetString() is { Length: > 0 and <= 100 } text && !text.Any(char.IsControl)
            ? text
            : throw new FormatException($"{value} is no name of 1 to 100 characters");

    private static void Add(Dictionary<int, Dictionary<UInt128, OriginProvider>> ranges, IPNetwork network, OriginProvider provider)
    {
        var isFour = network.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;
        var bits = network.PrefixLength + (isFour ? 96 : 0);
        if (!ranges.TryGetValue(bits, out var ofLength))
        {
            ranges.Add(bits, ofLength = []);
        }

        ofLength[NetworkNumbers.Key(network.BaseAddress) & Mask(bits)] = provider;
    }

    private static UInt128 Mask(int bits) => bits == 0 ? 0 : UInt128.MaxValue << (128 - bits);
}
