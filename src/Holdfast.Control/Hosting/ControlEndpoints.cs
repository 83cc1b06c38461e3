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
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Holdfast.Control.Hosting;

/// <summary>All that control answers: what every call passes first, and then the endpoints.</summary>
internal sealed class ControlEndpoints : IDisposable
{
    private readonly ControlOptions _options;
    private readonly ControlStores _stores;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly ReleasePublisher _publisher;
    private readonly ZoneStore _zones;
    private readonly AuditLog _audit;
    private readonly OperatorStore _operators;
    private readonly SessionStore _sessions;
    private readonly PasswordGate _passwordGate = new();
    private readonly FailureCounter _strangers;
    private readonly RehearsalDesk _rehearsals;
    private readonly FeedGate _gate = new();
    private readonly FeedPresence _presence = new();
    private readonly ReleaseReverts _reverts;

    /// <summary>Endpoints over these stores, not mapped yet.</summary>
    public ControlEndpoints(ControlOptions options, ControlStores stores, ILogger logger)
    {
        _options = options;
        _stores = stores;
        _logger = logger;
        _time = options.Time;
        _publisher = new ReleasePublisher(stores.Secrets, stores.Signing.Signer, options.BotFeatures);
        _zones = new ZoneStore(stores.Database, _publisher, stores.Signal, _time);
        _audit = new AuditLog(stores.Database);
        _operators = new OperatorStore(stores.Database, _time);
        _sessions = new SessionStore(stores.Database, _time);
        _strangers = new FailureCounter(Authentication.LongestPause, _time);
        _rehearsals = new RehearsalDesk(stores.Signal, _time);
        _reverts = new ReleaseReverts(_publisher, _zones, _time);
        Rollouts = new RolloutDriver(
            new RolloutStore(stores.Database, _reverts, _time),
            new ZoneFailureStore(stores.Database, _reverts, stores.Signal, _time),
            _presence,
            _gate,
            stores.Signal,
            _time,
            logger
        );
    }

    /// <summary>Leads releases through the fleet.</summary>
    public RolloutDriver Rollouts { get; }

    /// <summary>Maps them all.</summary>
    /// <param name="application">What they are mapped on.</param>
    /// <param name="nodeUrl">Where control listens for nodes of other machines, once it does.</param>
    public void Map(WebApplication application, Func<Uri?> nodeUrl)
    {
        UseWhatEveryCallPasses(application);
        application.MapGet("/healthz", context => context.Response.WriteAsync("ok\n", context.RequestAborted));
        MapPeople(application);
        MapZones(application);
        MapRules(application);
        MapReleases(application);
        MapNodes(application, nodeUrl);
        new ReferenceEndpoints().Map(application);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Rollouts.Dispose();
        _passwordGate.Dispose();
    }

    private void UseWhatEveryCallPasses(WebApplication application)
    {
        var refusals = new RefusalAudit(_audit, _time);
        var idempotent = new IdempotentRequests(new IdempotencyStore(_stores.Database, _time));
        var authentication = new Authentication(
            [new SessionScheme(_sessions), new ApiKeyScheme(_operators), new TokenAuthentication(_stores.Tokens.Table, _stores.Use, _time)],
            new FailureCounter(Authentication.LongestPause, _time),
            new RequestAllowance(_options.RequestsPerPeriod, _time),
            Random.Shared.NextDouble
        );
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
    }

    // Who may do what, and what was done.
    private void MapPeople(WebApplication application)
    {
        var (accounts, users) = (_stores.Accounts, _stores.Users);
        var passwords = new PasswordCheck(_passwordGate, _time);
        var requests = new OperatorRequests(_operators, passwords);
        new TokenEndpoints(TokenOperations.OfUser, _stores.Tokens, _stores.Use, accounts, users, _time).Map(application);
        new TokenEndpoints(TokenOperations.OfAccount, _stores.Tokens, _stores.Use, accounts, users, _time).Map(application);
        new UserEndpoints(users).Map(application);
        new MembershipEndpoints(users, accounts).Map(application);
        new AccountEndpoints(accounts).Map(application);
        new SessionEndpoints(new SignIn(_operators, _sessions, passwords, _stores.Secrets, _time), _sessions).Map(application);
        new OperatorEndpoints(_operators, requests, passwords, _time).Map(application);
        new CredentialEndpoints(requests, passwords, _stores.Secrets, _time).Map(application);
        new AuditEndpoints(_audit, _stores.Keys.AuditHeadFile, accounts).Map(application);
    }

    private void MapZones(WebApplication application)
    {
        var certificates = new CertificateStore(_stores.Database, _publisher, _stores.Signal, _time);
        new AddressEndpoints(_options.PublicAddresses).Map(application);
        new ZoneEndpoints(_zones, _stores.Accounts, _time).Map(application);
        new ZoneImportEndpoint(new ZoneImport(_stores.Database, _publisher, _stores.Signal, _time)).Map(application);
        new SettingEndpoints(_zones, _time).Map(application);
        new RecordEndpoints(new RecordStore(_stores.Database, _zones, _stores.Signal, _time), _time).Map(application);
        new CertificateEndpoints(_zones, certificates, _stores.Secrets, _time).Map(application);
        new PurgeEndpoints(_zones, _stores.Purges, _time).Map(application);
    }

    private void MapRules(WebApplication application)
    {
        var zoneRulesets = new ZoneRulesetScope(new RulesetStore(_stores.Database, _zones, _publisher, _stores.Signal));
        var accountStore = new AccountRulesetStore(_stores.Database, _publisher, _stores.Signal);
        var accountRulesets = new AccountRulesetScope(accountStore, _stores.Accounts);
        new RulesetEndpoints(zoneRulesets, _rehearsals, _time).Map(application);
        new RulesetEndpoints(accountRulesets, _rehearsals, _time).Map(application);
        AccessRuleEndpoints.OfZones(_zones, _time).Map(application);
        foreach (var rules in AccessRuleEndpoints.ForAllZones(accountStore, _stores.Accounts.Account, _time))
        {
            rules.Map(application);
        }

        new LockdownEndpoints(_zones, _time).Map(application);
        new UserAgentRuleEndpoints(_zones).Map(application);
        var lists = new ListStore(_stores.Database, _publisher, _stores.Signal, _time);
        var items = new ListItemStore(_stores.Database, _publisher, _stores.Signal, _time);
        new ListEndpoints(lists, _stores.Accounts).Map(application);
        new ListItemEndpoints(lists, items, _stores.Accounts).Map(application);
        new BotFeatureEndpoints(new BotFeatureStore(_stores.Database, _publisher, _stores.Signal), _options.BotFeatures).Map(application);
        new SecurityEventEndpoints(_stores.Events, _zones).Map(application);
        new RuleCounterEndpoint(_stores.Events, zoneRulesets, SecurityEventOperations.Counters, context => ZoneRequests.Id(context)).Map(
            application
        );
        new RuleCounterEndpoint(
            _stores.Events,
            accountRulesets,
            SecurityEventOperations.AccountCounters,
            _ => RuleCounterEndpoint.AccountScope
        ).Map(application);
    }

    private void MapReleases(WebApplication application)
    {
        var history = new ReleaseHistory(_stores.Database);
        var actions = new ReleaseActions(_stores.Database, _reverts, _stores.Signal, _time);
        var retirement = new SigningKeyRetirement(
            _stores.Database,
            _stores.Keys,
            _stores.Signing.Signer,
            _stores.Purges,
            _stores.AuditHeads,
            _options.AtWriteStep
        );
        new ReleaseEndpoints(history, _time).Map(application);
        new ReleasePlanEndpoint(history, new ReleaseLog(_stores.Database), _rehearsals).Map(application);
        new ReleaseActionEndpoints(history, Rollouts, actions, _time).Map(application);
        new KillSwitchEndpoints(new KillSwitchStore(_stores.Database, _publisher, _stores.Signal)).Map(application);
        new SigningKeyEndpoints(_stores.Signing, retirement, _stores.Keys, _stores.Signal).Map(application);
    }

    // Control's ends of the channels to the edges, and how an edge comes to have one.
    private void MapNodes(WebApplication application, Func<Uri?> nodeUrl)
    {
        var edges = new EdgeAuthentication(_stores.FeedSecret, _stores.Joined, _strangers, _time, _logger);
        var joinTokens = new JoinTokenStore(_stores.Database, _time);
        new NodeEndpoints(_stores.Nodes, _stores.Joined, _time).Map(application);
        new JoinTokenEndpoints(joinTokens, _stores.Authority, nodeUrl, _time).Map(application);
        if (_stores.Authority is { } authority)
        {
            new JoinEndpoint(authority, joinTokens, _stores.Nodes, _stores.Joined, _stores.Keys, _strangers, _logger).Map(application);
        }

        new FeedEndpoint(
            edges,
            new ReleaseLog(_stores.Database),
            _stores.Purges,
            _stores.Signal,
            _gate,
            _presence,
            _rehearsals,
            _time,
            application.Lifetime.ApplicationStopping,
            _logger
        ).Map(application);
        new UplinkEndpoint(edges, _stores.Nodes, _stores.Events, Rollouts, _rehearsals).Map(application);
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
}
