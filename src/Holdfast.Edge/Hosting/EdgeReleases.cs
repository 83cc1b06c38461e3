using Holdfast.Artifacts;
using Holdfast.Edge.Bots;
using Holdfast.Edge.BreakGlass;
using Holdfast.Edge.Guard;
using Holdfast.Edge.Guard.Faults;
using Holdfast.Edge.KillSwitches;
using Holdfast.Edge.Listening.Certificates;
using Holdfast.Edge.Lists;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Phases.RateLimiting;
using Holdfast.Edge.Rehearsing;
using Holdfast.Edge.Releases;
using Holdfast.Edge.Releases.Tasting;
using Holdfast.Edge.Reporting;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Counting;
using Holdfast.Edge.Rules.Executing;
using Holdfast.Edge.Zones;
using Holdfast.Model.Releases;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Keys;
using Holdfast.Releases.Purging;
using Holdfast.Releases.Signing;
using Holdfast.Releases.Store;
using Holdfast.Releases.Uplink;
using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Hosting;

/// <summary>
/// Everything of an edge that comes by releases: the store on its disk, how releases are taken in, tried and taken back, and what they
/// become: zones, certificates, lists, kill switches.
/// </summary>
internal sealed class EdgeReleases : IAsyncDisposable
{
    private readonly BotVerifier _crawlers;
    private readonly Rehearser? _rehearser;

    /// <summary>Reads what lies on the disk, and serves by it from then on.</summary>
    /// <param name="options">The edge's options.</param>
    /// <param name="without">Protections that a drill goes without.</param>
    /// <param name="home">Where the edge keeps what is its own.</param>
    /// <param name="feed">Where releases come from.</param>
    /// <param name="guard">What guards the modules.</param>
    /// <param name="targets">The connections to origins.</param>
    /// <param name="purges">What purges are put into effect on.</param>
    public EdgeReleases(
        EdgeOptions options,
        Protections without,
        EdgeHome home,
        IReleaseFeed feed,
        EdgeGuard guard,
        OriginTargets targets,
        PurgeConsumer purges
    )
    {
        var time = options.Time;
        Keys = new VerificationKeys(home.Keys.TrustedDirectory, time);
        Live = new LiveReleases(options.Loggers.CreateLogger<LiveReleases>(), time);
        var verifier = new ReleaseVerifier(Keys);
        Store = new ReleaseStore(home.Of("releases"), verifier);
        Uplink = new UplinkRing(options.Name, home.Of("uplink"), time);
        Events = options.Control is null
            ? null
            : new SecurityEventUplink(options.Name, home.Of("events"), RuleCounts, options.Events, time);
        RateLimits = new RateLimitPhase(new RateLimitState(time));
        Desk = new BreakGlassDesk(home.Own, Store, Kills, Uplink, options.Loggers.CreateLogger<BreakGlassDesk>())
        {
            IsBypassed = options.Bypass,
        };

        // What releases become
        var lists = new ListTable();
        var bots = new BotFeatureTable();
        _crawlers = new BotVerifier(options.ReverseDns, time);
        var rules = new RuleContext(options.Place, RuleCounts, RateLimits)
        {
            PlannedFrom = options.RulesPlannedFrom,
            Crawlers = new BotDirectory(_crawlers, CrawlerCatalogue.DefaultPath, options.Loggers.CreateLogger<BotDirectory>()),
            Lists = lists,
            Bots = bots,
            Events = Events?.Events,
        };
        Account = rules.Account;
        var faults = options.FaultInjection ? new LoaderFaults() : null;
        var reader = new ZoneReader(Store, new ZoneCompiler(targets, rules, guard, Kills, faults), Kills, Desk, Live);
        Zones = new ZoneDirectory(reader, options.ZoneMemory, ZoneReader.Dropped, time);
        var trials = new ZoneTrials();
        Kills.Changed = zone =>
        {
            guard.Killed = Kills.Set.ModulesEverywhere;
            Zones.Refresh(zone);
            trials.Refresh(zone);
        };
        rules.Account.Changed = () =>
        {
            Zones.Refresh(null);
            trials.Refresh(null);
        };
        var authority = LocalAuthority.Open(home.Data, time, options.Loggers.CreateLogger<LocalAuthority>());
        var certificateReader = new CertificateReader(Store, home.Secrets, Desk, Live);
        Certificates = new CertificateStore(authority, new ZonePolicies(Zones).OfAsync, certificateReader, time);
        var listCompiler = new ListCompiler(home.Of("lists"));
        listCompiler.Clear();

        // How they are taken in
        Purges = new PurgeIntake(home.Of("purges"), purges, new PurgeVerifier(Keys), Uplink, Live);
        Taster =
            options.Taster is { } taster && !without.HasFlag(Protections.Taster)
                ? new ReleaseTaster(taster, time, options.Loggers.CreateLogger<ReleaseTaster>())
                : null;
        Intake = new ReleaseIntake(
            new ReleaseIntakeOptions
            {
                Feed = feed,
                Store = Store,
                Verifier = verifier,
                Checks = ArtifactKinds.All(home.Secrets, options.BotFeatures),
                Consumers =
                [
                    new ZoneConsumer(Zones, reader, Store, Kills, trials),
                    new CertificateConsumer(Certificates, certificateReader),
                    new ListConsumer(lists, listCompiler, Store),
                    new BotFeatureConsumer(bots, new BotFeatureLoader(options.BotFeatures, guard.Faults), guard, Store),
                    new AccountRulesetConsumer(rules, Store, Kills, guard),
                    new AnnouncedKeys(Keys, home.Keys.TrustedDirectory, Live),
                    new KillSwitchConsumer(Kills),
                ],
                Purges = Purges,
                Taster = Taster,
                Rollout = options.Rollout,
                CrashesPath = home.Of("starts"),
                RefusalsPath = home.Of("refused"),
                ForgetsRefusals = without.HasFlag(Protections.Refusals),
                KeepsUntried = without.HasFlag(Protections.LastKnownGood),
                AtLoaderFault = guard.IsOff ? EndOfLoaderFault : null,
                Build = ReleaseTaster.Build,
                Uplink = Uplink,
                Rehearse = order => _rehearser?.Take(order),
                Pins = Desk,
                Opened = Desk.Open,
                Observer = Live,
                Time = time,
            }
        );
        Sampler = SamplerOf(options, home.Of("samples"));
        _rehearser =
            Sampler is not null && options.Taster is { } rehearsing
                ? new Rehearser(rehearsing, Sampler.Ring, Store, Intake, Desk, Uplink, time, options.Loggers.CreateLogger<Rehearser>())
                : null;
        reader.Damaged = certificateReader.Damaged = Intake.ReportDamage;
        reader.IsOut = certificateReader.IsOut = Desk.IsOut = Intake.IsOut;
        Desk.WhyNoWayBack = Intake.WhyNoWayBack;
        ServesFromDisk = Intake.Boot().Live > 0;
        Desk.Attach(Intake);
    }

    /// <summary>The keys that releases are verified with.</summary>
    public VerificationKeys Keys { get; }

    /// <summary>What releases lie on the disk.</summary>
    public ReleaseStore Store { get; }

    /// <summary>What was done with releases.</summary>
    public LiveReleases Live { get; }

    /// <summary>Whether something on the disk served from the start.</summary>
    public bool ServesFromDisk { get; }

    /// <summary>How the feed is followed.</summary>
    public ReleaseIntake Intake { get; }

    /// <summary>How purges are put into effect.</summary>
    public PurgeIntake Purges { get; }

    /// <summary>Where releases are tried first, or null.</summary>
    public ReleaseTaster? Taster { get; }

    /// <summary>Takes samples of requests for rehearsals, or null.</summary>
    public RequestSampler? Sampler { get; }

    /// <summary>What waits to go up.</summary>
    public UplinkRing Uplink { get; }

    /// <summary>Security events, or null where nobody takes them.</summary>
    public SecurityEventUplink? Events { get; }

    /// <summary>Orders of this machine's people.</summary>
    public BreakGlassDesk Desk { get; }

    /// <summary>The kill switches.</summary>
    public KillSwitchBoard Kills { get; } = new();

    /// <summary>How often rules have acted.</summary>
    public RuleCounts RuleCounts { get; } = new();

    /// <summary>What counts for rate limits.</summary>
    public RateLimitPhase RateLimits { get; }

    /// <summary>The account's rulesets.</summary>
    public AccountRulesetTable Account { get; }

    /// <summary>The zones.</summary>
    public ZoneDirectory Zones { get; }

    /// <summary>The zones' certificates.</summary>
    public CertificateStore Certificates { get; }

    /// <summary>Follows the feed, and does what waits, until it is told to stop.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(
            Intake.RunAsync(cancellationToken),
            Desk.DoWaitingAsync(cancellationToken),
            Taster?.RunAsync(cancellationToken) ?? Task.CompletedTask,
            _rehearser?.RunAsync(cancellationToken) ?? Task.CompletedTask
        );

    /// <summary>Gives up what lies on the disk, so that a successor can have it. What is in memory serves on.</summary>
    public void HandOver()
    {
        Events?.HandOver();
        Uplink.HandOver();
        Purges.Dispose();
        Store.HandOver();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Sampler is not null)
        {
            await Sampler.DisposeAsync().ConfigureAwait(false);
            Sampler.Ring.Dispose();
        }

        await _crawlers.DisposeAsync().ConfigureAwait(false);
        Uplink.Dispose();
        Events?.Dispose();
        Purges.Dispose();
        Store.Dispose();
        Keys.Dispose();
    }

    // Without the guard, in a drill: as a program without one.
    private static void EndOfLoaderFault(Exception fault) => Environment.FailFast($"a loader failed: {fault.Message}", fault);

    private static RequestSampler? SamplerOf(EdgeOptions options, string directory)
    {
        if (options.Samples is { } samples)
        {
            return new RequestSampler(new SampleRing(directory, samples), samples);
        }

        SampleRing.Delete(directory);
        return null;
    }
}
