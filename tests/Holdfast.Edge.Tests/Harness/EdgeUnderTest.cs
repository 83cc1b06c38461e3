using System.Net;
using System.Threading.Channels;
using Holdfast.Artifacts.Zones;
using Holdfast.Edge.Hosting;
using Holdfast.Edge.Management;
using Holdfast.Edge.Zones;
using Holdfast.Model.Releases;
using Holdfast.Model.Zones;
using Holdfast.Releases.Keys;
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

    /// <summary>Origin connections that wait for their next exchange.</summary>
    public int IdleOriginConnections => _host.Origins.IdleCount;

    /// <summary>Origins that are known.</summary>
    public int OriginTargetCount => _host.Origins.Count;

    /// <summary>What is on its way into the cache, and who waits for it.</summary>
    public Holdfast.Cache.Collapsing.FillTable Fills => _host.Responses.Fills;

    /// <summary>The zones.</summary>
    public ZoneDirectory Zones => _host.Zones;

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
        await UntilAsync(() => ((IEdgeState)_host).LiveReleases(1000).Any(r => r.Name == id && r.Generation == generation));
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

    /// <summary>Waits for a condition, at most ten seconds.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        var deadline = Environment.TickCount64 + 10_000;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < deadline, "The condition was not met within ten seconds.");
            await Task.Yield();
            Thread.SpinWait(1000);
        }
    }

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    private sealed class TestFeed(SigningKey key) : IReleaseFeed
    {
        private readonly Channel<FeedMessage> _messages = Channel.CreateUnbounded<FeedMessage>();
        private long _position;

        public void Publish(ArtifactKind kind, string name, long generation, byte[] payload) =>
            _messages.Writer.TryWrite(
                new FeedMessage(++_position, new ReleaseSigner(key, TimeProvider.System).Sign(kind, name, generation, 1, payload))
            );

        public IAsyncEnumerable<FeedMessage> ReadAsync(long after, CancellationToken cancellationToken) =>
            _messages.Reader.ReadAllAsync(cancellationToken);
    }
}
