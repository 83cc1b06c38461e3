using System.Collections.Frozen;

namespace Holdfast.Status.Providers;

/// <summary>Providers by the numbers of their networks, and by the names that their customers' servers have. From their public documentation.</summary>
internal static class KnownProviders
{
    private static readonly FrozenDictionary<string, string> Titles = new Dictionary<string, string>
    {
        ["akamai"] = "Akamai",
        ["alibaba"] = "Alibaba Cloud",
        ["aws"] = "Amazon Web Services",
        ["azure"] = "Microsoft Azure",
        ["cloudflare"] = "Cloudflare",
        ["contabo"] = "Contabo",
        ["digitalocean"] = "DigitalOcean",
        ["fastly"] = "Fastly",
        ["fly"] = "Fly.io",
        ["github"] = "GitHub",
        ["google"] = "Google Cloud",
        ["heroku"] = "Heroku",
        ["hetzner"] = "Hetzner",
        ["ibm"] = "IBM Cloud",
        ["ionos"] = "IONOS",
        ["leaseweb"] = "Leaseweb",
        ["linode"] = "Akamai Linode",
        ["netlify"] = "Netlify",
        ["oracle"] = "Oracle Cloud",
        ["ovh"] = "OVHcloud",
        ["render"] = "Render",
        ["scaleway"] = "Scaleway",
        ["shopify"] = "Shopify",
        ["tencent"] = "Tencent Cloud",
        ["vercel"] = "Vercel",
        ["vultr"] = "Vultr",
        ["wpengine"] = "WP Engine",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<uint, string> Networks = new Dictionary<uint, string>
    {
        [8_075] = "azure",
        [8_068] = "azure",
        [8_560] = "ionos",
        [12_876] = "scaleway",
        [13_335] = "cloudflare",
        [14_061] = "digitalocean",
        [14_618] = "aws",
        [15_169] = "google",
        [16_276] = "ovh",
        [16_509] = "aws",
        [16_625] = "akamai",
        [20_473] = "vultr",
        [20_940] = "akamai",
        [24_940] = "hetzner",
        [31_898] = "oracle",
        [36_351] = "ibm",
        [36_459] = "github",
        [40_509] = "fly",
        [45_102] = "alibaba",
        [51_167] = "contabo",
        [54_113] = "fastly",
        [60_781] = "leaseweb",
        [63_949] = "linode",
        [132_203] = "tencent",
        [213_230] = "hetzner",
        [396_982] = "google",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, string> Names = new Dictionary<string, string>
    {
        ["akamaiedge.net"] = "akamai",
        ["amazonaws.com"] = "aws",
        ["appspot.com"] = "google",
        ["awsglobalaccelerator.com"] = "aws",
        ["azure.com"] = "azure",
        ["azureedge.net"] = "azure",
        ["azurefd.net"] = "azure",
        ["azurewebsites.net"] = "azure",
        ["cloudfront.net"] = "aws",
        ["elasticbeanstalk.com"] = "aws",
        ["edgekey.net"] = "akamai",
        ["fastly.net"] = "fastly",
        ["fly.dev"] = "fly",
        ["github.io"] = "github",
        ["googleapis.com"] = "google",
        ["googleusercontent.com"] = "google",
        ["herokuapp.com"] = "heroku",
        ["herokudns.com"] = "heroku",
        ["linodeobjects.com"] = "linode",
        ["myshopify.com"] = "shopify",
        ["netlify.app"] = "netlify",
        ["on.aws"] = "aws",
        ["ondigitalocean.app"] = "digitalocean",
        ["onrender.com"] = "render",
        ["oraclecloud.com"] = "oracle",
        ["pages.dev"] = "cloudflare",
        ["run.app"] = "google",
        ["trafficmanager.net"] = "azure",
        ["vercel-dns.com"] = "vercel",
        ["vercel.app"] = "vercel",
        ["windows.net"] = "azure",
        ["workers.dev"] = "cloudflare",
        ["wpengine.com"] = "wpengine",
        ["your-server.de"] = "hetzner",
        ["digitaloceanspaces.com"] = "digitalocean",
        ["ovh.net"] = "ovh",
        ["scw.cloud"] = "scaleway",
        ["vultrusercontent.com"] = "vultr",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> BySuffix = Names.GetAlternateLookup<
        ReadOnlySpan<char>
    >();

    /// <summary>What people call a provider; its id where that is not known.</summary>
    public static string TitleOf(string id) => Titles.GetValueOrDefault(id, id);

    /// <summary>The provider that a network is, by its number, or null.</summary>
    public static string? OfNetwork(uint number) => Networks.GetValueOrDefault(number);

    /// <summary>The provider that a server's name is under, or null.</summary>
    /// <param name="host">The name that the origin has, as the target of a CNAME record.</param>
    public static OriginProvider? OfName(string host)
    {
        var rest = host.AsSpan().TrimEnd('.');
        while (true)
        {
            if (BySuffix.TryGetValue(rest, out var id))
            {
                return new OriginProvider(id, id == "aws" ? AwsRegion(host) : null, TitleOf(id), $"name under {rest}");
            }

            var dot = rest.IndexOf('.');
            if (dot < 0)
            {
                return null;
            }

            rest = rest[(dot + 1)..];
        }
    }

    /// <summary>A label that is a region's: <c>us-east-1</c>, <c>ap-southeast-2</c>, <c>us-gov-west-1</c>.</summary>
    private static string? AwsRegion(string host)
    {
        foreach (var label in host.ToLowerInvariant().Split('.'))
        {
            var parts = label.Split('-');
            if (parts is [{ Length: 2 }, .., { Length: 1 } last] && parts.Length is 3 or 4 && char.IsAsciiDigit(last[0]))
            {
                return label;
            }
        }

        return null;
    }
}
