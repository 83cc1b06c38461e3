using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Holdfast.Control.Envelope;
using Holdfast.Control.Hosting;
using Holdfast.Control.Joining;
using Holdfast.Control.Storage;
using Holdfast.Control.Tokens;
using Holdfast.Releases.Keys;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Control;

/// <summary>
/// The control role: API, database, signing key, and control's ends of the channels to the edges. Build it, start it, read
/// <see cref="Url"/> and <see cref="FirstAdminToken"/>, stop it.
/// </summary>
public sealed class ControlHost : IAsyncDisposable
{
    /// <summary>Largest body of an API request: 1 MiB.</summary>
    public const long MaxRequestBodyBytes = 1024 * 1024;

    private readonly ControlOptions _options;
    private readonly ILogger _logger;
    private WebApplication? _application;
    private ControlStores? _stores;
    private ControlEndpoints? _endpoints;
    private CancellationTokenSource? _stopped;
    private Task _auditHeads = Task.CompletedTask;
    private Task _driving = Task.CompletedTask;
    private Task _reading = Task.CompletedTask;
    private Uri? _url;

    private ControlHost(ControlOptions options)
    {
        _options = options;
        _logger = options.LoggerFactory.CreateLogger("Holdfast.Control");
    }

    /// <summary>The address that control answers on, known after <see cref="StartAsync"/>.</summary>
    /// <exception cref="InvalidOperationException">It is not started.</exception>
    public Uri Url => _url ?? throw new InvalidOperationException("control is not started");

    /// <summary>Where control listens for nodes on other machines; null when it does not.</summary>
    public Uri? NodeUrl { get; private set; }

    /// <summary>Every route.</summary>
    internal IEnumerable<Endpoint> Endpoints => ((IEndpointRouteBuilder)_application!).DataSources.SelectMany(source => source.Endpoints);

    /// <summary>The admin token in clear on the first start of an installation, null on every later one: it is stored nowhere.</summary>
    public string? FirstAdminToken { get; private set; }

    /// <summary>A control that is not started yet.</summary>
    /// <exception cref="ArgumentException">The admin token is not one.</exception>
    public static ControlHost Build(ControlOptions options) =>
        options.AdminToken is { } token && AdminToken.Problem(token) is { } problem
            ? throw new ArgumentException(problem, nameof(options))
            : new ControlHost(options);

    /// <summary>Opens keys and database, makes what is missing, and listens.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="KeyFileException">A key file cannot be used; the message says which and why.</exception>
    /// <exception cref="ControlDatabaseException">The database cannot be used; the message says which and why.</exception>
    /// <exception cref="IOException">The address is in use or not ours.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await OpenAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends the feeds, answers what is in flight, and stops listening.</summary>
    /// <param name="cancellationToken">Ends what is in flight at once.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_application is not null)
        {
            await _application.StopAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Stops if need be, and lets go of database and keys.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_application is not null)
        {
            await _application.DisposeAsync().ConfigureAwait(false);
            _application = null;
        }

        if (_stopped is not null)
        {
            await _stopped.CancelAsync().ConfigureAwait(false);
            await _auditHeads.ConfigureAwait(false);
            await _driving.ConfigureAwait(false);
            await _reading.ConfigureAwait(false);
            _stopped.Dispose();
            _stopped = null;
        }

        _endpoints?.Dispose();
        if (_stores is not null)
        {
            await _stores.DisposeAsync().ConfigureAwait(false);
            _stores = null;
        }
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        _stores = await ControlStores.OpenAsync(_options, _logger, cancellationToken).ConfigureAwait(false);

        // A descriptor is the application's once it listens, and must not be opened twice.
        var bound = _options.ListenHandle is { } handle ? AddressOf(handle, "http") : null;
        NodeUrl = _options.NodeListenHandle is { } nodeHandle ? AddressOf(nodeHandle, "https") : null;
        _application = CreateApplication(_stores.Authority);
        _endpoints = new ControlEndpoints(_options, _stores, _logger);
        _endpoints.Map(_application, () => NodeUrl);
        await _stores.AuditHeads.CheckAsync(cancellationToken).ConfigureAwait(false);
        _stopped = new CancellationTokenSource();
        _auditHeads = _stores.AuditHeads.RunAsync(_stopped.Token);
        _driving = _endpoints.Rollouts.RunAsync(_stopped.Token);
        _reading = _stores.Database.ZoneNames.ReadAheadAsync();

        // Before anybody can call: a token that is not known yet would be called a wrong one.
        _stores.Use.Start(await _stores.Tokens.LoadAsync().ConfigureAwait(false));
        await _application.StartAsync(cancellationToken).ConfigureAwait(false);
        _url = bound ?? AddressOf(_application, "http");
        NodeUrl ??= _options.ListensForNodes ? AddressOf(_application, "https") : null;

        // Only now: a start that fails must not use up the one time that the first token is shown.
        FirstAdminToken = await AdminToken
            .EnsureAsync(_stores.Tokens, _options.AdminToken, _options.Time, cancellationToken)
            .ConfigureAwait(false);
        ControlLog.Listening(_logger, _url);
        if (NodeUrl is { } nodeUrl)
        {
            ControlLog.ListeningForNodes(_logger, nodeUrl, _stores.Authority!.Fingerprint);
        }
    }

    private WebApplication CreateApplication(NodeAuthority? authority)
    {
        // The empty builder reads no environment and no files: what control does is said by its options alone.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Holdfast.Control" });
        builder.Services.AddSingleton(_options.LoggerFactory);
        builder.Services.AddSingleton<IHostLifetime, OwnerDecides>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequestBodyBytes;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            if (_options.ListenHandle is { } handle)
            {
                kestrel.ListenHandle((ulong)handle, ListenForCallers);
            }
            else
            {
                kestrel.Listen(_options.Endpoint, ListenForCallers);
            }

            ListenForNodes(kestrel, authority);
        });
        var application = builder.Build();
        RejectedRequests.Watch(application.Services.GetRequiredService<DiagnosticListener>());
        return application;
    }

    private static void ListenForCallers(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(RejectedRequests.Answer);
    }

    private void ListenForNodes(KestrelServerOptions kestrel, NodeAuthority? authority)
    {
        if (authority is null)
        {
            return;
        }

        var listener = new NodeListener(authority);
        if (_options.NodeListenHandle is { } handle)
        {
            kestrel.ListenHandle((ulong)handle, listener.Configure);
        }
        else
        {
            kestrel.Listen(_options.NodeEndpoint!, listener.Configure);
        }
    }

    private static Uri AddressOf(WebApplication application, string scheme) =>
        application
            .Services.GetRequiredService<IServer>()
            .Features.GetRequiredFeature<IServerAddressesFeature>()
            .Addresses.Select(address => new Uri(address))
            .First(address => address.Scheme == scheme);

    private static Uri AddressOf(int handle, string scheme)
    {
        using var socket = new Socket(new SafeSocketHandle(handle, ownsHandle: false));
        return new Uri($"{scheme}://{(IPEndPoint)socket.LocalEndPoint!}");
    }

    /// <summary>Signals belong to the program that started control; the framework's own lifetime would catch them.</summary>
    private sealed class OwnerDecides : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
