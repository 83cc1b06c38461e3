using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Holdfast.Control.Access;
using Holdfast.Control.Accounts;
using Holdfast.Control.Addresses;
using Holdfast.Control.Audit;
using Holdfast.Control.Bots;
using Holdfast.Control.Certificates;
using Holdfast.Control.Envelope;
using Holdfast.Control.Feed;
using Holdfast.Control.Firewall;
using Holdfast.Control.Idempotency;
using Holdfast.Control.Joining;
using Holdfast.Control.KillSwitches;
using Holdfast.Control.Lists;
using Holdfast.Control.Operators;
using Holdfast.Control.Operators.Passwords;
using Holdfast.Control.Purging;
using Holdfast.Control.Records;
using Holdfast.Control.Reference;
using Holdfast.Control.Releases;
using Holdfast.Control.Releases.Rehearsals;
using Holdfast.Control.Releases.Rollouts;
using Holdfast.Control.Rulesets;
using Holdfast.Control.SecurityEvents;
using Holdfast.Control.Sessions;
using Holdfast.Control.Settings;
using Holdfast.Control.SigningKeys;
using Holdfast.Control.Storage;
using Holdfast.Control.Tokens;
using Holdfast.Control.Uplink;
using Holdfast.Control.Users;
using Holdfast.Control.Zones;
using Holdfast.Releases.Feed;
using Holdfast.Releases.Keys;
using Holdfast.Releases.Purging;
using Holdfast.Releases.Signing;
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
    private ControlDatabase? _database;
    private SigningKeyRotation? _signing;
    private SecretBox? _secrets;
    private TokenStore? _tokens;
    private TokenUse? _use;
    private PurgeLog? _purges;
    private SecurityEventStore? _events;
    private readonly PasswordGate _passwordGate = new();
    private readonly ReleaseSignal _signal = new();
    private CancellationTokenSource? _stopped;
    private VerificationKeys? _trusted;
    private Task _auditHeads = Task.CompletedTask;
    private Task _driving = Task.CompletedTask;
    private RolloutDriver? _rollouts;
    private NodeAuthority? _authority;
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
            _stopped.Dispose();
            _stopped = null;
        }

        _rollouts?.Dispose();
        _passwordGate.Dispose();
        _trusted?.Dispose();
        if (_use is not null)
        {
            await _use.DisposeAsync().ConfigureAwait(false);
            _use = null;
        }

        _tokens?.Dispose();
        if (_events is not null)
        {
            await _events.DisposeAsync().ConfigureAwait(false);
            _events = null;
        }

        _database?.Dispose();
        _authority?.Dispose();
        _signing?.Dispose();
        _secrets?.Dispose();
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        KeyFile.CreateDirectory(_options.DataDirectory);
        var keys = new KeyDirectory(_options.DataDirectory);
        keys.EnsureAll();
        _secrets = SecretBox.Load(keys.SecretKeyFile);
        var feedSecret = FeedSecret.Load(keys.FeedKeyFile);
        var database = Path.Combine(Path.GetFullPath(_options.DataDirectory), "control", "control.db");
        _database = ControlDatabase.Open(database, _options.Time, _options.LockWait, _options.AtWriteStep);
        _database.HasWaves = _options.HasWaves;
        _events = new SecurityEventStore(Path.Combine(Path.GetDirectoryName(database)!, "events.db"), _options, _logger);
        _signing = await SigningKeyRotation.OpenAsync(_database, keys, _options.Time, _options.AtWriteStep).ConfigureAwait(false);
        await SigningKeyRetirement.FinishAsync(_database, keys).ConfigureAwait(false);
        var heads = AuditHeads(keys);
        var accounts = await AccountStore.OpenAsync(_database, _options.Time, cancellationToken).ConfigureAwait(false);
        var users = await UserStore.OpenAsync(_database, _options.Time, cancellationToken).ConfigureAwait(false);
        _purges = await PurgeLog
            .OpenAsync(_database, new PurgeSigner(() => _signing.Signer.Key), _signal, _options.Time, cancellationToken)
            .ConfigureAwait(false);
        _tokens = new TokenStore(_database, _options.Time);
        _use = new TokenUse(_tokens, _options.Time, _logger);

        _authority = ListensForNodes ? NodeAuthority.LoadOrCreate(keys) : null;
        var nodes = new NodeStore(_database, _options.Time);
        var joined = new JoinedNodes(await nodes.JoinedAsync().ConfigureAwait(false));

        // A descriptor is the application's once it listens, and must not be opened twice.
        var bound = _options.ListenHandle is { } handle ? AddressOf(handle, "http") : null;
        NodeUrl = _options.NodeListenHandle is { } nodeHandle ? AddressOf(nodeHandle, "https") : null;
        _application = CreateApplication();
        Compose(_application, accounts, users, nodes, joined, feedSecret, keys, heads);
        await heads.CheckAsync(cancellationToken).ConfigureAwait(false);
        _stopped = new CancellationTokenSource();
        _auditHeads = heads.RunAsync(_stopped.Token);
        _driving = _rollouts!.RunAsync(_stopped.Token);

        // Before anybody can call: a token that is not known yet would be called a wrong one.
        _use.Start(await _tokens.LoadAsync().ConfigureAwait(false));
        await _application.StartAsync(cancellationToken).ConfigureAwait(false);
        _url = bound ?? AddressOf(_application, "http");
        NodeUrl ??= ListensForNodes ? AddressOf(_application, "https") : null;

        // Only now: a start that fails must not use up the one time that the first token is shown.
        FirstAdminToken = await AdminToken
            .EnsureAsync(_tokens, _options.AdminToken, _options.Time, cancellationToken)
            .ConfigureAwait(false);
        ControlLog.Listening(_logger, _url);
        if (NodeUrl is { } nodeUrl)
        {
            ControlLog.ListeningForNodes(_logger, nodeUrl, _authority!.Fingerprint);
        }
    }

    private AuditHeadWriter AuditHeads(KeyDirectory keys)
    {
        _trusted = new VerificationKeys(keys.TrustedDirectory, _options.Time);
        var log = new AuditLog(_database!);
        return new AuditHeadWriter(_database!, log, _signing!.Signer, _trusted, keys.AuditHeadFile, _options.Time, _logger);
    }

    private WebApplication CreateApplication()
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

            ListenForNodes(kestrel);
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

    private bool ListensForNodes => _options.NodeListenHandle is not null || _options.NodeEndpoint is not null;

    private void ListenForNodes(KestrelServerOptions kestrel)
    {
        if (_authority is null)
        {
            return;
        }

        var listener = new NodeListener(_authority);
        if (_options.NodeListenHandle is { } handle)
        {
            kestrel.ListenHandle((ulong)handle, listener.Configure);
        }
        else
        {
            kestrel.Listen(_options.NodeEndpoint!, listener.Configure);
        }
    }

    private void Compose(
        WebApplication application,
        AccountStore accounts,
        UserStore users,
        NodeStore nodes,
        JoinedNodes joined,
        FeedSecret feedSecret,
        KeyDirectory keys,
        AuditHeadWriter heads
    )
    {
        var time = _options.Time;
        var signal = _signal;
        var publisher = new ReleasePublisher(_secrets!, _signing!.Signer, _options.BotFeatures);
        var zones = new ZoneStore(_database!, publisher, signal, time);
        var certificates = new CertificateStore(_database!, publisher, signal, time);
        var releases = new ReleaseLog(_database!);
        var idempotent = new IdempotentRequests(new IdempotencyStore(_database!, time));
        var strangers = new FailureCounter(Authentication.LongestPause, time);
        var edges = new EdgeAuthentication(feedSecret, joined, strangers, time, _logger);
        var joinTokens = new JoinTokenStore(_database!, time);
        var operators = new OperatorStore(_database!, time);
        var sessions = new SessionStore(_database!, time);
        var audit = new AuditLog(_database!);
        var passwords = new PasswordCheck(_passwordGate, time);
        var operatorRequests = new OperatorRequests(operators, passwords);
        var refusals = new RefusalAudit(audit, time);
        var stopping = application.Lifetime.ApplicationStopping;

        application.Use(next => new ErrorEnvelope(next, _logger).InvokeAsync);
        application.Use(next => context => refusals.WatchAsync(context, next));
        application.Use(next =>
            context =>
            {
                RequestPath.Refuse(context);
                return next(context);
            }
        );
        application.Use(next => context => NodeListener.RouteAsync(context, next));
        var authentication = new Authentication(
            [new SessionScheme(sessions), new ApiKeyScheme(operators), new TokenAuthentication(_tokens!.Table, _use!, time)],
            new FailureCounter(Authentication.LongestPause, time),
            new RequestAllowance(_options.RequestsPerPeriod, time),
            Random.Shared.NextDouble
        );
        application.Use(next => context => NeedsCredential(context.Request) ? authentication.InvokeAsync(context, next) : next(context));
        application.Use(next =>
            context =>
            {
                BodyLimit.Refuse(context);
                return next(context);
            }
        );
        application.UseRouting();
        application.Use(next => context => PermissionCheck.CheckAsync(context, next));
        application.Use(next => context => idempotent.InvokeAsync(context, next));
        application.MapGet("/healthz", context => context.Response.WriteAsync("ok\n", context.RequestAborted));
        new TokenEndpoints(TokenOperations.OfUser, _tokens!, _use!, accounts, users, time).Map(application);
        new TokenEndpoints(TokenOperations.OfAccount, _tokens!, _use!, accounts, users, time).Map(application);
        new UserEndpoints(users).Map(application);
        new MembershipEndpoints(users, accounts).Map(application);
        new AccountEndpoints(accounts).Map(application);
        new AddressEndpoints(_options.PublicAddresses).Map(application);
        new ZoneEndpoints(zones, accounts, time).Map(application);
        new ZoneImportEndpoint(new ZoneImport(_database!, publisher, signal, time)).Map(application);
        new SessionEndpoints(new SignIn(operators, sessions, passwords, _secrets!, time), sessions).Map(application);
        new OperatorEndpoints(operators, operatorRequests, passwords, time).Map(application);
        new CredentialEndpoints(operatorRequests, passwords, _secrets!, time).Map(application);
        new AuditEndpoints(audit, keys.AuditHeadFile, accounts).Map(application);
        new SettingEndpoints(zones, time).Map(application);
        new RecordEndpoints(new RecordStore(_database!, zones, signal, time), time).Map(application);
        var zoneRulesets = new ZoneRulesetScope(new RulesetStore(_database!, zones, publisher, signal));
        var accountRulesets = new AccountRulesetScope(new AccountRulesetStore(_database!, publisher, signal), accounts);
        var rehearsals = new RehearsalDesk(signal, time);
        new RulesetEndpoints(zoneRulesets, rehearsals, time).Map(application);
        new RulesetEndpoints(accountRulesets, rehearsals, time).Map(application);
        new AccessRuleEndpoints(zones, time).Map(application);
        new LockdownEndpoints(zones, time).Map(application);
        new UserAgentRuleEndpoints(zones).Map(application);
        var lists = new ListStore(_database!, publisher, signal, time);
        new ListEndpoints(lists, accounts).Map(application);
        new ListItemEndpoints(lists, new ListItemStore(_database!, publisher, signal, time), accounts).Map(application);
        new CertificateEndpoints(zones, certificates, _secrets!, time).Map(application);
        new PurgeEndpoints(zones, _purges!, time).Map(application);
        var (gate, presence) = (new FeedGate(), new FeedPresence());
        var reverts = new ReleaseReverts(publisher, zones, time);
        _rollouts = new RolloutDriver(
            new RolloutStore(_database!, reverts, time),
            new ZoneFailureStore(_database!, reverts, signal, time),
            presence,
            gate,
            signal,
            time,
            _logger
        );
        var history = new ReleaseHistory(_database!);
        new ReleaseEndpoints(history, time).Map(application);
        new ReleasePlanEndpoint(history, releases, rehearsals).Map(application);
        var actions = new ReleaseActions(_database!, reverts, signal, time);
        new ReleaseActionEndpoints(history, _rollouts, actions, time).Map(application);
        new KillSwitchEndpoints(new KillSwitchStore(_database!, publisher, signal)).Map(application);
        new BotFeatureEndpoints(new BotFeatureStore(_database!, publisher, signal), _options.BotFeatures).Map(application);
        var retirement = new SigningKeyRetirement(_database!, keys, _signing!.Signer, _purges!, heads, _options.AtWriteStep);
        new SigningKeyEndpoints(_signing!, retirement, keys, signal).Map(application);
        new NodeEndpoints(nodes, joined, time).Map(application);
        new JoinTokenEndpoints(joinTokens, _authority, () => NodeUrl, time).Map(application);
        if (_authority is not null)
        {
            new JoinEndpoint(_authority, joinTokens, nodes, joined, keys, strangers, _logger).Map(application);
        }

        new FeedEndpoint(edges, releases, _purges!, signal, gate, presence, rehearsals, time, stopping, _logger).Map(application);
        new UplinkEndpoint(edges, nodes, _events!, _rollouts, rehearsals).Map(application);
        new SecurityEventEndpoints(_events!, zones).Map(application);
        new RuleCounterEndpoint(_events!, zoneRulesets, SecurityEventOperations.Counters, context => ZoneRequests.Id(context)).Map(
            application
        );
        new RuleCounterEndpoint(
            _events!,
            accountRulesets,
            SecurityEventOperations.AccountCounters,
            _ => RuleCounterEndpoint.AccountScope
        ).Map(application);
        new ReferenceEndpoints().Map(application);
    }

    /// <summary>
    /// Everything but what anybody may know, the API's reference, signing in, and the channels to the edges, which have a secret of their own.
    /// </summary>
    private static bool NeedsCredential(HttpRequest request) =>
        request.Path.Value
            is not (
                "/healthz"
                or AddressEndpoints.Path
                or FeedHeaders.FeedPath
                or FeedHeaders.UplinkPath
                or FeedHeaders.EventsPath
                or FeedHeaders.JoinPath
                or FeedHeaders.NodeAuthorityPath
            )
        && !ReferenceEndpoints.Owns(request.Path)
        && !(request.Path.Value == SessionOperations.Path && HttpMethods.IsPost(request.Method));

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
