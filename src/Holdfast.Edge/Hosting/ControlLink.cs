using Holdfast.Edge.Releases;
using Holdfast.Edge.Reporting;
using Holdfast.Model.Releases;
using Holdfast.Releases.Feed;
using Holdfast.Releases.Joining;
using Holdfast.Releases.Keys;
using Holdfast.Releases.Uplink;

namespace Holdfast.Edge.Hosting;

/// <summary>An edge's two channels to control: the feed down, the uplink up. Neither is needed to serve.</summary>
internal sealed class ControlLink : IDisposable
{
    private readonly EdgeOptions _options;
    private readonly HttpClient _client;
    private readonly FeedSecret? _secret;

    /// <summary>The channels of these options. Nothing is sent before they are used.</summary>
    /// <exception cref="KeyFileException">The feed's secret is unusable; the message says which file and why.</exception>
    public ControlLink(EdgeOptions options, KeyDirectory keys)
    {
        _options = options;
        _client = options.Identity is { } joined
            ? ControlTls.CreateClient(joined.Certificate, joined.Authority)
            : HttpReleaseFeed.CreateClient();
        _secret = options.Control is null || options.Identity is not null ? null : FeedSecret.LoadOrCreate(keys.FeedKeyFile);
    }

    /// <summary>Where releases come from; nowhere without a control.</summary>
    public IReleaseFeed Feed =>
        _options.Feed
        ?? (
            _options.Control is { } control
                ? new HttpReleaseFeed(_client, control, _options.Name, _secret, _options.Time)
                {
                    Rehearses = _options is { Samples: not null, Taster: not null },
                }
                : new NoFeed()
        );

    /// <summary>Sends up what waits, until it is told to stop; ends at once without a control.</summary>
    /// <param name="ring">Records for the uplink.</param>
    /// <param name="events">Security events.</param>
    /// <param name="health">Says how the edge is, into the ring.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunUplinkAsync(
        UplinkRing ring,
        SecurityEventUplink? events,
        HealthReports health,
        CancellationToken cancellationToken
    )
    {
        if (_options.Control is not { } control)
        {
            return;
        }

        var sender = new UplinkSender(ring, Uplink(control, FeedHeaders.UplinkPath), _options.Time, Random.Shared);
        await Task.WhenAll(
                sender.RunAsync(cancellationToken),
                events?.RunAsync(Uplink(control, FeedHeaders.EventsPath), cancellationToken) ?? Task.CompletedTask,
                health.RunAsync(cancellationToken)
            )
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private HttpEdgeUplink Uplink(Uri control, string path) => new(_client, control, _options.Name, _secret, _options.Time, path);
}
