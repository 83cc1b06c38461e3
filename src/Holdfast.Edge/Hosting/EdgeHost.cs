using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using Holdfast.Artifacts;
using Holdfast.Cache.Collapsing;
using Holdfast.Cache.Disk;
using Holdfast.Cache.Purging;
using Holdfast.Cache.Storage;
using Holdfast.Edge.Bots;
using Holdfast.Edge.BreakGlass;
using Holdfast.Edge.Geo;
using Holdfast.Edge.Guard;
using Holdfast.Edge.Guard.Faults;
using Holdfast.Edge.Http1;
using Holdfast.Edge.Http2;
using Holdfast.Edge.Http3;
using Holdfast.Edge.KillSwitches;
using Holdfast.Edge.Listening;
using Holdfast.Edge.Listening.Accepting;
using Holdfast.Edge.Listening.Certificates;
using Holdfast.Edge.Listening.Http2;
using Holdfast.Edge.Lists;
using Holdfast.Edge.Management;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Origins.Concurrency;
using Holdfast.Edge.Phases.Cache;
using Holdfast.Edge.Phases.RateLimiting;
using Holdfast.Edge.Rehearsing;
using Holdfast.Edge.Releases;
using Holdfast.Edge.Releases.Tasting;
using Holdfast.Edge.Reporting;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Counting;
using Holdfast.Edge.Tiers;
using Holdfast.Edge.Zones;
using Holdfast.Http.Deadlines;
using Holdfast.Http.Messages;
using Holdfast.Model.Purging;
using Holdfast.Releases.Feed;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Joining;
using Holdfast.Releases.Keys;
using Holdfast.Releases.Purging;
using Holdfast.Releases.Rollout;
using Holdfast.Releases.Signing;
using Holdfast.Releases.Store;
using Holdfast.Releases.Uplink;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Holdfast.Edge.Hosting;

/// <summary>
/// A running edge: everything it is made of, in the order it is started and stopped. It starts from its own disk before it asks
/// control for anything, and serves on whether control is there or not.
/// </summary>
internal sealed partial class EdgeHost : IEdgeState, IAsyncDisposable
{
    // How long a first start waits for control's zones before it says that it serves.
    private static readonly TimeSpan FirstZonesTime = TimeSpan.FromSeconds(3);

    // How long a start waits for the cache on the disk to be found.
    private static readonly TimeSpan DiskTime = TimeSpan.FromSeconds(2);

    // How long requests in flight may go on after the edge is told to stop; the supervisor waits a little longer.
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(8);

    // The same when it ends to be replaced: new visitors wait for that.
    private static readonly TimeSpan ReplacementDrainTime = TimeSpan.FromSeconds(2);

    private readonly EdgeOptions _options;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _stopBackground = new();
    private readonly ZoneDirectory _zones;
    private readonly CertificateStore _certificates;
    private readonly ReleaseStore _store;
    private readonly RuleCounts _ruleCounts = new();
    private readonly ListTable _lists = new();
    private readonly BotFeatureTable _bots = new();
    private readonly BotVerifier _botVerifier;
    private readonly RateLimitPhase _rateLimits;
    private readonly EdgeCounters _counters = new(Enum.GetNames<MessageFault>()[1..]);
    private readonly EdgeMetrics _metrics;
    private readonly EdgeGuard _guard;
    private readonly KillSwitchBoard _kills = new();
    private readonly DeadlineSweep _sweep;
    private readonly OriginTargets _targets;
    private readonly Http2OriginForwarder _http2Forwarder;
    private readonly MemoryStore _responses;
    private readonly DiskStore? _disk;
    private readonly CachePhase _cache;
    private readonly CountryDatabase _countries;
    private readonly AccessLog _log;
    private readonly EdgeTelemetry _telemetry;
    private readonly SecretBox _secrets;
    private readonly VerificationKeys _keys;
    private readonly LiveReleases _live;
    private readonly UplinkRing _ring;
    private readonly SecurityEventUplink? _events;
    private readonly PurgeIntake _purges;
    private readonly ReleaseTaster? _taster;
    private readonly RequestSampler? _sampler;
    private readonly Rehearser? _rehearser;
    private readonly ReleaseIntake _intake;
    private readonly BreakGlassDesk _desk;
    private readonly NodeEndpoint _orders;
    private readonly FeedSecret? _feedSecret;
    private readonly HttpClient _client;
    private readonly KestrelServer _server;
    private readonly Http2Application _application;
    private readonly EdgeListener _listener;
    private readonly ImmutableArray<IPEndPoint> _http3At;
    private readonly bool _servesFromDisk;
    private Http3Server? _http3;
    private ManagementListener? _management;
    private Watchdog? _watchdog;
    private Task _background = Task.CompletedTask;

    private EdgeHost(EdgeOptions options)
    {
        _options = options;
        var time = options.Time;
        var data = Path.GetFullPath(options.DataDirectory);
        var home = Path.Combine(data, "edges", options.Name);
        var limits = options.Limits;
        FaultMarkers.Claim(data, options.FaultInjection);
        var without = options.FaultInjection ? options.Without : Protections.None;
        _guard = new EdgeGuard(
            options.Guard,
            options.FaultInjection ? FaultInjection.With(options.HasFeatureLoaderDefect, time as DrilledTime) : null,
            time,
            options.Loggers.CreateLogger<EdgeGuard>()
        )
        {
            IsOff = without.HasFlag(Protections.Guard),
        };
        _client = options.Identity is { } joined
            ? ControlTls.CreateClient(joined.Certificate, joined.Authority)
            : HttpReleaseFeed.CreateClient();
        var keys = new KeyDirectory(data);
        _secrets = SecretBox.LoadOrCreate(keys.SecretKeyFile);
        var marks = new PurgeMarks(time);
        var cache = Path.Combine(data, "cache");
        _disk =
            options.Disk.Budget > 0
                ? new DiskStore(
                    options.Disk,
                    Path.Combine(cache, options.Name),
                    BitConverter.ToUInt64(Derived(keys, "holdfast-cache"u8)),
                    marks,
                    time
                )
                : null;
        _responses = new MemoryStore(options.Cache with { SpillDirectory = cache }, marks) { Disk = _disk };
        _rateLimits = new RateLimitPhase(new RateLimitState(time));
        _metrics = new EdgeMetrics(
            _counters,
            HostGauges.Of(
                () => _zones,
                () => _intake?.State,
                _responses,
                () => _purges,
                _ruleCounts,
                () => _events,
                _guard,
                _rateLimits.State
            )
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
        _targets = new OriginTargets(options.Resolver, limits.Origins, _sweep, new OriginReports(_counters))
        {
            RecordPorts = options.RecordPorts,
        };

        // Releases
        _keys = new VerificationKeys(keys.TrustedDirectory, time);
        _live = new LiveReleases(options.Loggers.CreateLogger<LiveReleases>(), time);
        var verifier = new ReleaseVerifier(_keys);
        _store = new ReleaseStore(Path.Combine(home, "releases"), verifier);
        _events = options.Control is null
            ? null
            : new SecurityEventUplink(options.Name, Path.Combine(home, "events"), _ruleCounts, options.Events, time);
        _botVerifier = new BotVerifier(options.ReverseDns, time);
        var rules = new RuleContext(options.Place, _ruleCounts, _rateLimits)
        {
            PlannedFrom = options.RulesPlannedFrom,
            Crawlers = new BotDirectory(_botVerifier, CrawlerCatalogue.DefaultPath, options.Loggers.CreateLogger<BotDirectory>()),
            Lists = _lists,
            Bots = _bots,
            Events = _events?.Events,
        };
        var faults = options.FaultInjection ? new LoaderFaults() : null;
        _ring = new UplinkRing(options.Name, Path.Combine(home, "uplink"), time);
        _desk = new BreakGlassDesk(home, _store, _kills, _ring, options.Loggers.CreateLogger<BreakGlassDesk>())
        {
            IsBypassed = options.Bypass,
        };
        var reader = new ZoneReader(_store, new ZoneCompiler(_targets, rules, _guard, _kills, faults), _kills, _desk, _live);
        _zones = new ZoneDirectory(reader, options.ZoneMemory, ZoneReader.Dropped, time);
        var trials = new ZoneTrials();
        _kills.Changed = zone =>
        {
            _guard.Killed = _kills.Set.ModulesEverywhere;
            _zones.Refresh(zone);
            trials.Refresh(zone);
        };
        rules.Account.Changed = () =>
        {
            _zones.Refresh(null);
            trials.Refresh(null);
        };
        var authority = LocalAuthority.Open(data, time, options.Loggers.CreateLogger<LocalAuthority>());
        var certificateReader = new CertificateReader(_store, _secrets, _desk, _live);
        _certificates = new CertificateStore(authority, new ZonePolicies(_zones).OfAsync, certificateReader, time);
        var listCompiler = new ListCompiler(Path.Combine(home, "lists"));
        listCompiler.Clear();
        _feedSecret = options.Control is null || options.Identity is not null ? null : FeedSecret.LoadOrCreate(keys.FeedKeyFile);
        _purges = new PurgeIntake(
            Path.Combine(home, "purges"),
            new PurgeConsumer(_responses.Purges),
            new PurgeVerifier(_keys),
            _ring,
            _live
        );
        _taster =
            options.Taster is { } taster && !without.HasFlag(Protections.Taster)
                ? new ReleaseTaster(taster, time, options.Loggers.CreateLogger<ReleaseTaster>())
                : null;
        _intake = new ReleaseIntake(
            new ReleaseIntakeOptions
            {
                Feed =
                    options.Feed
                    ?? (
                        options.Control is { } control
                            ? new HttpReleaseFeed(_client, control, options.Name, _feedSecret, time)
                            {
                                Rehearses = options is { Samples: not null, Taster: not null },
                            }
                            : new NoFeed()
                    ),
                Store = _store,
                Verifier = verifier,
                Checks = ArtifactKinds.All(_secrets, options.BotFeatures),
                Consumers =
                [
                    new ZoneConsumer(_zones, reader, _store, _kills, trials),
                    new CertificateConsumer(_certificates, certificateReader),
                    new ListConsumer(_lists, listCompiler, _store),
                    new BotFeatureConsumer(_bots, new BotFeatureLoader(options.BotFeatures, _guard.Faults), _guard, _store),
                    new AccountRulesetConsumer(rules, _store, _kills, _guard),
                    new AnnouncedKeys(_keys, keys.TrustedDirectory, _live),
                    new KillSwitchConsumer(_kills),
                ],
                Purges = _purges,
                Taster = _taster,
                Rollout = options.Rollout,
                CrashesPath = Path.Combine(home, "starts"),
                RefusalsPath = Path.Combine(home, "refused"),
                ForgetsRefusals = without.HasFlag(Protections.Refusals),
                KeepsUntried = without.HasFlag(Protections.LastKnownGood),
                AtLoaderFault = _guard.IsOff ? EndOfLoaderFault : null,
                Build = ReleaseTaster.Build,
                Uplink = _ring,
                Rehearse = order => _rehearser?.Take(order),
                Pins = _desk,
                Opened = _desk.Open,
                Observer = _live,
                Time = time,
            }
        );
        _sampler = SamplerOf(options, Path.Combine(home, "samples"));
        _rehearser =
            _sampler is not null && options.Taster is { } rehearsing
                ? new Rehearser(rehearsing, _sampler.Ring, _store, _intake, _desk, _ring, time, options.Loggers.CreateLogger<Rehearser>())
                : null;
        reader.Damaged = _intake.ReportDamage;
        reader.IsOut = _intake.IsOut;
        certificateReader.IsOut = _intake.IsOut;
        _desk.IsOut = _intake.IsOut;
        certificateReader.Damaged = _intake.ReportDamage;
        _servesFromDisk = _intake.Boot().Live > 0;
        _desk.Attach(_intake);
        _orders = new NodeEndpoint(_desk, new NodeView(this, _desk, _store, _intake, _live, _ring), CredentialOf(home), time);
        _disk?.Start();

        // The request path
        _http3At = Http3EndPoints(options, Http3Server.IsSupported);
        var forwarded = new ForwardedHeaders(InstallationOf(keys), options.Place)
        {
            AltService = _http3At.IsEmpty ? null : new AltService(_http3At),
        };
        var forwarder = new OriginForwarder(_targets, forwarded, limits, time);
        _http2Forwarder = new Http2OriginForwarder(_targets, forwarded, forwarder, time);
        _targets.Forgotten = _http2Forwarder.Forget;
        var ports = new EdgePorts(PortOf(options.Http, 80), PortOf(options.Https, 443));
        var tier = new TierIdentity(
            options.Name,
            TierKeyOf(keys),
            BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)),
            () => _purges.Reaching,
            () => _purges.Position
        );
        var origins = new OriginRouter(
            forwarder,
            _http2Forwarder,
            new OriginQueue(_sweep, _targets.Events),
            UpperForwarderOf(options, tier, forwarded)
        );
        var observer = new RequestObserver(_log, _counters, _countries, _guard, time) { Account = rules.Account };
        _cache = new CachePhase(
            _responses,
            options.Name,
            origins,
            forwarded,
            _sweep,
            limits,
            observer,
            options.Loggers.CreateLogger<CachePhase>()
        );
        var pipeline = new RequestPipeline(
            _zones,
            origins,
            _cache,
            forwarded,
            new LocalAnswers(options.Name, options.Place, options.StatusPage, forwarded, time),
            options.TrustedUpstreams.IsEmpty ? TrustedUpstreams.None : new TrustedUpstreams(options.TrustedUpstreams),
            tier,
            observer,
            ports,
            time,
            Random.Shared,
            options.Loggers.CreateLogger<RequestPipeline>()
        )
        {
            Sampler = _sampler,
            Account = rules.Account,
        };

        // Listening
        var http1 = new Http1ConnectionHandler(pipeline, limits, _sweep)
        {
            Stopping = _stop.Token,
            Draining = () => IsDraining || _isLeaving,
        };
        _listener = new EdgeListener(
            limits,
            _certificates,
            new ConnectionReports(_counters, options.Loggers.CreateLogger<ConnectionReports>()),
            time
        )
        {
            Lingers = () => _isLeaving,
        };
        _application = new Http2Application(pipeline, limits, time) { Draining = () => IsDraining || _isLeaving };
        var kestrel = new KestrelServerOptions
        {
            AddServerHeader = false,

            // Field values are bytes to us, on HTTP/2 too: what an origin says in them passes.
            // Not so a length: Kestrel fails on a long one that it is to decode first.
            RequestHeaderEncodingSelector = static name => name == "Content-Length" ? null : System.Text.Encoding.Latin1,
            ResponseHeaderEncodingSelector = static _ => System.Text.Encoding.Latin1,
        };
        foreach (var socket in options.Http)
        {
            _listener.Add(kestrel, Listener(socket, tls: false), http1.RunAsync);
        }

        foreach (var socket in options.Https)
        {
            _listener.Add(kestrel, Listener(socket, tls: true), http1.RunAsync);
        }

        var transport = new PatientListenerFactory(options.InlineScheduling, () => _listener.Admission.Open, time, options.Loggers);
        _server = new KestrelServer(
            Options.Create(kestrel),
            options.Transport(transport),
            new KestrelRefusals(
                options.Loggers,
                _listener.Http2,
                (connection, refusal) => RefusedHttp2Request.Record(observer, connection, refusal, time)
            )
        );
    }

    /// <summary>The addresses that the edge listens on for visitors, with their true ports.</summary>
    public IReadOnlyCollection<string> Addresses
    {
        get
        {
            // In the order in which they were added; TLS is ours, so Kestrel takes every one for plain.
            var bound = _server.Features.Get<Microsoft.AspNetCore.Hosting.Server.Features.IServerAddressesFeature>()?.Addresses ?? [];
            return
            [
                .. bound.Select((url, i) => i < _options.Http.Length ? url : url.Replace("http://", "https://", StringComparison.Ordinal)),
            ];
        }
    }

    /// <summary>What the edge counts.</summary>
    internal EdgeCounters Counters => _counters;

    /// <summary>What waits to go up.</summary>
    internal UplinkRing Uplink => _ring;

    /// <summary>Takes samples of requests, or null.</summary>
    internal RequestSampler? Sampler => _sampler;

    /// <summary>How often rules have acted.</summary>
    internal RuleCounts RuleCounts => _ruleCounts;

    /// <summary>What guards the modules.</summary>
    internal EdgeGuard Guard => _guard;

    /// <summary>The kill switches in force.</summary>
    internal KillSet KillSwitches => _kills.InForce;

    /// <summary>Ends when the process should be replaced, with the reason: too many of its threads are lost.</summary>
    public Task<string> ReplacementWanted => _guard.ReplacementWanted;

    /// <summary>The zones.</summary>
    internal ZoneDirectory Zones => _zones;

    /// <summary>The zones' certificates.</summary>
    internal CertificateStore Certificates => _certificates;

    /// <summary>The stored responses, and those on their way.</summary>
    internal MemoryStore Responses => _responses;

    /// <summary>How many fills and revalidations are under way that no visitor waits for the end of.</summary>
    internal int DetachedCount => _cache.DetachedCount;

    /// <summary>The connections to origins.</summary>
    internal OriginTargets Origins => _targets;

    /// <summary>How the feed is followed.</summary>
    internal IntakeState Intake => _intake.State;

    /// <summary>Whether it has been told to stop.</summary>
    internal bool IsStopping { get; private set; }

    /// <summary>Whether somebody at this machine wants it to have no more visitors.</summary>
    public bool IsDraining => _desk.State.Draining is not null;

    /// <summary>The management listener's address.</summary>
    public string ManagementAddress => _management?.Addresses.FirstOrDefault() ?? "";

    /// <inheritdoc/>
    string IEdgeState.Node => _options.Name;

    /// <inheritdoc/>
    DateTimeOffset IEdgeState.Now => _options.Time.GetUtcNow();

    /// <inheritdoc/>
    string IEdgeState.Place => _options.Place;

    /// <inheritdoc/>
    IReadOnlyList<RecentRelease> IEdgeState.Recent => _live.Recent.All;

    /// <inheritdoc/>
    bool IEdgeState.IsReady => _servesFromDisk || _live.ConnectedOnce.IsCompleted || _options.Control is null;

    /// <inheritdoc/>
    long IEdgeState.Position => _intake.State.Position;

    /// <inheritdoc/>
    PurgePosition IEdgeState.Purged => _purges.Position;

    /// <inheritdoc/>
    DiskStore? IEdgeState.CacheDisk => _disk;

    /// <inheritdoc/>
    RuleCounts IEdgeState.RuleCounts => _ruleCounts;

    /// <inheritdoc/>
    EdgeGuard IEdgeState.Guard => _guard;

    /// <inheritdoc/>
    KillSet IEdgeState.KillSwitches => _kills.InForce;

    /// <inheritdoc/>
    int? IEdgeState.TasterProcess => _taster?.ProcessId;

    /// <inheritdoc/>
    string? IEdgeState.TasterProblem => _intake.State.TasterProblem;

    /// <inheritdoc/>
    int IEdgeState.PutAside => _intake.State.PutAside;

    /// <inheritdoc/>
    IEnumerable<ReleaseStanding> IEdgeState.Standings(int limit) => _intake.Standings.Take(limit);

    /// <inheritdoc/>
    NodeEndpoint? IEdgeState.Orders => _orders;

    /// <inheritdoc/>
    int IEdgeState.Zones => _zones.Count;

    /// <inheritdoc/>
    string IEdgeState.Http3 =>
        !_http3At.IsEmpty ? "on"
        : _options.Http3 && !Http3Server.IsSupported ? "no libmsquic"
        : "off";

    /// <inheritdoc/>
    string? IEdgeState.LastFeedError => _intake.State.Connected ? null : _intake.State.LastError;

    /// <summary>Starts an edge. When it returns, visitors are served.</summary>
    /// <exception cref="IOException">An address is in use.</exception>
    /// <exception cref="KeyFileException">A key file is unusable; the message says which and why.</exception>
    public static async Task<EdgeHost> StartAsync(EdgeOptions options, CancellationToken cancellationToken)
    {
        var host = new EdgeHost(options.FaultInjection ? options with { Time = new DrilledTime(options.Time) } : options);
        try
        {
            host._watchdog = new Watchdog(host._guard);
            await host.WaitForDiskAsync(cancellationToken).ConfigureAwait(false);
            await host._server.StartAsync(host._application, cancellationToken).ConfigureAwait(false);
            if (!host._http3At.IsEmpty)
            {
                host._http3 = await host.StartHttp3Async(cancellationToken).ConfigureAwait(false);
            }

            host._management = await ManagementListener
                .StartAsync(host.ListenForManagement, host, host._counters, host._metrics, options.Loggers, cancellationToken)
                .ConfigureAwait(false);
            host.TellAddress();
            host._background = host.RunBackgroundAsync(host._stopBackground.Token);
            return host;
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Where HTTP/3 is spoken: beside the HTTPS listeners that <see cref="EdgeOptions.Http3"/> tells.</summary>
    /// <param name="options">The options.</param>
    /// <param name="supported">Whether this machine can.</param>
    internal static ImmutableArray<IPEndPoint> Http3EndPoints(EdgeOptions options, bool supported) =>
        options.Http3 && supported
            ? [.. options.Https.Where(socket => socket.ProxyProtocolFrom.IsEmpty).Select(socket => socket.EndPoint()).OfType<IPEndPoint>()]
            : [];

    /// <inheritdoc/>
    IEnumerable<LiveRelease> IEdgeState.LiveReleases(int limit) =>
        _intake
            .Live()
            .Take(limit)
            .Select(artifact => (Artifact: artifact, Name: _store.NameOf(artifact.Number)))
            .Select(entry => new LiveRelease(entry.Artifact.Kind, entry.Name, _desk.GenerationInUse(entry.Artifact, entry.Name)));

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
        if (_hasHandedOver)
        {
            await LeaveAsync().ConfigureAwait(false);
        }
        else
        {
            await _stop.CancelAsync().ConfigureAwait(false);
            await _stopBackground.CancelAsync().ConfigureAwait(false);
            IsStopping = true;
            using var enough = new CancellationTokenSource(ReplacementWanted.IsCompleted ? ReplacementDrainTime : DrainTime);
            await Task.WhenAll(_server.StopAsync(enough.Token), _http3?.StopAsync(enough.Token) ?? Task.CompletedTask)
                .ConfigureAwait(false);
        }

        if (_http3 is not null)
        {
            await _http3.DisposeAsync().ConfigureAwait(false);
        }

        _server.Dispose();
        await _background.ConfigureAwait(false);
        _intake.Settle();
        if (_management is not null)
        {
            await _management.DisposeAsync().ConfigureAwait(false);
        }

        _guard.Faults?.Dispose();
        _watchdog?.Dispose();
        await _cache.DisposeAsync().ConfigureAwait(false);
        if (_disk is not null)
        {
            await _disk.DisposeAsync().ConfigureAwait(false);
        }

        if (_sampler is not null)
        {
            await _sampler.DisposeAsync().ConfigureAwait(false);
            _sampler.Ring.Dispose();
        }

        await _botVerifier.DisposeAsync().ConfigureAwait(false);
        _http2Forwarder.Dispose();
        _targets.Dispose();
        _sweep.Dispose();
        _client.Dispose();
        _ring.Dispose();
        _events?.Dispose();
        _purges.Dispose();
        _store.Dispose();
        _keys.Dispose();
        _secrets.Dispose();
        await _log.DisposeAsync().ConfigureAwait(false);
        _telemetry.Dispose();
        _metrics.Dispose();
        _countries.Dispose();
        _stop.Dispose();
        _stopBackground.Dispose();
    }

    // Without the guard, in a drill: as a program without one.
    private static void EndOfLoaderFault(Exception fault) => Environment.FailFast($"a loader failed: {fault.Message}", fault);

    // Commands on this machine; without them the edge serves all the same.
    private LocalCredential? CredentialOf(string home)
    {
        try
        {
            return LocalCredential.LoadOrCreate(home, _options.Name);
        }
        catch (KeyFileException e)
        {
            LogNoOrders(_options.Loggers.CreateLogger<EdgeHost>(), e.Message);
            return null;
        }
    }

    private void TellAddress()
    {
        var home = Path.Combine(Path.GetFullPath(_options.DataDirectory), "edges", _options.Name);
        if (NodeAddress.Write(home, ManagementAddress) is { } problem)
        {
            LogNoOrders(_options.Loggers.CreateLogger<EdgeHost>(), problem);
        }
    }

    // What lies on the disk is found before the first visitor comes, so that a restart is no storm on the origins; a slow disk delays nobody for long.
    private async Task WaitForDiskAsync(CancellationToken cancellationToken)
    {
        if (_disk is not null)
        {
            await _disk.Opened.WaitAsync(DiskTime, _options.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    // Stable over restarts and new signing keys, the same on all edges of an installation, and says nothing about it.
    private static string InstallationOf(KeyDirectory keys) => Convert.ToHexStringLower(Derived(keys, "holdfast-installation"u8))[..12];

    private static byte[] Derived(KeyDirectory keys, ReadOnlySpan<byte> purpose) =>
        HMACSHA256.HashData(KeyFile.Read(keys.SecretKeyFile), purpose);

    // What edges know one another by.
    private static byte[] TierKeyOf(KeyDirectory keys) => Derived(keys, "holdfast-tiers"u8);

    private UpperForwarder? UpperForwarderOf(EdgeOptions options, TierIdentity tier, ForwardedHeaders forwarded)
    {
        if (options.Uppers.IsEmpty)
        {
            return null;
        }

        _responses.Fills.Invalidated = new InvalidatedKeys();
        return new UpperForwarder(
            new UpperEdges(options.Uppers.Select(url => new Upper(url, _targets, options.Time, Random.Shared))),
            tier,
            _targets,
            forwarded,
            new UpperReports(_counters),
            options.Time,
            options.Loggers.CreateLogger<UpperForwarder>()
        );
    }

    private static RequestSampler? SamplerOf(EdgeOptions options, string directory)
    {
        if (options.Samples is { } samples)
        {
            return new RequestSampler(new SampleRing(directory, samples), samples);
        }

        SampleRing.Delete(directory);
        return null;
    }

    private static int PortOf(ImmutableArray<EdgeSocket> sockets, int otherwise) =>
        sockets.IsEmpty ? otherwise : sockets[0].EndPoint()?.Port ?? otherwise;

    private Task<Http3Server> StartHttp3Async(CancellationToken cancellationToken) =>
        Http3Server.StartAsync(
            _http3At,
            _application,
            _listener.Admission,
            _certificates,
            _options.Limits,
            _options.Loggers,
            cancellationToken
        );

    private static ListenerConfig Listener(EdgeSocket socket, bool tls) =>
        new()
        {
            Handle = (ulong?)socket.Handle,
            Address = socket.Handle is null ? socket.Address : null,
            Tls = tls,
            ProxyProtocolFrom = socket.ProxyProtocolFrom,
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

    private Task RunBackgroundAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(
            RunChannelsAsync(cancellationToken),
            _desk.DoWaitingAsync(cancellationToken),
            _taster?.RunAsync(cancellationToken) ?? Task.CompletedTask,
            _rehearser?.RunAsync(cancellationToken) ?? Task.CompletedTask,
            new PurgeSweep(_responses, _options.Time).RunAsync(cancellationToken),
            PushEvidenceAsync(cancellationToken),
            WatchDiskAsync()
        );

    private async Task PushEvidenceAsync(CancellationToken cancellationToken)
    {
        if (_options.Evidence is { } to)
        {
            using var push = new EvidencePush(to, this, _counters, _options.Time, _options.Loggers.CreateLogger<EvidencePush>());
            await push.RunAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    // A fault of the cache on the disk costs the cache on the disk.
    private async Task WatchDiskAsync()
    {
        if (_disk is null)
        {
            return;
        }

        await ((Task)Task.WhenAny(_disk.Ended, Task.Delay(Timeout.Infinite, _stopBackground.Token))).ConfigureAwait(false);
        if (_disk.Ended.Exception is { } fault)
        {
            LogDiskFault(_options.Loggers.CreateLogger<EdgeHost>(), fault.InnerException ?? fault);
        }
    }

    [LoggerMessage(
        EventId = 1111,
        Level = LogLevel.Error,
        Message = "The cache on the disk met a fault of the edge, and is not used any more."
    )]
    private static partial void LogDiskFault(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 1134, Level = LogLevel.Error, Message = "'holdfast node' cannot be used on this machine: {Problem}")]
    private static partial void LogNoOrders(ILogger logger, string problem);

    private async Task RunChannelsAsync(CancellationToken cancellationToken)
    {
        if (_options.Control is not { } control)
        {
            await _intake.RunAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        var uplink = new HttpEdgeUplink(_client, control, _options.Name, _feedSecret, _options.Time);
        var sender = new UplinkSender(_ring, uplink, _options.Time, Random.Shared);
        await Task.WhenAll(
                _intake.RunAsync(cancellationToken),
                sender.RunAsync(cancellationToken),
                _events!.RunAsync(
                    new HttpEdgeUplink(_client, control, _options.Name, _feedSecret, _options.Time, FeedHeaders.EventsPath),
                    cancellationToken
                ),
                new HealthReports(_ring, _counters, _intake, _purges, _zones, _keys, _guard, _options.Time)
                {
                    Draining = () => IsDraining,
                }.RunAsync(cancellationToken)
            )
            .ConfigureAwait(false);
    }
}
