using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using Holdfast.Cli.Settings;
using Holdfast.Cli.Supervision;
using Holdfast.Cli.Terminal;
using Holdfast.Control;
using Holdfast.Control.Storage;
using Holdfast.Edge.Guard.Faults;
using Holdfast.Edge.Hosting;
using Holdfast.Edge.Releases.Tasting;
using Holdfast.Releases.Keys;
using Holdfast.Status;
using Holdfast.Status.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Holdfast.Cli.Roles;

/// <summary>
/// The seam between the command line and the roles: each method runs one role until it is cancelled, and says when it serves. Faults that
/// the user can put right are thrown as <see cref="CliFailure"/>.
/// </summary>
internal static partial class Roles
{
    // How long an edge that wants to be replaced may take to end what is under way.
    private static readonly TimeSpan ReplacementTime = TimeSpan.FromSeconds(4);

    /// <summary>Runs control.</summary>
    /// <param name="options">What it is started with.</param>
    /// <param name="ready">Called once, when requests are answered.</param>
    /// <param name="cancellationToken">Ends it in good order.</param>
    public static async Task RunControlAsync(ControlRoleOptions options, Action<ReadyInfo> ready, CancellationToken cancellationToken)
    {
        using var loggers = Loggers(options.Logging);
        var settings = new ControlOptions
        {
            DataDirectory = options.DataDirectory,
            ListenHandle = options.Listener.Descriptor,
            NodeListenHandle = options.Nodes?.Descriptor,
            NodeEndpoint = options.Nodes?.Address,
            AdminToken = options.InitialAdminToken,
            PublicAddresses = options.Settings.PublicAddresses,
            EventsKeptFor = options.Settings.EventsKeptFor ?? ControlOptions.DefaultEventsKeptFor,
            EventsKept = options.Settings.EventsKept ?? ControlOptions.DefaultEventsKept,
            BotFeatures = options.Faulty.FeaturesAtIngest,
            RehearsalLimits = options.Settings.Rehearsals,
            HasWaves = options.Faulty.HasWaves,
            LoggerFactory = loggers,
        };
        if (options.Settings.RequestsPerFiveMinutes is { } requests)
        {
            settings = settings with { RequestsPerPeriod = requests };
        }

        if (options.Listener.Address is { } address)
        {
            settings = settings with { Endpoint = address };
        }

        await using var control = ControlHost.Build(settings);
        await StartAsync(() =>
            {
                FaultMarkers.ClaimControl(options.DataDirectory, options.FaultInjection);
                return control.StartAsync(cancellationToken);
            })
            .ConfigureAwait(false);
        ready(new ReadyInfo(control.FirstAdminToken) { Nodes = control.NodeUrl?.GetLeftPart(UriPartial.Authority) });
        await WaitAsync(cancellationToken).ConfigureAwait(false);
        await control.StopAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Runs the status page.</summary>
    /// <param name="options">What it is started with.</param>
    /// <param name="ready">Called once, when requests are answered.</param>
    /// <param name="cancellationToken">Ends it in good order.</param>
    public static async Task RunStatusAsync(StatusRoleOptions options, Action<ReadyInfo> ready, CancellationToken cancellationToken)
    {
        using var loggers = Loggers(options.Logging);
        var settings = new StatusOptions
        {
            DataDirectory = options.DataDirectory,
            ListenHandle = options.Listener.Descriptor,
            FirstToken = options.FirstToken,
            EvidenceToken = options.EvidenceToken,
            Edges = options.Edges,
            ExportDirectory = options.ExportDirectory,
            ExportCommand = options.ExportCommand,
            Mail = options.Mail,
            LoggerFactory = loggers,
        };
        if (options.Listener.Address is { } address)
        {
            settings = settings with { Endpoint = address };
        }

        settings = settings with
        {
            Proxies = options.Proxies is { } proxies ? [.. proxies] : settings.Proxies,
            ReportWork = options.ReportWork ?? settings.ReportWork,
        };
        StatusHost? status = null;
        await StartAsync(async () => status = await StatusHost.StartAsync(settings, cancellationToken)).ConfigureAwait(false);
        await using var running = status!;
        ready(new ReadyInfo(running.FirstToken) { Page = running.Url.GetLeftPart(UriPartial.Authority) });
        await WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs an edge.</summary>
    /// <param name="options">What it is started with.</param>
    /// <param name="ready">Called once, when requests are answered.</param>
    /// <param name="cancellationToken">Ends it in good order.</param>
    public static async Task RunEdgeAsync(EdgeRoleOptions options, Action<ReadyInfo> ready, CancellationToken cancellationToken)
    {
        InlineSockets.Enable();
        KeepSockets(options.Http, options.Https, [options.Management]);
        var program = OwnProgram.Find();
        using var loggers = Loggers(options.Logging);
        EdgeSocket[] http = [.. options.Http.Select(listener => VisitorSocket(listener, tls: false, options.Settings))];
        EdgeSocket[] https = [.. options.Https.Select(listener => VisitorSocket(listener, tls: true, options.Settings))];
        foreach (var named in options.Settings.ProxyProtocolOn.Addresses)
        {
            if (!http.Concat(https).Any(socket => named.Equals(socket.EndPoint())))
            {
                LogNoSuchListener(loggers.CreateLogger<EdgeHost>(), options.Name, named);
            }
        }

        EdgeHost? edge = null;
        await StartAsync(async () =>
                edge = await EdgeHost.StartAsync(
                    new EdgeOptions
                    {
                        Name = options.Name,
                        DataDirectory = options.DataDirectory,
                        Http = [.. http],
                        Https = [.. https],
                        Http3 = options.Settings.Http3 != Http3Mode.Off,
                        Management = Socket(options.Management),
                        Control = options.Control,
                        Identity = options.Identity,
                        Uppers = options.Uppers,
                        Place = options.Settings.Place,
                        TrustedUpstreams = options.Settings.TrustedUpstreams,
                        StatusPage = options.Settings.StatusPage,
                        Evidence = options.Evidence,
                        Events = options.Settings.Events,
                        Samples = options.Settings.Samples,
                        ZoneMemory = options.Settings.ZoneMemory,
                        Rollout = options.Settings.ReleasePace,
                        Limits = options.Settings.Limits,
                        Cache = options.Settings.Cache,
                        Disk = options.Settings.Disk,
                        Taster = new TasterOptions
                        {
                            FileName = program.FileName,
                            Arguments =
                            [
                                .. program.LeadingArguments,
                                .. ChildArguments.Taster(options.DataDirectory, options.FaultInjection, options.Faulty),
                            ],
                        },
                        BotFeatures = options.Faulty.FeaturesAtEdge,
                        DiesAt = options.Faulty.DiesAt,
                        FaultInjection = options.FaultInjection,
                        Bypass = options.Bypass,
                        Without = options.Without,
                        Loggers = loggers,
                    },
                    cancellationToken
                )
            )
            .ConfigureAwait(false);
        await using var running = edge!;
        await running.WaitUntilReadyAsync(cancellationToken).ConfigureAwait(false);
        ready(
            new ReadyInfo
            {
                Visitors = [.. running.Addresses],
                Management = running.ManagementAddress,
                HandOver = running.HandOverAsync,
            }
        );
        var replacement = running.ReplacementWanted;
        await Task.WhenAny(WaitAsync(cancellationToken), replacement).ConfigureAwait(false);
        if (!cancellationToken.IsCancellationRequested)
        {
            // Whoever holds the sockets starts another: visitors wait for it in the backlog. A thread that is lost must not keep this one alive.
            var last = new Timer(_ => Environment.Exit(CliFailure.Failed));
            last.Change(ReplacementTime, Timeout.InfiniteTimeSpan);
            throw new CliFailure(
                $"{options.Name} wants to be replaced: {await replacement.ConfigureAwait(false)}",
                exitCode: CliFailure.Failed
            );
        }
    }

    // A taster that had the edge's sockets would hold them when the edge is gone.
    private static void KeepSockets(params IEnumerable<IEnumerable<RoleListener>> listeners)
    {
        foreach (var descriptor in listeners.SelectMany(several => several).Select(listener => listener.Descriptor).OfType<int>())
        {
            try
            {
                FileDescriptorFlags.SetInheritable(descriptor, inheritable: false);
            }
            catch (Win32Exception e)
            {
                throw new CliFailure($"descriptor {descriptor} is not a socket to listen on: {e.Message}");
            }
        }
    }

    private static ILoggerFactory Loggers(ILoggerProvider provider) =>
        LoggerFactory.Create(logging =>
        {
            logging.AddProvider(provider);

            // What the framework says at each start and of each connection is noise beside our own messages.
            logging.AddFilter("Microsoft", LogLevel.Warning);
            logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error);
        });

    private static EdgeSocket Socket(RoleListener listener) =>
        new(listener.Descriptor, listener.Descriptor is null ? listener.Address : null);

    private static EdgeSocket VisitorSocket(RoleListener listener, bool tls, EdgeSettings settings)
    {
        var socket = Socket(listener);
        try
        {
            return socket with { ProxyProtocolFrom = settings.ProxyProtocolAt(tls, socket.EndPoint()) };
        }
        catch (SocketException e)
        {
            throw new CliFailure($"descriptor {socket.Handle} is not a socket to listen on: {e.Message}");
        }
    }

    private static async Task StartAsync(Func<Task> start)
    {
        try
        {
            await start().ConfigureAwait(false);
        }
        catch (Exception e)
            when (e
                    is KeyFileException
                        or FaultInjectionRefusedException
                        or ControlDatabaseException
                        or StatusStoreException
                        or AddressInUseException
                        or UnauthorizedAccessException
                        or IOException
                        or SocketException
            )
        {
            throw new CliFailure(e.Message);
        }
    }

    private static Task WaitAsync(CancellationToken cancellationToken)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cancellationToken.Register(() => stopped.TrySetResult());
        return stopped.Task;
    }

    [LoggerMessage(1021, LogLevel.Warning, "edge.proxy_protocol_on names {Address}, where {Node} does not listen")]
    private static partial void LogNoSuchListener(ILogger logger, string node, IPEndPoint address);
}
