using System.Collections.Immutable;

namespace Holdfast.Edge.Bots;

/// <summary>
/// Crawlers whose operators say in public how to know them: an address whose name, by reverse DNS, lies in one of these domains, and which that name
/// leads back to. What the operators publish of it: developers.google.com "Verify requests from Google crawlers", bing.com "Verify Bingbot",
/// support.apple.com "About Applebot", yandex.com "How to check that a robot belongs to Yandex", and the like of each.
/// </summary>
internal static class VerifiableBots
{
    /// <summary>The longest name of a domain that is looked at, RFC 1035 section 2.3.4.</summary>
    public const int MostNameLength = 255;

    /// <summary>What a User-Agent has in it, in lower case, and the domains. None in which customers of the operator get names, as in googleusercontent.com.</summary>
    public static ImmutableArray<VerifiableBot> All { get; } =
    [
        new("googlebot", "Search Engine Crawler", ["googlebot.com", "google.com"]),
        new("adsbot-google", "Advertising & Marketing", ["google.com"]),
        new("mediapartners-google", "Advertising & Marketing", ["googlebot.com", "google.com"]),
        new("storebot-google", "Search Engine Crawler", ["googlebot.com", "google.com"]),
        new("google-inspectiontool", "Search Engine Optimization", ["googlebot.com", "google.com"]),
        new("googleother", "Search Engine Crawler", ["googlebot.com", "google.com"]),
        new("feedfetcher-google", "Feed Fetcher", ["google.com"]),
        // Its User-Agent names a page called bingbot.
        new("adidxbot", "Advertising & Marketing", ["search.msn.com"]),
        new("bingbot", "Search Engine Crawler", ["search.msn.com"]),
        new("bingpreview", "Page Preview", ["search.msn.com"]),
        new("applebot", "Search Engine Crawler", ["applebot.apple.com"]),
        new("yandex", "Search Engine Crawler", ["yandex.ru", "yandex.net", "yandex.com"]),
        new("baiduspider", "Search Engine Crawler", ["baidu.com", "baidu.jp"]),
        new("petalbot", "Search Engine Crawler", ["petalsearch.com"]),
        new("seznambot", "Search Engine Crawler", ["seznam.cz"]),
        new("yahoo! slurp", "Search Engine Crawler", ["crawl.yahoo.net"]),
        new("mojeekbot", "Search Engine Crawler", ["mojeek.com"]),
        new("mail.ru_bot", "Search Engine Crawler", ["mail.ru"]),
        new("coccocbot", "Search Engine Crawler", ["coccoc.com"]),
        new("amazonbot", "AI Crawler", ["crawl.amazonbot.amazon"]),
        new("ahrefsbot", "Search Engine Optimization", ["ahrefs.com", "ahrefs.net"]),
        new("pinterestbot", "Page Preview", ["pinterest.com"]),
    ];

    /// <summary>Who a User-Agent says it is; null for nobody of these. Allocates nothing.</summary>
    public static VerifiableBot? ClaimedBy(ReadOnlySpan<byte> userAgent)
    {
        foreach (var bot in All)
        {
            if (ContainsIgnoringCase(userAgent, bot.Token))
            {
                return bot;
            }
        }

        return null;
    }

    private static bool ContainsIgnoringCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lower)
    {
        var (first, upper) = (lower[0], (byte)(lower[0] - ('a' - 'A')));
        while (text.Length >= lower.Length)
        {
            var at = text.IndexOfAny(first, upper);
            if (at < 0 || text.Length - at < lower.Length)
            {
                return false;
            }

            if (System.Text.Ascii.EqualsIgnoreCase(text.Slice(at, lower.Length), lower))
            {
                return true;
            }

            text = text[(at + 1)..];
        }

        return false;
    }
}

/// <summary>A crawler that reverse DNS can tell.</summary>
internal sealed class VerifiableBot(string token, string category, string[] domains)
{
    /// <summary>What its User-Agent has in it, in lower case.</summary>
    public byte[] Token { get; } = System.Text.Encoding.ASCII.GetBytes(token);

    /// <summary>Its category, as <c>cf.verified_bot_category</c> has it.</summary>
    public byte[] Category { get; } = System.Text.Encoding.ASCII.GetBytes(category);

    /// <summary>Whether a host name is its operator's: one of the domains, or below it.</summary>
    public bool Owns(ReadOnlySpan<char> host)
    {
        host = host.TrimEnd('.');
        foreach (var domain in domains)
        {
            if (
                host.EndsWith(domain, StringComparison.OrdinalIgnoreCase)
                && (host.Length == domain.Length || host[host.Length - domain.Length - 1] == '.')
            )
            {
                return true;
            }
        }

        return false;
    }
}
