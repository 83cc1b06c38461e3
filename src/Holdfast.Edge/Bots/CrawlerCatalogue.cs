using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Parsing;
using Holdfast.Rules.Planning;
using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Bots;

/// <summary>
/// Which kind of crawler a client says it is, by its User-Agent: the list of the npm package <c>crawler-user-agents</c>, whose tags are given the names
/// of Cloudflare's bot categories. What a client says is no proof. Its patterns are planned together, once, by the first request that asks; that one and
/// those that come meanwhile learn nothing.
/// </summary>
internal sealed partial class CrawlerCatalogue
{
    /// <summary>Most patterns that are taken; the list has about 1,500.</summary>
    private const int MostPatterns = 10_000;

    /// <summary>Most bytes of the file; it has about 1.2 MB.</summary>
    private const long MostBytes = 16 * 1024 * 1024;

    // The first that an entry has counts. Libraries and automated browsers are no crawlers.
    private static readonly (string Tag, string Category)[] Categories =
    [
        ("ai-crawler", "AI Crawler"),
        ("search-engine", "Search Engine Crawler"),
        ("seo", "Search Engine Optimization"),
        ("advertising", "Advertising & Marketing"),
        ("social-preview", "Page Preview"),
        ("feed-reader", "Feed Fetcher"),
        ("monitoring", "Monitoring & Analytics"),
        ("archiver", "Archiver"),
        ("academic", "Academic Research"),
        ("scanner", "Security"),
    ];

    private readonly RulePlan _plan;
    private readonly ImmutableArray<byte[]> _categories;

    private CrawlerCatalogue(RulePlan plan, ImmutableArray<byte[]> categories) => (_plan, _categories) = (plan, categories);

    /// <summary>Where the build puts the file: <c>data/crawlers.json</c> beside the program.</summary>
    public static string DefaultPath => Path.Combine(AppContext.BaseDirectory, "data", "crawlers.json");

    /// <summary>How many patterns there are.</summary>
    public int Count => _categories.Length;

    /// <summary>Reads and plans the file, some tenths of a second of work. Null when there is none or it is none, which is said.</summary>
    public static CrawlerCatalogue? Open(string path, ILogger logger)
    {
        try
        {
            if (new FileInfo(path).Length > MostBytes)
            {
                throw new InvalidDataException($"it has more than {MostBytes} bytes");
            }

            return Read(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Whatever is wrong with it: no category is worth a request.
            LogUnusable(logger, path, e.Message);
            return null;
        }
    }

    /// <summary>Reads the package's JSON; entries whose pattern is no regular expression of the rules language are left out.</summary>
    /// <exception cref="JsonException">It is no JSON, or of another shape.</exception>
    public static CrawlerCatalogue Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var filters = ImmutableArray.CreateBuilder<RuleFilter>();
        var categories = ImmutableArray.CreateBuilder<byte[]>();
        foreach (var entry in document.RootElement.EnumerateArray().Take(MostPatterns))
        {
            if (CategoryOf(entry) is { } category && FilterOf(entry.GetProperty("pattern").GetString()!) is { } filter)
            {
                filters.Add(filter);
                categories.Add(Encoding.UTF8.GetBytes(category));
            }
        }

        return new CrawlerCatalogue(RulePlan.Build([.. filters]), categories.ToImmutable());
    }

    /// <summary>The category of the first entry that fits the request's User-Agent; empty when none does. Allocates nothing.</summary>
    /// <param name="signals">What is known of the request.</param>
    /// <param name="evaluation">Working memory, not in use by anybody else.</param>
    public byte[] CategoryOf(IRuleSignals signals, RuleEvaluation evaluation)
    {
        using var pass = _plan.Begin(signals, evaluation);
        while (pass.Next(out var entry, out var truth))
        {
            if (truth == Truth.True)
            {
                return _categories[entry];
            }
        }

        return [];
    }

    private static string? CategoryOf(JsonElement entry)
    {
        if (!entry.TryGetProperty("tags", out var tags))
        {
            return null;
        }

        foreach (var (tag, category) in Categories)
        {
            foreach (var has in tags.EnumerateArray())
            {
                if (has.ValueEquals(tag))
                {
                    return category;
                }
            }
        }

        return null;
    }

    private static RuleFilter? FilterOf(string pattern)
    {
        // A raw text: the pattern's own backslashes and quotes stay what they are.
        var expression = $"http.user_agent matches r##\"{pattern}\"##";
        return RuleParser.ReadFilter(expression, Artifacts.Bots.BotFeatureJson.Scope).Tree is { } tree ? new RuleFilter(tree) : null;
    }

    [LoggerMessage(EventId = 1136, Level = LogLevel.Warning, Message = "No crawler's category is known: {Path} cannot be used: {Reason}")]
    private static partial void LogUnusable(ILogger logger, string path, string reason);
}
