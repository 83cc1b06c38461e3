using System.Diagnostics;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Purging;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Tests.Soak;

/// <summary>
/// An edge whose clock stands still between requests, an origin that plays random answers, and rounds of visits that the model judges. A
/// round follows from its seed alone.
/// </summary>
internal sealed class SoakRun : IAsyncDisposable
{
    private const int Steps = 150;

    // Each answer that leaves open what is stored can double what may be: beyond this a target is purged, and both begin anew with it.
    private const int MostPossibilities = 16;

    // Of the machine's clock. A round takes a second or two; one that takes this long would hold up all the others.
    private static readonly TimeSpan LongestRound = TimeSpan.FromMinutes(1);

    // One that takes its visitors' wishes, and one that does not.
    private const string Respecting = "respect.test";

    private static readonly int[] Pauses = [0, 0, 0, 0, 0, 0, 1, 1, 2, 5, 10, 30, 61, 300, 4000];

    private readonly SteppedTime _time = new();
    private readonly ScriptedOrigin _origin;
    private volatile IReadOnlyDictionary<string, SoakLane> _lanes = new Dictionary<string, SoakLane>();
    private EdgeUnderTest _edge = null!;

    private SoakRun() => _origin = new ScriptedOrigin(PlayAsync);

    /// <summary>Requests made so far.</summary>
    public long Requests { get; private set; }

    public static async Task<SoakRun> StartAsync()
    {
        var run = new SoakRun();
        var settings = new ZoneSettings { CacheProfile = CacheProfile.Standard, Compression = false };
        run._edge = await EdgeUnderTest.InFrontOfAsync(run._origin.Url, settings, options => options with { Time = run._time });
        await run._edge.PutZoneAsync(Respecting, run._origin.Url, settings with { RespectRequestCacheControl = true });

        // An edge that hears of a purge log for the first time may have missed what is in it, and purges everything: before there is anything.
        await run._edge.PurgeAsync(EdgeUnderTest.IdOf("*"), PurgeKind.Everything);
        return run;
    }

    /// <summary>Plays the round of a seed.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="tellsAll">Whether a failure comes with all that went before it, and not only with what touched the same target.</param>
    /// <param name="stopping">Ends the round before its next step.</param>
    /// <exception cref="SoakException">An answer was not allowed, or the round took too long.</exception>
    public async Task PlayAsync(int seed, bool tellsAll, CancellationToken stopping)
    {
        var watch = Stopwatch.StartNew();
        var random = new Random(seed);
        var respects = random.Next(4) == 0;
        var alone = random.Next(2) == 0;
        var zone = respects ? Respecting : "*";
        var lanes = Enumerable
            .Range(0, alone ? 1 : 4)
            .Select(n => new SoakLane(
                random.Next(),
                $"l{n}.s{seed}.{(respects ? Respecting : "plain.test")}",
                respects,
                alone,
                tellsAll,
                _time
            ))
            .ToList();
        _lanes = lanes.ToDictionary(l => l.Host);
        try
        {
            for (var step = 0; step < Steps && !stopping.IsCancellationRequested; step++)
            {
                if (watch.Elapsed > LongestRound)
                {
                    throw new SoakException($"the round took longer than {LongestRound}, and was at step {step} of {Steps}");
                }

                await Task.WhenAll(lanes.Select(l => l.StepAsync(_edge.Http, () => _edge.WorksBehindVisitors)));
                await EdgeUnderTest.UntilAsync(() => !_edge.WorksBehindVisitors);
                Requests += lanes.Count;
                _time.Advance(Pauses[random.Next(Pauses.Length)]);
                if (random.Next(50) == 0)
                {
                    await PurgeAsync(EdgeUnderTest.IdOf(zone), lanes, random);
                }

                foreach (var (lane, key) in lanes.SelectMany(l => l.Model.KeysBeyond(MostPossibilities).Select(k => (l, k))).ToList())
                {
                    await PurgeAsync(EdgeUnderTest.IdOf(zone), [lane], PurgeKind.Url, key, e => e.Key == key);
                }
            }
        }
        finally
        {
            lanes.ForEach(l => l.Dispose());
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _edge.DisposeAsync();
        await _origin.DisposeAsync();
    }

    private async Task PurgeAsync(string zone, List<SoakLane> lanes, Random random)
    {
        var lane = lanes[random.Next(lanes.Count)];
        var key = lane.Host + lane.AnyTarget();
        var (kind, value, takes) = random.Next(5) switch
        {
            0 => (PurgeKind.Url, key, (Func<ModelEntry, bool>)(e => e.Key == key)),
            1 => (PurgeKind.Prefix, $"{lane.Host}/b", e => e.Key.StartsWith($"{lane.Host}/b", StringComparison.Ordinal)),
            2 => (PurgeKind.Host, lane.Host, e => e.Key.StartsWith(lane.Host + "/", StringComparison.Ordinal)),
            3 => (PurgeKind.Tag, "t1", HasTag),
            _ => (PurgeKind.Everything, null, _ => true),
        };
        await PurgeAsync(zone, lanes, kind, value, takes);
    }

    private async Task PurgeAsync(string zone, List<SoakLane> lanes, PurgeKind kind, string? value, Func<ModelEntry, bool> takes)
    {
        await _edge.PurgeAsync(zone, kind, value is null ? [] : [value]);
        foreach (var each in lanes)
        {
            each.Model.Purge(takes);
            each.Purged($"{kind} {value}");
        }
    }

    private static bool HasTag(ModelEntry entry) =>
        entry.Response.Fields.Any(f =>
            f.Name == "Cache-Tag" && f.Value.Split(',').Any(t => t.Trim().Equals("t1", StringComparison.OrdinalIgnoreCase))
        );

    private async Task PlayAsync(Conversation edge)
    {
        while (await edge.ReadHeadAsync() is { } head)
        {
            var host = SoakText.FieldsOf(head).First(f => f.Item1.Equals("Host", StringComparison.OrdinalIgnoreCase)).Item2;
            await _lanes[host].AnswerAsync(head, edge);
        }
    }
}
