using System.Net;
using System.Threading.Channels;
using Holdfast.Artifacts.Bots;
using Holdfast.Artifacts.Certificates;
using Holdfast.Artifacts.KillSwitches;
using Holdfast.Artifacts.Lists;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Artifacts.Zones;
using Holdfast.Edge.Hosting;
using Holdfast.Edge.Listening.Certificates;
using Holdfast.Edge.Reporting;
using Holdfast.Edge.Zones;
using Holdfast.Model.Bots;
using Holdfast.Model.KillSwitches;
using Holdfast.Model.Lists;
using Holdfast.Model.Purging;
using Holdfast.Model.Releases;
using Holdfast.Model.Releases.Rehearsals;
using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;
using Holdfast.Releases.Keys;
using Holdfast.Releases.Purging;
using Holdfast.Releases.Rehearsals;
using Holdfast.Releases.Signing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Edge.Tests.Harness;

/// <summary>A whole edge in the test's process, on free ports and a directory of its own, fed with releases by the test.</summary>
internal sealed class EdgeUnderTest : IAsyncDisposable
{
    private readonly TestFeed _feed;
    private EdgeHost _host = null!;
    private long _generation;

    private EdgeUnderTest(string data)
    {
        Data = data;
        var keys = new KeyDirectory(data);
        keys.EnsureAll();
        _feed = new TestFeed(SigningKey.LoadOrCreate(keys.SigningKeyFile));
    }

    /// <summary>The data directory.</summary>
    public string Data { get; }

    /// <summary>The plain listener.</summary>
    public IPEndPoint Http { get; private set; } = null!;

    /// <summary>The TLS listener.</summary>
    public IPEndPoint Https { get; private set; } = null!;

    /// <summary>The management listener.</summary>
    public Uri Management { get; private set; } = null!;

    /// <summary>Visitors' connections open now.</summary>
    public long OpenConnections => _host.Counters.OpenConnections;

    /// <summary>Whether it has been told to stop.</summary>
    public bool IsStopping => _host.IsStopping;

    /// <summary>Deadlines that are watched now, of visitors' connections and of origins'.</summary>
    public int WatchedDeadlines => _host.Origins.Sweep.Count;

    /// <summary>Looks at every deadline now, as the timer does four times a second.</summary>
    public void SweepDeadlines() => _host.Origins.Sweep.Sweep();

    /// <summary>Origin connections that wait for their next exchange.</summary>
    public int IdleOriginConnections => _host.Origins.IdleCount;

    /// <summary>Origins that are known.</summary>
    public int OriginTargetCount => _host.Origins.Count;

    /// <summary>What is on its way into the cache, and who waits for it.</summary>
    public Holdfast.Cache.Collapsing.FillTable Fills => _host.Responses.Fills;

    /// <summary>What the edge counts.</summary>
    public EdgeCounters Counters => _host.Counters;

    /// <summary>What guards the modules.</summary>
    public Holdfast.Edge.Guard.EdgeGuard Guard => _host.Guard;

    /// <summary>Whether the cache does something that no visitor waits for.</summary>
    public bool WorksBehindVisitors => _host.DetachedCount > 0;

    /// <summary>The zones.</summary>
    public ZoneDirectory Zones => _host.Zones;

    /// <summary>How often rules have acted.</summary>
    public Holdfast.Edge.Rules.Counting.RuleCounts RuleCounts => _host.RuleCounts;

    /// <summary>How the feed is followed.</summary>
    public Holdfast.Releases.Intake.IntakeState Intake => _host.Intake;

    /// <summary>The process that tastes releases.</summary>
    public int? TasterProcess => _host.State.TasterProcess;

    /// <summary>The generation of an artifact that is live, 0 for none.</summary>
    public long LiveGeneration(string name) => _host.State.LiveReleases(1000).FirstOrDefault(r => r.Name == name).Generation;

    /// <summary>What is on trial, held, or was reverted.</summary>
    public IEnumerable<Holdfast.Releases.Rollout.ReleaseStanding> Standings => _host.State.Standings(1000);

    /// <summary>The access log's file.</summary>
    public string LogFile => Path.Combine(Data, "logs", "edge-1.jsonl");

    /// <summary>Starts an edge.</summary>
    public static async Task<EdgeUnderTest> StartAsync(Func<EdgeOptions, EdgeOptions>? change = null, string? data = null)
    {
        var edge = new EdgeUnderTest(data ?? Directory.CreateTempSubdirectory("holdfast-edge-").FullName);
        var options = new EdgeOptions
        {
            Name = "edge-1",
            DataDirectory = edge.Data,
            Http = [new EdgeSocket(null, new IPEndPoint(IPAddress.Loopback, 0))],
            Https = [new EdgeSocket(null, new IPEndPoint(IPAddress.Loopback, 0))],
            Management = new EdgeSocket(null, new IPEndPoint(IPAddress.Loopback, 0)),
            Feed = edge._feed,
            Rollout = null,
            Loggers = NullLoggerFactory.Instance,
        };

        // What an edge before it has left behind has lower generations.
        edge._generation = data is null ? 0 : 1000;
        edge._host = await EdgeHost.StartAsync(change is null ? options : change(options), TestContext.Current.CancellationToken);
        var addresses = edge._host.Addresses.Select(a => new Uri(a)).ToArray();
        edge.Http = new IPEndPoint(IPAddress.Loopback, addresses[0].Port);
        edge.Https = new IPEndPoint(IPAddress.Loopback, addresses[1].Port);
        edge.Management = new Uri(edge._host.ManagementAddress);
        return edge;
    }

    /// <summary>An edge whose catch-all zone has this origin.</summary>
    public static async Task<EdgeUnderTest> InFrontOfAsync(
        string origin,
        ZoneSettings? settings = null,
        Func<EdgeOptions, EdgeOptions>? change = null
    )
    {
        var edge = await StartAsync(change);
        await edge.PutZoneAsync("*", origin, settings);
        return edge;
    }

    /// <summary>Publishes a zone and waits until it is live.</summary>
    public async Task<string> PutZoneAsync(
        string name,
        string? origin,
        ZoneSettings? settings = null,
        Func<ZoneConfig, ZoneConfig>? change = null,
        RecordOrigin[]? records = null
    )
    {
        Func<ZoneConfig, ZoneConfig>? whole = records is null
            ? change
            : config => (change?.Invoke(config) ?? config) with { Records = [.. records] };
        var id = IdOf(name);
        var generation = Publish(id, name, origin, settings, whole);
        await UntilAsync(() => _host.State.LiveReleases(1000).Any(r => r.Name == id && r.Generation == generation));
        return id;
    }

    /// <summary>The id of the zone that <see cref="PutZoneAsync"/> makes.</summary>
    public static string IdOf(string name) =>
        Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(System.Text.Encoding.UTF8.GetBytes(name)));

    /// <summary>Publishes a zone.</summary>
    /// <returns>Its generation.</returns>
    public long Publish(string id, string name, string? origin, ZoneSettings? settings = null, Func<ZoneConfig, ZoneConfig>? change = null)
    {
        var config = new ZoneConfig
        {
            Id = id,
            Name = name,
            Origin = origin is null ? null : OriginUrl.Parse(origin),
            Settings = settings ?? new ZoneSettings(),
        };
        var generation = ++_generation;
        _feed.Publish(ArtifactKind.Zone, id, generation, ZoneArtifact.Write(change is null ? config : change(config)));
        return generation;
    }

    /// <summary>Publishes a list, its items in any order, and waits until it is live.</summary>
    public async Task PutListAsync(string name, ListKind kind, params IEnumerable<string> items)
    {
        var generation = PublishList(name, kind, items);
        await UntilAsync(() => _host.State.LiveReleases(1000).Any(r => r.Name == IdOf(name) && r.Generation == generation));
    }

    /// <summary>Publishes a list, its items in any order.</summary>
    /// <returns>Its generation.</returns>
    public long PublishList(string name, ListKind kind, params IEnumerable<string> items)
    {
        var list = new ListConfig
        {
            Id = IdOf(name),
            Name = name,
            Kind = kind,
            Items = [.. items.Order(StringComparer.Ordinal)],
        };
        var generation = ++_generation;
        _feed.Publish(ArtifactKind.List, list.Id, generation, ListArtifact.Write(list));
        return generation;
    }

    /// <summary>Publishes any bytes as a list, which the edge will not take.</summary>
    public void PublishBadList(string name, byte[] payload) => _feed.Publish(ArtifactKind.List, IdOf(name), ++_generation, payload);

    /// <summary>Publishes a list's removal and waits until it is gone.</summary>
    public async Task RemoveListAsync(string name)
    {
        _feed.Remove(ArtifactKind.List, IdOf(name), ++_generation);
        await UntilAsync(() => _host.State.LiveReleases(1000).All(r => r.Name != IdOf(name)));
    }

    /// <summary>Publishes a bot feature file and waits until it is live.</summary>
    public async Task PutBotFeaturesAsync(BotFeaturesConfig file)
    {
        var generation = PublishBotFeatures(BotFeatureArtifact.Write(file));
        await UntilAsync(() => LiveGeneration(BotFeaturesConfig.Name) == generation);
    }

    /// <summary>Publishes any bytes as a bot feature file.</summary>
    /// <returns>Its generation.</returns>
    public long PublishBotFeatures(byte[] payload)
    {
        _feed.Publish(ArtifactKind.BotFeatures, BotFeaturesConfig.Name, ++_generation, payload);
        return _generation;
    }

    /// <summary>Publishes the removal of the bot feature file and waits until it is gone.</summary>
    public async Task RemoveBotFeaturesAsync()
    {
        _feed.Remove(ArtifactKind.BotFeatures, BotFeaturesConfig.Name, ++_generation);
        await UntilAsync(() => LiveGeneration(BotFeaturesConfig.Name) == 0);
    }

    /// <summary>Publishes a ruleset of the account, and waits until it is live.</summary>
    public async Task PutAccountRulesetAsync(RulesetConfig ruleset)
    {
        var generation = PublishAccountRuleset(ruleset);
        await UntilAsync(() => LiveGeneration(ruleset.Id) == generation);
    }

    /// <summary>Publishes a ruleset of the account.</summary>
    /// <returns>Its generation.</returns>
    public long PublishAccountRuleset(RulesetConfig ruleset)
    {
        _feed.Publish(ArtifactKind.AccountRuleset, ruleset.Id, ++_generation, AccountRulesetArtifact.Write(ruleset));
        return _generation;
    }

    /// <summary>Publishes a ruleset of the account that the edge will not take, and waits until it has said so.</summary>
    public async Task PutBadAccountRulesetAsync(RulesetConfig ruleset)
    {
        var before = Intake.Refused;
        _feed.Publish(ArtifactKind.AccountRuleset, ruleset.Id, ++_generation, AccountRulesetArtifact.Write(ruleset));
        await UntilAsync(() => Intake.Refused > before);
    }

    /// <summary>Publishes the removal of a ruleset of the account, and waits until it is gone.</summary>
    public async Task RemoveAccountRulesetAsync(string id)
    {
        _feed.Remove(ArtifactKind.AccountRuleset, id, ++_generation);
        await UntilAsync(() => LiveGeneration(id) == 0);
    }

    /// <summary>The zones' certificates.</summary>
    public CertificateStore Certificates => _host.Certificates;

    /// <summary>Publishes a custom certificate and waits until it is live.</summary>
    /// <param name="id">Its id: the subject of the certificate, and an artifact's id by way of <see cref="IdOf"/>.</param>
    /// <param name="zone">The name of its zone.</param>
    /// <param name="hosts">Its hosts.</param>
    public async Task PutCertificateAsync(string id, string zone, params string[] hosts)
    {
        using var secrets = SecretBox.Load(new KeyDirectory(Data).SecretKeyFile);
        var (config, key) = Listening.TestCertificates.Make(id, IdOf(zone), rsa: false, hosts: hosts);
        var expires = new DateTimeOffset(config.ExpiresAt.UtcTicks - (config.ExpiresAt.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
        var artifact = config with
        {
            Id = IdOf(id),
            EncryptedKey = CertificateArtifact.SealKey(secrets, IdOf(id), key),
            ExpiresAt = expires,
        };
        var generation = ++_generation;
        _feed.Publish(ArtifactKind.Certificate, artifact.Id, generation, CertificateArtifact.Write(artifact));
        await UntilAsync(() => _host.State.LiveReleases(1000).Any(r => r.Name == artifact.Id && r.Generation == generation));
    }

    /// <summary>Publishes a certificate's removal and waits until it is gone.</summary>
    public async Task RemoveCertificateAsync(string id)
    {
        _feed.Remove(ArtifactKind.Certificate, IdOf(id), ++_generation);
        await UntilAsync(() => _host.State.LiveReleases(1000).All(r => r.Name != IdOf(id)));
    }

    /// <summary>Sets a kill switch and waits until it is in force.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> KillAsync(KillSubject subject, string target, string? zone)
    {
        var kill = new KillSwitchConfig
        {
            Id = IdOf($"{subject} {target} {zone}"),
            Subject = subject,
            Target = target,
            ZoneId = zone is null ? null : IdOf(zone),
            Reason = "a test",
        };
        _feed.Publish(ArtifactKind.KillSwitch, kill.Id, ++_generation, KillSwitchArtifact.Write(kill));
        await UntilAsync(() => _host.KillSwitches.All.Any(known => known.Id == kill.Id));
        return kill.Id;
    }

    /// <summary>Takes a kill switch back.</summary>
    public async Task UnkillAsync(string id)
    {
        _feed.Remove(ArtifactKind.KillSwitch, id, ++_generation);
        await UntilAsync(() => _host.KillSwitches.All.All(known => known.Id != id));
    }

    /// <summary>The purge log that the test is.</summary>
    public const string PurgeLog = "11111111111111111111111111111111";

    /// <summary>Purges, and waits until it is in effect and on the disk.</summary>
    public async Task PurgeAsync(string zone, PurgeKind kind, params string[] values)
    {
        var sequence = _feed.Purge(zone, kind, values);
        await UntilAsync(() => _host.State.Purged.Sequence == sequence);
        var journal = Path.Combine(Data, "edges", "edge-1", "purges");
        await UntilAsync(() => File.Exists(journal) && File.ReadAllText(journal).Contains($"\"sequence\":{sequence},"));
    }

    /// <summary>Waits until so many requests were sampled.</summary>
    public Task SampledAsync(int requests) => UntilAsync(() => Sampler.Taken >= requests);

    /// <summary>Takes samples of requests.</summary>
    public Holdfast.Edge.Rehearsing.RequestSampler Sampler => _host.Sampler!;

    /// <summary>Has a zone rehearsed, and waits for the report.</summary>
    public async Task<RehearsalReport> RehearseAsync(ZoneConfig proposed)
    {
        var id = Guid.NewGuid().ToString("n");
        _feed.Rehearse(new RehearsalOrder(id, ArtifactKind.Zone, proposed.Id, ZoneArtifact.FormatVersion, ZoneArtifact.Write(proposed)));
        return await ReportAsync(id);
    }

    /// <summary>Has a ruleset of the account rehearsed, and waits for the report.</summary>
    public async Task<RehearsalReport> RehearseAsync(RulesetConfig proposed)
    {
        var id = Guid.NewGuid().ToString("n");
        var payload = AccountRulesetArtifact.Write(proposed);
        _feed.Rehearse(new RehearsalOrder(id, ArtifactKind.AccountRuleset, proposed.Id, AccountRulesetArtifact.FormatVersion, payload));
        return await ReportAsync(id);
    }

    private async Task<RehearsalReport> ReportAsync(string id)
    {
        RehearsalReport? report = null;
        var deadline = Environment.TickCount64 + 120_000;
        while (report is null)
        {
            Assert.True(Environment.TickCount64 < deadline, "There was no report within two minutes.");
            await Task.Delay(20);
            report = _host
                .Uplink.Peek()
                .Where(record => record.Type == "release.rehearsed")
                .Select(record => RehearsalCodec.Decode(record.Body))
                .FirstOrDefault(known => known?.Id == id);
        }

        return report;
    }

    /// <summary>What Prometheus gets.</summary>
    public async Task<string> MetricsAsync()
    {
        using var client = new HttpClient();
        return await client.GetStringAsync(new Uri(Management, "/metrics"), TestContext.Current.CancellationToken);
    }

    /// <summary>The log's records so far, once there are at least this many.</summary>
    public async Task<IReadOnlyList<System.Text.Json.JsonElement>> LogRecordsAsync(int atLeast)
    {
        List<System.Text.Json.JsonElement> records = [];
        await UntilAsync(() =>
        {
            if (!File.Exists(LogFile))
            {
                return false;
            }

            using var file = new FileStream(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(file);
            var text = reader.ReadToEnd();

            // What is behind the last line break is being written.
            records =
            [
                .. text[..(text.LastIndexOf('\n') + 1)]
                    .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .Select(l => System.Text.Json.JsonDocument.Parse(l).RootElement),
            ];
            return records.Count >= atLeast;
        });
        return records;
    }

    /// <summary>Waits for a condition, at most two minutes.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        var deadline = Environment.TickCount64 + 120_000;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < deadline, "The condition was not met within two minutes.");

            // What is waited for needs the processors.
            await Task.Delay(2);
        }
    }

    /// <summary>Gives up the disk, and serves on.</summary>
    public Task HandOverAsync() => _host.HandOverAsync();

    /// <summary>Whether it has handed over and tells its visitors to come by another connection.</summary>
    public bool IsLeaving => _host.IsLeaving;

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    private sealed class TestFeed(SigningKey key) : IReleaseFeed
    {
        private readonly Channel<FeedMessage> _messages = Channel.CreateUnbounded<FeedMessage>();
        private long _position;
        private long _purges;

        public void Publish(ArtifactKind kind, string name, long generation, byte[] payload) =>
            _messages.Writer.TryWrite(
                new FeedMessage(++_position, new ReleaseSigner(key, TimeProvider.System).Sign(kind, name, generation, 1, payload))
            );

        public void Remove(ArtifactKind kind, string name, long generation) =>
            _messages.Writer.TryWrite(
                new FeedMessage(++_position, new ReleaseSigner(key, TimeProvider.System).SignRemoval(kind, name, generation, 1))
            );

        public void Rehearse(RehearsalOrder order) => _messages.Writer.TryWrite(new FeedMessage(_position, null) { Rehearsal = order });

        public long Purge(string zone, PurgeKind kind, string[] values)
        {
            if (_purges == 0)
            {
                _messages.Writer.TryWrite(At(0));
            }

            var purge = new Purge
            {
                Sequence = ++_purges,
                ZoneId = zone,
                Kind = kind,
                Values = [.. values],
                CreatedAt = DateTimeOffset.UnixEpoch,
            };
            _messages.Writer.TryWrite(new FeedMessage(_position, null) { Purge = new PurgeSigner(() => key).Sign(PurgeLog, purge) });
            _messages.Writer.TryWrite(At(_purges));
            return _purges;
        }

        private FeedMessage At(long sequence) => new(_position, null) { Purged = new PurgePosition(PurgeLog, sequence) };

        public IAsyncEnumerable<FeedMessage> ReadAsync(FeedPosition after, CancellationToken cancellationToken) =>
            _messages.Reader.ReadAllAsync(cancellationToken);
    }
}
