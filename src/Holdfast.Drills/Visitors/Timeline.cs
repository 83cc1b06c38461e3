using System.Diagnostics;

namespace Holdfast.Drills.Visitors;

/// <summary>What happened when: every visitor's request in steps of a tenth of a second, and what the drill did. Any thread may write.</summary>
internal sealed class Timeline
{
    /// <summary>Length of a step, in seconds.</summary>
    public const double StepSeconds = 0.1;

    /// <summary>Losses that are kept with their circumstances; all are counted.</summary>
    private const int MostLosses = 50;

    /// <summary>Requests without an answer that are known by edge and time.</summary>
    private const int MostCutOff = 100_000;

    /// <summary>Resolution of latencies: steps of 5% from 0.1 ms on.</summary>
    private const int LatencySteps = 300;

    private static readonly double LatencyBase = Math.Log(1.05);

    private readonly long started = Stopwatch.GetTimestamp();
    private readonly Lock gate = new();
    private readonly List<TimelineStep> steps = [];
    private readonly List<TimelineEvent> events = [];
    private readonly List<Loss> losses = [];
    private readonly List<(string Edge, double At)> cutOff = [];
    private readonly long[] latencies = new long[LatencySteps];

    /// <summary>Seconds since it began.</summary>
    public double Now => Stopwatch.GetElapsedTime(started).TotalSeconds;

    /// <summary>Answered rightly.</summary>
    public long AnsweredCount { get; private set; }

    /// <summary>Lost: refused, cut off, unanswered, or answered wrongly.</summary>
    public long LostCount { get; private set; }

    /// <summary>The steps so far.</summary>
    public IReadOnlyList<TimelineStep> Steps
    {
        get
        {
            lock (gate)
            {
                return [.. steps];
            }
        }
    }

    /// <summary>What the drill did.</summary>
    public IReadOnlyList<TimelineEvent> Events
    {
        get
        {
            lock (gate)
            {
                return [.. events];
            }
        }
    }

    /// <summary>The first losses.</summary>
    public IReadOnlyList<Loss> Losses
    {
        get
        {
            lock (gate)
            {
                return [.. losses];
            }
        }
    }

    /// <summary>How many requests to an edge were cut off or refused, and not answered wrongly, within a time.</summary>
    /// <param name="edge">Its name.</param>
    /// <param name="from">Seconds since the beginning.</param>
    /// <param name="to">The same for the end.</param>
    public int CutOff(string edge, double from, double to)
    {
        lock (gate)
        {
            return cutOff.Count(cut => cut.Edge == edge && cut.At >= from && cut.At <= to);
        }
    }

    /// <summary>Which share of the requests that ended after a moment were lost, 0 to 1; 0 without any.</summary>
    /// <param name="from">Seconds since the beginning.</param>
    /// <param name="to">The same for the end; null for all that came.</param>
    public double LostShare(double from, double? to = null)
    {
        lock (gate)
        {
            var first = (int)(from / StepSeconds);
            var after = to is { } end ? (int)(end / StepSeconds) : steps.Count;
            var within = steps.Skip(first).Take(Math.Max(0, after - first)).ToList();
            var lost = within.Sum(static step => (long)step.Lost);
            var all = lost + within.Sum(static step => (long)step.Answered);
            return all == 0 ? 0 : (double)lost / all;
        }
    }

    /// <summary>A request was answered rightly.</summary>
    public void Answered(TimeSpan after)
    {
        var step = (int)(Math.Log(Math.Max(after.TotalMilliseconds, 0.1) / 0.1) / LatencyBase);
        lock (gate)
        {
            AnsweredCount++;
            latencies[Math.Min(step, LatencySteps - 1)]++;
            StepNow().Answered++;
        }
    }

    /// <summary>A request was lost.</summary>
    /// <param name="edge">Which edge was asked.</param>
    /// <param name="zone">For which site.</param>
    /// <param name="trouble">Why it counts as lost.</param>
    /// <param name="isCutOff">Whether there was no answer, as from a process that has died.</param>
    public void Lost(string edge, string zone, string trouble, bool isCutOff = false)
    {
        lock (gate)
        {
            LostCount++;
            StepNow().Lost++;
            if (isCutOff && cutOff.Count < MostCutOff)
            {
                cutOff.Add((edge, Now));
            }

            if (losses.Count < MostLosses)
            {
                losses.Add(new Loss(Now, edge, zone, trouble));
            }
        }
    }

    /// <summary>The drill did something.</summary>
    public void Say(string what)
    {
        lock (gate)
        {
            events.Add(new TimelineEvent(Now, what));
        }
    }

    /// <summary>How long a share of the right answers took at most, in milliseconds.</summary>
    /// <param name="share">0.99 for the 99th percentile.</param>
    public double Quantile(double share)
    {
        lock (gate)
        {
            var wanted = (long)Math.Ceiling(AnsweredCount * share);
            for (var step = 0; step < LatencySteps; step++)
            {
                wanted -= latencies[step];
                if (wanted <= 0)
                {
                    return 0.1 * Math.Exp((step + 1) * LatencyBase);
                }
            }

            return double.NaN;
        }
    }

    private TimelineStep StepNow()
    {
        var index = (int)(Now / StepSeconds);
        while (steps.Count <= index)
        {
            steps.Add(new TimelineStep());
        }

        return steps[index];
    }
}

/// <summary>A tenth of a second.</summary>
internal sealed class TimelineStep
{
    /// <summary>Requests that were answered rightly in it.</summary>
    public int Answered { get; set; }

    /// <summary>Requests that were lost in it.</summary>
    public int Lost { get; set; }
}

/// <summary>Something that the drill did or saw.</summary>
/// <param name="At">Seconds since the beginning.</param>
/// <param name="What">One line.</param>
internal readonly record struct TimelineEvent(double At, string What);

/// <summary>A request that was lost.</summary>
/// <param name="At">Seconds since the beginning.</param>
/// <param name="Edge">Which edge was asked.</param>
/// <param name="Zone">For which site.</param>
/// <param name="Trouble">Why it counts as lost.</param>
internal readonly record struct Loss(double At, string Edge, string Zone, string Trouble);
