using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Holdfast.Drills.Fleets;

namespace Holdfast.Drills.Visitors;

/// <summary>
/// Visitors of every zone at every edge, a fixed number of requests a second. They come whether or not those before them were answered:
/// an edge that stalls gets more of them, as in life.
/// </summary>
internal sealed class SteadyVisitors : IAsyncDisposable
{
    /// <summary>How many may wait for an edge's answer; those who come while it is reached are lost.</summary>
    private const int MostWaiting = 10_000;

    /// <summary>Every second request is for one of these many pages that may be cached.</summary>
    private const int CachedPages = 50;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(5);

    private readonly Fleet fleet;
    private readonly Timeline timeline;
    private readonly int rate;
    private readonly Visitor[] visitors;
    private readonly CancellationTokenSource stopping = new();
    private readonly CancellationTokenSource leaving = new();
    private readonly ConcurrentDictionary<string, bool> away = new();
    private readonly long[] come;
    private readonly int[] waiting;
    private Task walking = Task.CompletedTask;

    /// <param name="fleet">Whom they visit.</param>
    /// <param name="timeline">What came of each request is written here.</param>
    /// <param name="rate">Requests a second, over all zones and edges.</param>
    public SteadyVisitors(Fleet fleet, Timeline timeline, int rate)
    {
        this.fleet = fleet;
        this.timeline = timeline;
        this.rate = rate;
        visitors = [.. fleet.VisitorPorts.Select(port => new Visitor(port))];
        come = new long[visitors.Length];
        waiting = new int[visitors.Length];
    }

    /// <summary>They begin to come.</summary>
    public void Start() => walking = WalkAsync();

    /// <summary>Nobody goes to this edge any more, as when its address was taken out of the DNS.</summary>
    public void Avoid(string edge) => away[edge] = true;

    /// <summary>They go to this edge again.</summary>
    public void Return(string edge) => away.TryRemove(edge, out _);

    /// <summary>How many visitors have come to an edge so far.</summary>
    public long Come(int edge) => Interlocked.Read(ref come[edge]);

    /// <summary>How many visitors wait for an edge's answer.</summary>
    public int Waiting(int edge) => Volatile.Read(ref waiting[edge]);

    /// <summary>Nobody new comes; ends when everybody has an answer or has lost patience.</summary>
    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        await walking;
        var started = Stopwatch.GetTimestamp();
        while (waiting.Any(static count => count > 0) && Stopwatch.GetElapsedTime(started) < Visitor.Patience + TimeSpan.FromSeconds(5))
        {
            await Task.Delay(Tick);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await leaving.CancelAsync();
        await walking;
        foreach (var visitor in visitors)
        {
            visitor.Dispose();
        }

        stopping.Dispose();
        leaving.Dispose();
    }

    private async Task WalkAsync()
    {
        var started = Stopwatch.GetTimestamp();
        long number = 0;
        using var timer = new PeriodicTimer(Tick);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
            {
                var due = (long)(Stopwatch.GetElapsedTime(started).TotalSeconds * rate);
                for (; number < due; number++)
                {
                    _ = VisitAsync(number);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }

    private async Task VisitAsync(long number)
    {
        var edge = (int)(number % visitors.Length);
        for (var tried = 0; tried < visitors.Length && away.ContainsKey(fleet.Edges[edge].Name); tried++)
        {
            edge = (edge + 1) % visitors.Length;
        }

        var round = number / visitors.Length;
        var zone = fleet.Zones[(int)(round % fleet.Zones.Count)].Name;
        var page = round / fleet.Zones.Count;
        var path =
            page % 2 == 0
                ? string.Create(CultureInfo.InvariantCulture, $"/cached/{page / 2 % CachedPages}.css")
                : string.Create(CultureInfo.InvariantCulture, $"/page/{number}");
        Interlocked.Increment(ref come[edge]);
        if (Interlocked.Increment(ref waiting[edge]) > MostWaiting)
        {
            Interlocked.Decrement(ref waiting[edge]);
            timeline.Lost(fleet.Edges[edge].Name, zone, "too many wait");
            return;
        }

        var asked = Stopwatch.GetTimestamp();
        var visit = await visitors[edge].AskAsync(zone, path, leaving.Token);
        Interlocked.Decrement(ref waiting[edge]);
        if (visit.Right)
        {
            timeline.Answered(Stopwatch.GetElapsedTime(asked));
        }
        else if (visit.Trouble is { } trouble)
        {
            timeline.Lost(fleet.Edges[edge].Name, zone, trouble, isCutOff: visit.Status == 0);
        }
    }
}
