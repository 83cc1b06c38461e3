using Holdfast.Drills.Fleets;
using Holdfast.Drills.Grading;
using Holdfast.Drills.Protections;
using Holdfast.Drills.Visitors;

namespace Holdfast.Drills;

/// <summary>A drill that is being held.</summary>
internal sealed class DrillRun
{
    private readonly Action<string> progress;
    private readonly List<LawGrade> grades = [];
    private readonly List<(string Edge, double At)> deaths = [];

    /// <summary>Visitors see the end of a process within these many seconds of it; who comes then waits for its successor.</summary>
    private const double AroundDeath = 1;

    /// <param name="fleet">Its fleet.</param>
    /// <param name="visitors">Who visits it.</param>
    /// <param name="timeline">What happens.</param>
    /// <param name="progress">Told what is being done.</param>
    public DrillRun(Fleet fleet, SteadyVisitors visitors, Timeline timeline, Action<string> progress)
    {
        Fleet = fleet;
        Visitors = visitors;
        Timeline = timeline;
        this.progress = progress;
    }

    /// <summary>The machines.</summary>
    public Fleet Fleet { get; }

    /// <summary>The steady visitors.</summary>
    public SteadyVisitors Visitors { get; }

    /// <summary>What happens.</summary>
    public Timeline Timeline { get; }

    /// <summary>The grades so far.</summary>
    public IReadOnlyList<LawGrade> Grades => grades;

    /// <summary>What the fleet is without.</summary>
    public IReadOnlyList<Protection> Without { get; init; } = [];

    /// <summary>When the cause came, in seconds on the timeline; null before.</summary>
    public double? CauseAt { get; private set; }

    /// <summary>From the cause to its refusal or detection, in seconds; null where a drill has no such moment.</summary>
    public double? DetectSeconds { get; set; }

    /// <summary>From the cause to its end, in seconds.</summary>
    public double? StopSeconds { get; set; }

    /// <summary>From the cause to the state before it, or to the state that was wanted, in seconds.</summary>
    public double? RevertSeconds { get; set; }

    /// <summary>From the cause to its being named, in seconds.</summary>
    public double? AttributeSeconds { get; set; }

    /// <summary>How many requests were in flight in processes when they were killed, in all.</summary>
    public long InFlightAtDeaths { get; private set; }

    /// <summary>When edges' processes died, in seconds on the timeline.</summary>
    public IReadOnlyList<(string Edge, double At)> Deaths
    {
        get
        {
            lock (deaths)
            {
                return [.. deaths];
            }
        }
    }

    /// <summary>How many requests were cut off by the end of the process that was answering them.</summary>
    public long CutOffByDeaths => Deaths.Sum(death => Timeline.CutOff(death.Edge, death.At - AroundDeath, death.At + AroundDeath));

    /// <summary>An edge's process has died.</summary>
    public void NoteDeath(string edge)
    {
        lock (deaths)
        {
            deaths.Add((edge, Timeline.Now));
        }
    }

    /// <summary>From the cause to an incident that the status page has drafted, in seconds.</summary>
    public double? DraftSeconds { get; set; }

    /// <summary>Kills an edge's process, and waits until its successor serves.</summary>
    /// <returns>How many seconds that took.</returns>
    /// <exception cref="DrillFailure">The successor does not serve in time.</exception>
    public async Task<double> CrashAsync(int edge, CancellationToken cancellationToken)
    {
        var node = Fleet.Edges[edge];
        var restarts = node.Restarts;
        var began = Timeline.Now;
        var (waiting, come) = (Visitors.Waiting(edge), Visitors.Come(edge));
        await node.CrashAsync();

        // Whoever came before the process was gone may have been taken in by it.
        InFlightAtDeaths += waiting + Visitors.Come(edge) - come;
        await UntilAsync(() => Task.FromResult(node.Restarts > restarts), $"{node.Name} is started again", 10, cancellationToken);
        await node.ReadyAsync(cancellationToken);
        return Timeline.Now - began;
    }

    /// <summary>Writes down what is done or seen.</summary>
    public void Say(string what)
    {
        Timeline.Say(what);
        progress(what);
    }

    /// <summary>The cause comes now.</summary>
    public void Cause(string what)
    {
        CauseAt ??= Timeline.Now;
        Say(what);
    }

    /// <summary>Seconds since the cause came.</summary>
    public double SinceCause => CauseAt is { } at ? Timeline.Now - at : 0;

    /// <summary>Waits until something holds, if it comes to.</summary>
    /// <returns>Seconds since the cause, or null when it does not hold in time.</returns>
    public async Task<double?> SeesAsync(Func<Task<bool>> holds, double limitSeconds, CancellationToken cancellationToken)
    {
        try
        {
            await UntilAsync(holds, "", limitSeconds, cancellationToken);
            return SinceCause;
        }
        catch (DrillFailure)
        {
            return null;
        }
    }

    /// <summary>Grades a law.</summary>
    /// <param name="law">Its number in the design.</param>
    /// <param name="passed">Whether it held.</param>
    /// <param name="figure">What was measured, with its unit and its bound.</param>
    public void Grade(int law, bool passed, string figure) => grades.Add(new LawGrade(law, passed, figure));

    /// <summary>Lets the visitors come for a while.</summary>
    public static Task LetPassAsync(double seconds, CancellationToken cancellationToken) =>
        Task.Delay(TimeSpan.FromSeconds(seconds), cancellationToken);

    /// <summary>Waits until something holds.</summary>
    /// <returns>How many seconds it took.</returns>
    /// <exception cref="DrillFailure">It does not hold in time.</exception>
    public static async Task<double> UntilAsync(
        Func<Task<bool>> holds,
        string what,
        double limitSeconds,
        CancellationToken cancellationToken
    ) => (await Condition.HoldsAsync(holds, what, TimeSpan.FromSeconds(limitSeconds), cancellationToken)).TotalSeconds;

    /// <summary>A new zone, and how many seconds it took until each of these edges served it.</summary>
    /// <exception cref="DrillFailure">One of them does not within 30 s.</exception>
    public async Task<double> PublishAsync(string host, IEnumerable<int> edges, CancellationToken cancellationToken)
    {
        await Fleet.AddZoneAsync(host, cancellationToken);
        var started = Timeline.Now;
        await Task.WhenAll(
            edges.Select(edge =>
                UntilAsync(
                    () => Fleet.ServesAsync(edge, host, cancellationToken),
                    $"{Fleet.Edges[edge].Name} serves the new zone {host}",
                    30,
                    cancellationToken
                )
            )
        );
        return Timeline.Now - started;
    }

    /// <summary>Asks for a page until an edge has it in its cache.</summary>
    /// <exception cref="DrillFailure">It is not kept within 10 s.</exception>
    public Task KeepsAsync(int edge, string host, string path, CancellationToken cancellationToken) =>
        UntilAsync(
            async () => (await Fleet.AskAsync(edge, host, path, cancellationToken)).CacheStatus == "HIT",
            $"{Fleet.Edges[edge].Name} keeps {host}{path}",
            10,
            cancellationToken
        );
}
