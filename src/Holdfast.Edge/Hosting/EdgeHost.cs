using System.Net;
using Holdfast.Cache.Storage;
using Holdfast.Edge.Guard;
using Holdfast.Edge.Guard.Faults;
using Holdfast.Edge.KillSwitches;
using Holdfast.Edge.Listening.Certificates;
using Holdfast.Edge.Management;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Rehearsing;
using Holdfast.Edge.Releases;
using Holdfast.Edge.Reporting;
using Holdfast.Edge.Rules.Counting;
using Holdfast.Edge.Zones;
using Holdfast.Http.Deadlines;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Keys;
using Holdfast.Releases.Uplink;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Hosting;

/// <summary>
/// A running edge: its parts, in the order in which they are started and stopped. It starts from its own disk before it asks control for
/// anything, and serves on whether control is there or not.
/// </summary>
internal sealed class EdgeHost : IAsyncDisposable
{
    /// <summary>
    /// How long an edge that has handed over serves on when it is ordered to end: downloads, WebSockets and other streams that last longer are
    /// cut off.
    /// </summary>
    public static readonly TimeSpan LeavingTime = TimeSpan.FromSeconds(30);

    // How long connections may rest then before they are closed. One that is used in that time is closed by the answer, which says so.
    private static readonly TimeSpan RestTime = TimeSpan.FromSeconds(10);

    // How long a first start waits for control's zones before it says that it serves.
    private static readonly TimeSpan FirstZonesTime = TimeSpan.FromSeconds(3);

    // How long requests in flight may go on after the edge is told to stop; the supervisor waits a little longer.
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(8);

    // The same when it ends to be replaced: new visitors wait for that.
    private static readonly TimeSpan ReplacementDrainTime = TimeSpan.FromSeconds(2);

    private readonly EdgeOptions _options;
    private readonly EdgeHome _home;
    private readonly ControlLink _control;
    private readonly EdgeGuard _guard;
    private readonly EdgeInstruments _instruments;
    private readonly StoredResponses _responses;
    private readonly DeadlineSweep _sweep;
    private readonly OriginTargets _targets;
    private readonly EdgeReleases _releases;
    private readonly EdgeState _state;
    private readonly RequestPath _path;
    private readonly VisitorListeners _visitors;
    private readonly EdgeMetrics _metrics;
    private readonly CancellationTokenSource _stopBackground = new();
    private ManagementListener? _management;
    private Watchdog? _watchdog;
    private Task _background = Task.CompletedTask;
    private volatile bool _hasHandedOver;

    private EdgeHost(EdgeOptions options)
    {
        _options = options;
        FaultMarkers.Claim(Path.GetFullPath(options.DataDirectory), options.FaultInjection);
        var without = options.FaultInjection ? options.Without : Protections.None;
        _guard = new EdgeGuard(
            options.Guard,
            options.FaultInjection ? FaultInjection.With(options.DiesAt, options.Time as DrilledTime) : null,
            options.Time,
            options.Loggers.CreateLogger<EdgeGuard>()
        )
        {
            IsOff = without.HasFlag(Protections.Guard),
        };
        _home = new EdgeHome(options);
        _control = new ControlLink(options, _home.Keys);
        _instruments = new EdgeInstruments(options, _home);
        _responses = new StoredResponses(options, _home);
        _sweep = new DeadlineSweep(options.Time);
        _targets = new OriginTargets(options.Resolver, options.Limits.Origins, _sweep, new OriginReports(_instruments.Counters))
        {
            RecordPorts = options.RecordPorts,
        };
        var purges = new PurgeConsumer(_responses.Memory.Purges);
        _releases = new EdgeReleases(options, without, _home, _control.Feed, _guard, _targets, purges);
        _state = new EdgeState(options, _home, _guard, _responses, _releases);
        _responses.Start();
        var altService = VisitorListeners.AltServiceOf(options);
        _path = new RequestPath(options, _home, _instruments, _guard, _sweep, _targets, _responses, _releases, altService);
        _visitors = new VisitorListeners(options, _instruments.Counters, _releases.Certificates, _path, _sweep, () => _state.IsDraining);
        _metrics = new EdgeMetrics(_instruments.Counters, HostGauges.Of(_releases, _responses.Memory, _guard));
    }

    /// <summary>The addresses that the edge listens on for visitors, with their true ports.</summary>
    public IReadOnlyCollection<string> Addresses => _visitors.Addresses;

    /// <summary>The management listener's address.</summary>
    public string ManagementAddress => _management?.Addresses.FirstOrDefault() ?? "";

    /// <summary>Ends when the process should be replaced, with the reason: too many of its threads are lost.</summary>
    public Task<string> ReplacementWanted => _guard.ReplacementWanted;

    /// <summary>What the management listener tells.</summary>
    internal IEdgeState State => _state;

    /// <summary>Whether it has handed over, and tells its visitors to come by another connection.</summary>
    internal bool IsLeaving => _visitors.IsLeaving;

    /// <summary>Whether it has been told to stop.</summary>
    internal bool IsStopping => _visitors.IsStopping;

    /// <summary>What the edge counts.</summary>
    internal EdgeCounters Counters => _instruments.Counters;

    /// <summary>What waits to go up.</summary>
    internal UplinkRing Uplink => _releases.Uplink;

    /// <summary>Takes samples of requests, or null.</summary>
    internal RequestSampler? Sampler => _releases.Sampler;

    /// <summary>How often rules have acted.</summary>
    internal RuleCounts RuleCounts => _releases.RuleCounts;

    /// <summary>What guards the modules.</summary>
    internal EdgeGuard Guard => _guard;

    /// <summary>The kill switches in force.</summary>
    internal KillSet KillSwitches => _releases.Kills.InForce;

    /// <summary>The zones.</summary>
    internal ZoneDirectory Zones => _releases.Zones;

    /// <summary>The zones' certificates.</summary>
    internal CertificateStore Certificates => _releases.Certificates;

    /// <summary>The stored responses, and those on their way.</summary>
    internal MemoryStore Responses => _responses.Memory;

    /// <summary>How many fills and revalidations are under way that no visitor waits for the end of.</summary>
    internal int DetachedCount => _path.Cache.DetachedCount;

    /// <summary>The connections to origins.</summary>
    internal OriginTargets Origins => _targets;

    /// <summary>How the feed is followed.</summary>
    internal IntakeState Intake => _releases.Intake.State;

    /// <summary>Starts an edge. When it returns, visitors are served.</summary>
    /// <exception cref="IOException">An address is in use.</exception>
    /// <exception cref="KeyFileException">A key file is unusable; the message says which and why.</exception>
    public static async Task<EdgeHost> StartAsync(EdgeOptions options, CancellationToken cancellationToken)
    {
        var host = new EdgeHost(options.FaultInjection ? options with { Time = new DrilledTime(options.Time) } : options);
        try
        {
            host._watchdog = new Watchdog(host._guard);
            await host._responses.WaitAsync(cancellationToken).ConfigureAwait(false);
            await host._visitors.StartAsync(cancellationToken).ConfigureAwait(false);
            host._management = await ManagementListener
                .StartAsync(
                    host.ListenForManagement,
                    host._state,
                    host._instruments.Counters,
                    host._metrics,
                    options.Loggers,
                    cancellationToken
                )
                .ConfigureAwait(false);
            host._home.TellAddress(host.ManagementAddress);
            host._background = host.RunBackgroundAsync(host._stopBackground.Token);
            return host;
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Waits until the edge knows its zones. Without anything on its disk it learns them from control; when control is not there it
    /// serves all the same, so the wait is bounded.
    /// </summary>
    public async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        if (!_state.IsReady)
        {
            try
            {
                await _releases.Live.ConnectedOnce.WaitAsync(FirstZonesTime, _options.Time, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // Control is slow or dead. Whoever asks /readyz is told; visitors are not made to wait for it.
            }
        }
    }

    /// <summary>
    /// Gives up everything on the disk, so that a successor on the same sockets and data directory can have it: follows no feed, takes no
    /// commands, writes no release, no record, no response. It accepts and serves visitors as before, with what is in memory and what it can
    /// still read, until it is disposed; nobody is refused or cut off.
    /// </summary>
    public async Task HandOverAsync()
    {
        _hasHandedOver = true;
        await _stopBackground.CancelAsync().ConfigureAwait(false);
        await _background.ConfigureAwait(false);
        _releases.Intake.Settle();
        await _visitors.LeaveHttp3Async().ConfigureAwait(false);
        if (_management is { } management)
        {
            _management = null;
            await management.DisposeAsync().ConfigureAwait(false);
        }

        await _responses.DisposeAsync().ConfigureAwait(false);
        _releases.HandOver();
    }

    /// <summary>Stops accepting, lets requests in flight end, writes the log's rest.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_hasHandedOver)
        {
            await _visitors.LeaveAsync(RestTime, LeavingTime).ConfigureAwait(false);
        }
        else
        {
            await _stopBackground.CancelAsync().ConfigureAwait(false);
            await _visitors.StopAsync(ReplacementWanted.IsCompleted ? ReplacementDrainTime : DrainTime).ConfigureAwait(false);
        }

        await _visitors.DisposeAsync().ConfigureAwait(false);
        _guard.Faults?.Dispose();
        await _background.ConfigureAwait(false);
        _releases.Intake.Settle();
        if (_management is not null)
        {
            await _management.DisposeAsync().ConfigureAwait(false);
        }

        _watchdog?.Dispose();
        await _path.DisposeAsync().ConfigureAwait(false);
        await _responses.DisposeAsync().ConfigureAwait(false);
        await _releases.DisposeAsync().ConfigureAwait(false);
        _targets.Dispose();
        _sweep.Dispose();
        _control.Dispose();
        _home.Dispose();
        await _instruments.DisposeAsync().ConfigureAwait(false);
        _metrics.Dispose();
        _stopBackground.Dispose();
    }

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

    private Task RunBackgroundAsync(CancellationToken cancellationToken)
    {
        var health = new HealthReports(
            _releases.Uplink,
            _instruments.Counters,
            _releases.Intake,
            _releases.Purges,
            _releases.Zones,
            _releases.Keys,
            _guard,
            _options.Time
        )
        {
            Draining = () => _state.IsDraining,
        };
        return Task.WhenAll(
            _releases.RunAsync(cancellationToken),
            _control.RunUplinkAsync(_releases.Uplink, _releases.Events, health, cancellationToken),
            _responses.RunAsync(cancellationToken),
            PushEvidenceAsync(cancellationToken),
            _guard.Faults is { } faults
                ? LateListReader.Of(_releases.Store, _releases.Intake, faults, _options.Time).RunAsync(cancellationToken)
                : Task.CompletedTask
        );
    }

    private async Task PushEvidenceAsync(CancellationToken cancellationToken)
    {
        if (_options.Evidence is { } to)
        {
            var logger = _options.Loggers.CreateLogger<EvidencePush>();
            using var push = new EvidencePush(to, _state, _instruments.Counters, _options.Time, logger);
            await push.RunAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
