using Holdfast.Status.Detection;

namespace Holdfast.Status.Tests.Detection.Simulation;

/// <summary>A zone and its three detectors: the edge's errors, the origin's, and requests.</summary>
internal sealed class WatchedZone(SimulatedZone zone)
{
    /// <summary>When simulations begin: Thursday, 1 January 2026.</summary>
    public const long Start = 1_767_225_600;

    /// <summary>The zone.</summary>
    public SimulatedZone Zone { get; } = zone;

    /// <summary>Watches the edge's errors.</summary>
    public RatioDetector Edge { get; private set; } = new();

    /// <summary>Watches the origin's errors.</summary>
    public RatioDetector Origin { get; private set; } = new();

    /// <summary>Watches requests.</summary>
    public CountDetector Requests { get; private set; } = new();

    /// <summary>The end of the last step.</summary>
    public long Now { get; private set; } = Start;

    /// <summary>When alarms were raised, and what by.</summary>
    public List<(long At, string What)> Alarms { get; } = [];

    /// <summary>Runs on.</summary>
    /// <param name="duration">For how long, in seconds.</param>
    /// <param name="seconds">In steps of this length.</param>
    public void Run(long duration, int seconds)
    {
        for (var end = Now + duration; Now < end; )
        {
            Step(seconds);
        }
    }

    /// <summary>Runs until there is an alarm of a kind.</summary>
    /// <returns>Seconds until then; null when there was none in time.</returns>
    public int? RunUntil(string what, int most, int seconds)
    {
        var from = Now;
        while (Now - from < most)
        {
            var before = Alarms.Count;
            Step(seconds);
            if (Alarms.Skip(before).Any(alarm => alarm.What == what))
            {
                return (int)(Now - from);
            }
        }

        return null;
    }

    /// <summary>The same knowledge, before another zone that goes on from here by another chance.</summary>
    public WatchedZone Fork(SimulatedZone other) =>
        new(other)
        {
            Now = Now,
            Edge = RatioDetector.Read(Edge.Write()),
            Origin = RatioDetector.Read(Origin.Write()),
            Requests = CountDetector.Read(Requests.Write()),
        };

    private void Step(int seconds)
    {
        Now += seconds;
        var step = Zone.Step(Now, seconds);
        Note("edge", Edge.Observe(Now, seconds, step.EdgeErrors, step.Requests));
        Note("origin", Origin.Observe(Now, seconds, step.OriginErrors, step.Requests));
        Note("requests", Requests.Observe(Now, seconds, step.Requests));
    }

    private void Note(string what, Verdict verdict)
    {
        if (verdict == Verdict.Raised)
        {
            Alarms.Add((Now, what));
        }
    }
}
