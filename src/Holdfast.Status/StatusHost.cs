using System.Net;
using System.Net.Sockets;
using Holdfast.Status.Access;
using Holdfast.Status.Drafts;
using Holdfast.Status.Export;
using Holdfast.Status.Operating;
using Holdfast.Status.Page;
using Holdfast.Status.Providers;
using Holdfast.Status.ReadApi;
using Holdfast.Status.Reports;
using Holdfast.Status.Storage;
using Holdfast.Status.Subscribers;
using Holdfast.Status.Watching;
using Holdfast.Status.WriteApi;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Status;

/// <summary>
/// The status role: the page, its store, and the APIs to read and to post. It needs nothing else of Holdfast's. Start it, read
/// <see cref="Url"/> and <see cref="FirstToken"/>, stop it.
/// </summary>
public sealed class StatusHost : IAsyncDisposable
{
    /// <summary>Largest body of a request: the longest post-mortem in any script, with room to spare.</summary>
    public const long MaxRequestBodyBytes = 256 * 1024;

    /// <summary>Connections at once: enough for a crowd, and memory for each is bounded.</summary>
    private const int MaxConnections = 10_000;

    private readonly WebApplication application;
    private readonly StatusStore store;
    private readonly Lookout lookout;
    private readonly ReportDesk reports;
    private readonly PasswordGate gate;
    private readonly CancellationTokenSource stop = new();
    private readonly ILogger logger;
    private Task looking = Task.CompletedTask;
    private Task taking = Task.CompletedTask;
    private Task exporting = Task.CompletedTask;
    private AutoExport? export;
    private Task delivering = Task.CompletedTask;
    private Courier? courier;

    private StatusHost(
        WebApplication application,
        StatusStore store,
        Lookout lookout,
        ReportDesk reports,
        PasswordGate gate,
        Uri url,
        string? firstToken,
        ILogger logger
    )
    {
        this.reports = reports;
        this.gate = gate;
        this.lookout = lookout;
        this.logger = logger;
        this.application = application;
        this.store = store;
        Url = url;
        FirstToken = firstToken;
    }

    /// <summary>The address that it answers on.</summary>
    public Uri Url { get; }

    /// <summary>The first token in clear at the start that made it, null at every later one: it is stored nowhere.</summary>
    public string? FirstToken { get; }

    /// <summary>Opens the store and listens.</summary>
    /// <exception cref="StatusStoreException">The store can't be used; the message says which and why.</exception>
    /// <exception cref="IOException">The address is in use or not ours.</exception>
    public static async Task<StatusHost> StartAsync(StatusOptions options, CancellationToken cancellationToken)
    {
        var logger = options.LoggerFactory.CreateLogger("Holdfast.Status");
        var bound = options.ListenHandle is { } handle ? AddressOf(handle) : null;
        var path = StatusStore.PathIn(options.DataDirectory);
        var known = options.Url?.TrimEnd('/') ?? $"http://{bound ?? options.Endpoint}";
        var store = StatusStore.Open(path, options.Name, known, options.Time);
        ReportDesk? reports = null;
        var gate = new PasswordGate();
        try
        {
            reports = ReportDesk.Open(Path.Combine(Path.GetDirectoryName(path)!, "reports.db"), store, options, logger);
            var tokens = new StatusTokens(store, options.Time, options.EvidenceToken);
            var box = SecretBox.Open(Path.Combine(Path.GetDirectoryName(path)!, "secret.key"));
            var operators = new OperatorDesk(store, box, gate);
            var subscribers = new SubscriberDesk(store, box, options.Mail is not null, options.Time);
            var sessions = new Sessions(store, operators, gate, options.Time);
            var watches = new WatchDesk(store);
            var finder = new ProviderFinder(
                ProviderFiles.Read(Path.Combine(Path.GetDirectoryName(path)!, "providers"), logger),
                new NetworkNumbers(options.NetworkNumbers, logger)
            );
            var drafts = new DraftDesk(store, options.Time, logger);
            var lookout = new Lookout(
                watches,
                new OwnEdges(watches, store, options.Edges),
                drafts,
                store,
                reports,
                finder,
                options.Time,
                logger
            );
            var application = Create(options);
            try
            {
                application.Use(next => context => GuardedAsync(context, next, logger));
                application.UseRouting();
                var pages = new PageRenderer(options.LoggerFactory);
                new WriteEndpoints(store, tokens, operators, subscribers, watches, lookout, drafts, reports, options.Time).Map(application);
                new EvidenceEndpoint(tokens, lookout).Map(application);
                var site = new PublicPages(store, pages);
                var documents = new Documents(store, options.Time);
                new ReadEndpoints(documents, site).Map(application);
                new ReportEndpoints(reports, store, documents, pages, options).Map(application);
                new OperatorEndpoints(store, tokens, operators, subscribers, sessions, drafts, lookout, reports, pages, options.Time).Map(
                    application
                );
                new SubscribeEndpoints(store, subscribers, pages, options.Time).Map(application);
                application.MapMethods("/healthz", ["GET", "HEAD"], context => context.Response.WriteAsync("ok\n"));
                application.MapFallback(context => throw StatusProblem.Missing("page", context.Request.Path));
                await application.StartAsync(cancellationToken).ConfigureAwait(false);

                var url = new Uri($"http://{bound ?? AddressOf(application)}");
                var first = tokens.EnsureFirst(options.FirstToken);
                StatusLog.Listening(logger, url);
                var host = new StatusHost(application, store, lookout, reports, gate, url, first, logger) { taking = reports.RunAsync() };
                if (options.ExportDirectory is { } directory)
                {
                    var command = options.ExportCommand is { } text
                        ? new ExportCommand(text, options.ExportCommandLimit ?? ExportCommand.DefaultLimit)
                        : null;
                    host.export = new AutoExport(
                        store,
                        new StaticSite(store, site, options.Time),
                        directory,
                        command,
                        options.Time,
                        logger
                    );
                    host.exporting = host.export.RunAsync(host.stop.Token);
                }

                host.courier = new Courier(
                    store,
                    subscribers,
                    options.Mail is { } mail ? new MailSender(mail) : null,
                    new WebhookSender(options.Time),
                    options.Time,
                    logger
                );
                if (options.Looks)
                {
                    host.delivering = host.courier.RunAsync(host.stop.Token);
                    host.looking = lookout.RunAsync(host.stop.Token);
                }

                return host;
            }
            catch
            {
                lookout.Dispose();
                await application.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
        catch
        {
            reports?.Dispose();
            gate.Dispose();
            store.Dispose();
            throw;
        }
    }

    /// <summary>Answers what is in flight, and stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        await looking.ConfigureAwait(false);
        await exporting.ConfigureAwait(false);
        await delivering.ConfigureAwait(false);
        courier?.Dispose();
        export?.Dispose();
        try
        {
            lookout.Keep();
        }
        catch (StatusStoreException fault)
        {
            StatusLog.NotWritten(logger, fault.Message);
        }

        lookout.Dispose();
        await application.DisposeAsync().ConfigureAwait(false);
        reports.Complete();
        await taking.ConfigureAwait(false);
        reports.Dispose();
        gate.Dispose();
        store.Dispose();
        stop.Dispose();
    }

    /// <summary>Looks at every watch that is due, and acts on what is seen: what happens by itself each second; see <see cref="StatusOptions.Looks"/>.</summary>
    /// <exception cref="StatusStoreException">The store can't be written.</exception>
    public Task LookAsync(CancellationToken cancellationToken) => lookout.LookAsync(cancellationToken);

    /// <summary>Delivers every message that is due: what happens by itself; see <see cref="StatusOptions.Looks"/>.</summary>
    /// <exception cref="StatusStoreException">The store can't be written.</exception>
    public Task DeliverAsync(CancellationToken cancellationToken) => courier!.DeliverAsync(cancellationToken);

    private static WebApplication Create(StatusOptions options)
    {
        // The empty builder reads no environment and no files: what status does is said by its options alone.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Holdfast.Status" });
        builder.Services.AddSingleton(options.LoggerFactory);
        builder.Services.AddSingleton<IHostLifetime, OwnerDecides>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequestBodyBytes;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            if (options.ListenHandle is { } handle)
            {
                kestrel.ListenHandle((ulong)handle, listen => listen.Protocols = HttpProtocols.Http1);
            }
            else
            {
                kestrel.Listen(options.Endpoint, listen => listen.Protocols = HttpProtocols.Http1);
            }
        });
        return builder.Build();
    }

    /// <summary>Every answer has the headers that a page of ours has, and every fault is an answer that says what it was.</summary>
    private static async Task GuardedAsync(HttpContext context, RequestDelegate next, ILogger logger)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (StatusProblem problem)
        {
            await ErrorAnswer.WriteAsync(context, problem.Status, problem.Message).ConfigureAwait(false);
        }
        catch (StatusStoreException fault)
        {
            StatusLog.NotWritten(logger, fault.Message);
            await ErrorAnswer
                .WriteAsync(
                    context,
                    503,
                    "the store can't be written or read just now; nothing was changed. Look at the disk, and try again."
                )
                .ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            StatusLog.Failed(logger, fault, context.Request.Path);
            await ErrorAnswer.WriteAsync(context, 500, "that failed, and is our fault; the log says more").ConfigureAwait(false);
        }
    }

    private static IPEndPoint AddressOf(WebApplication application)
    {
        var address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return IPEndPoint.Parse(new Uri(address).Authority);
    }

    private static IPEndPoint AddressOf(nint handle)
    {
        using var socket = new Socket(new SafeSocketHandle(handle, ownsHandle: false));
        return (IPEndPoint)socket.LocalEndPoint!;
    }

    /// <summary>The process's own signals are its starter's to act on.</summary>
    private sealed class OwnerDecides : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
