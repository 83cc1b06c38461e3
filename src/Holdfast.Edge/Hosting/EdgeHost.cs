using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Holdfast.Artifacts;
using Holdfast.Cache.Storage;
using Holdfast.Edge.Geo;
using Holdfast.Edge.Http1;
using Holdfast.Edge.Http2;
using Holdfast.Edge.Listening;
using Holdfast.Edge.Listening.Accepting;
using Holdfast.Edge.Listening.Certificates;
using Holdfast.Edge.Listening.Http2;
using Holdfast.Edge.Management;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Phases.Cache;
using Holdfast.Edge.Releases;
using Holdfast.Edge.Reporting;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Zones;
using Holdfast.Http.Deadlines;
using Holdfast.Http.Messages;
using Holdfast.Http.Origins;
using Holdfast.Model.Uplink;
using Holdfast.Model.Zones;
using Holdfast.Releases.Feed;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Keys;
using Holdfast.Releases.Signing;
using Holdfast.Releases.Store;
using Holdfast.Releases.Uplink;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Holdfast.Edge.Hosting;

/// <summary>
/// A running edge: everything it is made of, in the order it is started and stopped. It starts from its own disk before it asks
/// control for anything, and serves on whether control is there or not.
/// </summary>
internal sealed class EdgeHost : IEdgeState, IAsyncDisposable
{
    // How long a first start waits for control's zones before it says that it serves.
    private static readonly TimeSpan FirstZonesTime = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan HealthInterval = TimeSpan.FromSeconds(10);

    // How long requests in flight may go on after the edge is told to stop; the supervisor waits a little longer.
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(8);

    private readonly EdgeOptions _options;
    private readonly CancellationTokenSource _stop = new();
    private readonly ZoneDirectory _zones;
    private readonly ReleaseStore _store;
    private readonly EdgeCounters _counters = new(Enum.GetNames<MessageFault>()[1..]);
    private readonly EdgeMetrics _metrics;
    private readonly DeadlineSweep _sweep;
    private readonly OriginTargets _targets;
    private readonly Http2OriginForwarder _http2Forwarder;
    private readonly MemoryStore _responses;
    private readonly CachePhase _cache;
    private readonly CountryDatabase _countries;
    private readonly AccessLog _log;
    private readonly EdgeTelemetry _telemetry;
    private readonly SecretBox _secrets;
    private readonly VerificationKeys _keys;
    private readonly LiveReleases _live;
    private readonly UplinkRing _ring;
    private readonly ReleaseIntake _intake;
    private readonly FeedSecret? _feedSecret;
    private readonly HttpClient _client = HttpReleaseFeed.CreateClient();
    private readonly KestrelServer _server;
    private readonly Http2Application _application;
    private readonly bool _servesFromDisk;
    private ManagementListener? _management;
    private Task _background = Task.CompletedTask;

    private EdgeHost(EdgeOptions options)
    {
        _options = options;
        var time = options.Time;
        var data = Path.GetFullPath(options.DataDirectory);
        var home = Path.Combine(data, "edges", options.Name);
        var limits = options.Limits;
        _responses = new MemoryStore(options.Cache with { SpillDirectory = Path.Combine(data, "cache") });
        _metrics = new EdgeMetrics(
            _counters,
            [
                EdgeMetrics.Plain(MetricKind.Gauge, "holdfast.edge.zones", "Zones that are live.", () => _zones!.Count),
                EdgeMetrics.Plain(MetricKind.Gauge, "holdfast.edge.zones.warm", "Zones that are compiled.", () => _zones!.WarmCount),
                EdgeMetrics.Plain(
                    MetricKind.Counter,
                    "holdfast.edge.zones.read",
                    "Zones that were read from the disk because somebody asked for them.",
                    () => _zones!.Reads
                ),
                EdgeMetrics.Plain(
                    MetricKind.Gauge,
                    "holdfast.edge.feed.position",
                    "The last position of the feed that was dealt with.",
                    () => _intake?.State.Position ?? 0
                ),
                EdgeMetrics.Plain(
                    MetricKind.Gauge,
                    "holdfast.edge.feed.connected",
                    "1 while control's releases are followed.",
                    () => _intake?.State.Connected == true ? 1 : 0
                ),
                EdgeMetrics.Plain(MetricKind.Gauge, "holdfast.edge.cache.objects", "Responses that are stored.", () => _responses.Count),
                EdgeMetrics.Plain(MetricKind.Gauge, "holdfast.edge.cache.size", "What they take.", () => _responses.Bytes, "bytes"),
                EdgeMetrics.Plain(
                    MetricKind.Counter,
                    "holdfast.edge.cache.evicted",
                    "Responses that went to make room.",
                    () => _responses.Evicted
                ),
                EdgeMetrics.Plain(
                    MetricKind.Gauge,
                    "holdfast.edge.cache.fills",
                    "Requests to origins that others for the same can wait for.",
                    () => _responses.Fills.Count
                ),
                EdgeMetrics.Plain(
                    MetricKind.Gauge,
                    "holdfast.edge.cache.waiting",
                    "Requests that wait for another one's answer from the origin.",
                    () => _responses.Fills.Waiting
                ),
                EdgeMetrics.Plain(
                    MetricKind.Gauge,
                    "holdfast.edge.cache.fill.size",
                    "What responses on their way into the store take.",
                    () => _responses.Fills.Held,
                    "bytes"
                ),
                EdgeMetrics.Plain(
                    MetricKind.Gauge,
                    "holdfast.edge.cache.spill.size",
                    "What slow visitors' parts of responses that are not stored take on the disk.",
                    () => _responses.Fills.Spill.Bytes,
                    "bytes"
                ),
                EdgeMetrics.Plain(
                    MetricKind.Counter,
                    "holdfast.edge.cache.spill.failures",
                    "How often there was no room on the disk for that, so that a visitor was cut off.",
                    () => _responses.Fills.Spill.Failures
                ),
            ]
        );
        _telemetry = EdgeTelemetry.Start(
            Environment.GetEnvironmentVariable(EdgeTelemetry.EndpointVariable),
            options.Name,
            options.Loggers.CreateLogger<EdgeTelemetry>()
        );
        _countries = CountryDatabase.Open(
            options.CountryDatabase ?? CountryDatabase.DefaultPath,
            options.Loggers.CreateLogger<CountryDatabase>()
        );
        _log = new AccessLog(
            new AccessLogOptions { Directory = Path.Combine(data, "logs"), Node = options.Name },
            _counters,
            time,
            options.Loggers.CreateLogger<AccessLog>()
        );

        // Origins
        _sweep = new DeadlineSweep(time);
        _targets = new OriginTargets(options.Resolver, new OriginPoolLimits(), _sweep, new OriginReports(_counters))
        {
            RecordPorts = options.RecordPorts,
        };

        // Releases
        var keys = new KeyDirectory(data);
        _secrets = SecretBox.LoadOrCreate(keys.SecretKeyFile);
        _keys = new VerificationKeys(keys.TrustedDirectory, time);
        _live = new LiveReleases(options.Loggers.CreateLogger<LiveReleases>());
        var verifier = new ReleaseVerifier(_keys);
        _store = new ReleaseStore(Path.Combine(home, "releases"), verifier);
        var reader = new ZoneReader(_store, _targets, _live);
        _zones = new ZoneDirectory(reader, options.ZoneMemory, ZoneReader.Dropped, time);
        _ring = new UplinkRing(options.Name, Path.Combine(home, "uplink"), time);
        var authority = LocalAuthority.Open(data, time, options.Loggers.CreateLogger<LocalAuthority>());
        var certificates = new CertificateStore(authority, PolicyOf, time);
        _feedSecret = options.Control is null ? null : FeedSecret.LoadOrCreate(keys.FeedKeyFile);
        _intake = new ReleaseIntake(
            new ReleaseIntakeOptions
            {
                Feed =
                    options.Feed
                    ?? (
                        options.Control is { } control && _feedSecret is { } secret
                            ? new HttpReleaseFeed(_client, control, options.Name, secret, time)
                            : new NoFeed()
                    ),
                Store = _store,
                Verifier = verifier,
                Checks = ArtifactKinds.All(_secrets),
                Consumers = [new ZoneConsumer(_zones, reader, _store), new CertificateConsumer(certificates, _secrets)],
                Uplink = _ring,
                Observer = _live,
                Time = time,
            }
        );
        reader.Damaged = _intake.ReportDamage;
        _servesFromDisk = _intake.Boot().Live > 0;

        // The request path
        var forwarded = new ForwardedHeaders(InstallationOf(keys), options.Place);
        var forwarder = new OriginForwarder(_targets, forwarded, limits, time);
        _http2Forwarder = new Http2OriginForwarder(_targets, forwarded, forwarder, time);
        _targets.Forgotten = _http2Forwarder.Forget;
        var ports = new EdgePorts(PortOf(options.Http, 80), PortOf(options.Https, 443));
        var origins = new OriginRouter(forwarder, _http2Forwarder);
        var observer = new RequestObserver(_log, _counters, _countries, time);
        _cache = new CachePhase(_responses, origins, forwarded, _sweep, limits, observer, options.Loggers.CreateLogger<CachePhase>());
        var pipeline = new RequestPipeline(
            _zones,
            origins,
            _cache,
            forwarded,
            new LocalAnswers(options.Name, options.Place, options.StatusPage, forwarded, time),
            options.TrustedUpstreams.IsEmpty ? TrustedUpstreams.None : new TrustedUpstreams(options.TrustedUpstreams),
            observer,
            ports,
            Random.Shared,
            options.Loggers.CreateLogger<RequestPipeline>()
        );

        // Listening
        var http1 = new Http1ConnectionHandler(pipeline, limits, _sweep) { Stopping = _stop.Token };
        var listener = new EdgeListener(
            options.Connections,
            VisitorHttp2Limits.From(limits),
            certificates,
            new ConnectionReports(_counters, options.Loggers.CreateLogger<ConnectionReports>()),
            time
        );
        _application = new Http2Application(pipeline, limits, time);
        var kestrel = new KestrelServerOptions
        {
            AddServerHeader = false,

            // Field values are bytes to us, on HTTP/2 too: what an origin says in them passes.
            RequestHeaderEncodingSelector = static _ => System.Text.Encoding.Latin1,
            ResponseHeaderEncodingSelector = static _ => System.Text.Encoding.Latin1,
        };
        foreach (var socket in options.Http)
        {
            listener.Add(kestrel, Listener(socket, tls: false), http1.RunAsync);
        }

        foreach (var socket in options.Https)
        {
            listener.Add(kestrel, Listener(socket, tls: true), http1.RunAsync);
        }

        var transport = new PatientListenerFactory(
            new SocketConnectionFactoryOptions { UnsafePreferInlineScheduling = options.InlineScheduling },
            time,
            options.Loggers
        );
        _server = new KestrelServer(Options.Create(kestrel), transport, options.Loggers);
    }

    /// <summary>The addresses that the edge listens on for visitors, with their true ports.</summary>
    public IReadOnlyCollection<string> Addresses =>
        [.. _server.Features.Get<Microsoft.AspNetCore.Hosting.Server.Features.IServerAddressesFeature>()?.Addresses ?? []];

    /// <summary>What the edge counts.</summary>
    internal EdgeCounters Counters => _counters;

    /// <summary>The zones.</summary>
    internal ZoneDirectory Zones => _zones;

    /// <summary>The stored responses, and those on their way.</summary>
    internal MemoryStore Responses => _responses;

    /// <summary>The connections to origins.</summary>
    internal OriginTargets Origins => _targets;

    /// <summary>Whether it has been told to stop.</summary>
    internal bool IsStopping { get; private set; }

    /// <summary>The management listener's address.</summary>
    public string ManagementAddress => _management?.Addresses.FirstOrDefault() ?? "";

    /// <inheritdoc/>
    string IEdgeState.Node => _options.Name;

    /// <inheritdoc/>
    bool IEdgeState.IsReady => _servesFromDisk || _live.ConnectedOnce.IsCompleted || _options.Control is null;

    /// <inheritdoc/>
    long IEdgeState.Position => _intake.State.Position;

    /// <inheritdoc/>
    int IEdgeState.Zones => _zones.Count;

    /// <inheritdoc/>
    string? IEdgeState.LastFeedError => _intake.State.Connected ? null : _intake.State.LastError;

    /// <summary>Starts an edge. When it returns, visitors are served.</summary>
    /// <exception cref="IOException">An address is in use.</exception>
    /// <exception cref="KeyFileException">A key file is unusable; the message says which and why.</exception>
    public static async Task<EdgeHost> StartAsync(EdgeOptions options, CancellationToken cancellationToken)
    {
        var host = new EdgeHost(options);
        try
        {
            await host._server.StartAsync(host._application, cancellationToken).ConfigureAwait(false);
            host._management = await ManagementListener
                .StartAsync(host.ListenForManagement, host, host._counters, host._metrics, options.Loggers, cancellationToken)
                .ConfigureAwait(false);
            host._background = host.RunBackgroundAsync(host._stop.Token);
            return host;
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    IEnumerable<LiveRelease> IEdgeState.LiveReleases(int limit) =>
        _intake.Live().Take(limit).Select(artifact => new LiveRelease(artifact.Kind, _store.NameOf(artifact.Number), artifact.Generation));

    /// <summary>
    /// Waits until the edge knows its zones. Without anything on its disk it learns them from control; when control is not there it
    /// serves all the same, so the wait is bounded.
    /// </summary>
    public async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        if (!((IEdgeState)this).IsReady)
        {
            try
            {
                await _live.ConnectedOnce.WaitAsync(FirstZonesTime, _options.Time, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // Control is slow or dead. Whoever asks /readyz is told; visitors are not made to wait for it.
            }
        }
    }

    /// <summary>Stops accepting, lets requests in flight end, writes the log's rest.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        IsStopping = true;
        using (var enough = new CancellationTokenSource(DrainTime))
        {
            await _server.StopAsync(enough.Token).ConfigureAwait(false);
        }

        _server.Dispose();
        await _background.ConfigureAwait(false);
        if (_management is not null)
        {
            await _management.DisposeAsync().ConfigureAwait(false);
        }

        await _cache.DisposeAsync().ConfigureAwait(false);
        _http2Forwarder.Dispose();
        _targets.Dispose();
        _sweep.Dispose();
        _client.Dispose();
        _ring.Dispose();
        _store.Dispose();
        _keys.Dispose();
        _secrets.Dispose();
        await _log.DisposeAsync().ConfigureAwait(false);
        _telemetry.Dispose();
        _metrics.Dispose();
        _countries.Dispose();
        _stop.Dispose();
    }

    // Stable over restarts and the same on all edges of an installation, and says nothing about it.
    private static string InstallationOf(KeyDirectory keys)
    {
        var trusted = Directory.Exists(keys.TrustedDirectory)
            ? Directory.GetFiles(keys.TrustedDirectory, "*.pub").Order(StringComparer.Ordinal).FirstOrDefault()
            : null;
        var bytes = trusted is null ? RandomNumberGenerator.GetBytes(32) : File.ReadAllBytes(trusted);
        return Convert.ToHexStringLower(SHA256.HashData(bytes))[..12];
    }

    private static int PortOf(IReadOnlyList<EdgeSocket> sockets, int otherwise)
    {
        if (sockets.Count == 0)
        {
            return otherwise;
        }

        if (sockets[0].Handle is not { } handle)
        {
            return sockets[0].Address?.Port is { } port and not 0 ? port : otherwise;
        }

        // The descriptor belongs to Kestrel; it is only asked for its name.
        using var socket = new Socket(new SafeSocketHandle(handle, ownsHandle: false));
        return socket.LocalEndPoint is IPEndPoint bound ? bound.Port : otherwise;
    }

    private ListenerConfig Listener(EdgeSocket socket, bool tls) =>
        new()
        {
            Handle = (ulong?)socket.Handle,
            Address = socket.Handle is null ? socket.Address : null,
            Tls = tls,
            ProxyProtocolFrom = _options.ProxyProtocolFrom,
        };

    private void ListenForManagement(KestrelServerOptions kestrel)
    {
        if (_options.Management.Handle is { } handle)
        {
            kestrel.ListenHandle((ulong)handle);
        }
        else
        {
            kestrel.Listen(_options.Management.Address ?? new IPEndPoint(IPAddress.Loopback, 0));
        }
    }

    private ValueTask<TlsPolicy?> PolicyOf(string host)
    {
        Span<byte> bytes = stackalloc byte[ZoneName.MaxLength + 3];
        if (host.Length > ZoneName.MaxLength || !System.Text.Encoding.ASCII.TryGetBytes(host, bytes, out var length))
        {
            return new ValueTask<TlsPolicy?>((TlsPolicy?)null);
        }

        var found = _zones.FindName(bytes[..length]);
        return found.IsUnread ? ReadPolicyAsync(bytes[..length].ToArray()) : new ValueTask<TlsPolicy?>(PolicyOf(found));
    }

    private async ValueTask<TlsPolicy?> ReadPolicyAsync(byte[] name) => PolicyOf(await _zones.ReadNameAsync(name).ConfigureAwait(false));

    // A visitor of a zone that can't be read gets a certificate for its name all the same, so that the page that says so is seen.
    private static TlsPolicy? PolicyOf(ZoneFinding found) =>
        found.Zone is { } zone ? TlsPolicy.Of(zone.Config.Id, zone.Settings)
        : found.IsUnusable ? TlsPolicy.Of("", new ZoneSettings())
        : null;

    private async Task RunBackgroundAsync(CancellationToken cancellationToken)
    {
        if (_options.Control is not { } control || _feedSecret is not { } secret)
        {
            await _intake.RunAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        var uplink = new HttpEdgeUplink(_client, control, _options.Name, secret, _options.Time);
        var sender = new UplinkSender(_ring, uplink, _options.Time, Random.Shared);
        await Task.WhenAll(_intake.RunAsync(cancellationToken), sender.RunAsync(cancellationToken), ReportHealthAsync(cancellationToken))
            .ConfigureAwait(false);
    }

    private async Task ReportHealthAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(HealthInterval, _options.Time);
        try
        {
            do
            {
                _ring.Add(
                    UplinkRecordTypes.Health,
                    new JsonObject
                    {
                        ["requests"] = _counters.Requests,
                        ["edge_errors"] = _counters.EdgeErrors,
                        ["origin_errors"] = _counters.OriginErrors,
                        ["connections"] = _counters.OpenConnections,
                        ["position"] = _intake.State.Position,
                        ["zones"] = _zones.Count,
                    }
                );
            } while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }
}
