using System.Collections.Concurrent;
using System.Net;
using Holdfast.Edge.Hosting;
using Holdfast.Edge.Tests.Cache;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Zones;
using Holdfast.Releases.Keys;

namespace Holdfast.Edge.Tests.Tiers;

/// <summary>Edges of one installation, some of which ask others, in front of an origin that a test plays.</summary>
internal sealed class TieredSite : IAsyncDisposable
{
    private static readonly IPNetwork Loopback = IPNetwork.Parse("127.0.0.0/8");

    private readonly ConcurrentQueue<string> _seen = new();
    private readonly ScriptedOrigin _origin;
    private readonly List<EdgeUnderTest> _edges = [];
    private string? _secret;

    public TieredSite(Func<string, Conversation, Task> answer) =>
        _origin = new ScriptedOrigin(async c =>
        {
            while (await c.ReadHeadAsync() is { } head)
            {
                _seen.Enqueue(head);
                await answer(head, c);
            }
        });

    public ShiftedTime Time { get; } = new();

    /// <summary>The heads that the origin has seen.</summary>
    public IReadOnlyList<string> Seen => [.. _seen];

    public string OriginUrl => _origin.Url;

    /// <summary>A site whose origin plays these answers, one a request.</summary>
    public static TieredSite Answering(params string[] answers)
    {
        var next = -1;
        return new TieredSite((_, c) => c.SendAsync(answers[Interlocked.Increment(ref next)]));
    }

    /// <summary>Starts an edge that asks these first.</summary>
    public async Task<EdgeUnderTest> EdgeAsync(
        string[]? uppers = null,
        ZoneSettings? settings = null,
        string? origin = null,
        Func<EdgeOptions, EdgeOptions>? change = null
    )
    {
        var data = Directory.CreateTempSubdirectory("holdfast-tier-").FullName;
        var keys = new KeyDirectory(data);
        if (_secret is not null)
        {
            Directory.CreateDirectory(keys.Root);
            File.Copy(_secret, keys.SecretKeyFile);
        }

        var edge = await EdgeUnderTest.StartAsync(
            options =>
                (change?.Invoke(options) ?? options) with
                {
                    Time = Time,
                    TrustedUpstreams = [Loopback],
                    Uppers = [.. (uppers ?? []).Select(url => Holdfast.Model.Zones.OriginUrl.Parse(url))],
                },
            data
        );
        _secret ??= keys.SecretKeyFile;
        _edges.Add(edge);
        await edge.PutZoneAsync("*", origin ?? _origin.Url, settings ?? new ZoneSettings { CacheProfile = CacheProfile.Standard });
        return edge;
    }

    /// <summary>The edge's URL.</summary>
    public static string UrlOf(EdgeUnderTest edge) => $"http://{edge.Http}";

    /// <summary>Asks an edge for something, on a connection of its own.</summary>
    public static async Task<Reply> AskAsync(EdgeUnderTest edge, string line, params string[] fields)
    {
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        await visitor.SendAsync($"{line} HTTP/1.1\r\nHost: example.com\r\n{string.Concat(fields.Select(f => f + "\r\n"))}\r\n");
        return await CachedSite.ReadAsync(visitor, line.StartsWith("HEAD", StringComparison.Ordinal));
    }

    /// <summary>Ends the origin and its connections.</summary>
    public async Task StopOriginAsync() => await _origin.DisposeAsync();

    /// <summary>Ends an edge.</summary>
    public async Task StopAsync(EdgeUnderTest edge)
    {
        _edges.Remove(edge);
        await edge.DisposeAsync();
        Directory.Delete(edge.Data, recursive: true);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var edge in _edges.AsEnumerable().Reverse().ToArray())
        {
            await StopAsync(edge);
        }

        await _origin.DisposeAsync();
    }
}
