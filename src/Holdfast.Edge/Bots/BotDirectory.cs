using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Bots;

/// <summary>Who knows crawlers: the list of what they call themselves, and the check of who they are.</summary>
/// <param name="verifier">Checks; null where no name servers are asked.</param>
/// <param name="path">The list's file.</param>
/// <param name="logger">Told when the list cannot be used.</param>
internal sealed class BotDirectory(BotVerifier? verifier, string path, ILogger logger)
{
    private readonly Lazy<CrawlerCatalogue?> _waited = new(() => CrawlerCatalogue.Open(path, logger));
    private CrawlerCatalogue? _crawlers;
    private int _isOpening;

    /// <summary>Checks whether a crawler is who it says it is; null when nobody does.</summary>
    public BotVerifier? Verifier => verifier;

    /// <summary>The list; null when there is none, or until it is read: the first who asks has that begun, beside the requests.</summary>
    public CrawlerCatalogue? Crawlers
    {
        get
        {
            if (Waits)
            {
                return _waited.Value;
            }

            if (Volatile.Read(ref _crawlers) is { } crawlers)
            {
                return crawlers;
            }

            if (Interlocked.Exchange(ref _isOpening, 1) == 0)
            {
                _ = Task.Run(() => Volatile.Write(ref _crawlers, _waited.Value));
            }

            return null;
        }
    }

    /// <summary>Whether who asks waits until the list is read: for explanations, never for requests.</summary>
    public bool Waits { get; init; }
}
