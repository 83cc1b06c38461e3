using Holdfast.Releases.Rollout;
using Holdfast.Status.Tests.Detection.Simulation;

namespace Holdfast.Releases.Tests.Rollout.Simulation;

/// <summary>An edge of a simulated fleet: its traffic is drawn, its <see cref="ReleaseTrial"/> is the real one.</summary>
internal sealed class SimulatedEdge
{
    // Seconds between a process's death and the next one's first answer, whose visitors count as hit.
    public const double RestartTime = 2;

    // The groups by which an edge tells visitors apart: see SideCounts.
    private const double Groups = 8_192;

    private readonly Queue<(double At, long Faults)> _recent = new();
    private ReleaseTrial? _trial;
    private SideFigures _live;
    private SideFigures _candidate;
    private double _seen;
    private double _recentFaults;

    public required int Index { get; init; }

    public required string Name { get; init; }

    public required Place Place { get; init; }

    /// <summary>Requests a second, over the day.</summary>
    public required double Mean { get; init; }

    /// <summary>Share of its requests that fail whatever is released.</summary>
    public required double Errors { get; init; }

    public required bool IsSick { get; init; }

    /// <summary>Its clock, which nobody else has: where it begins, and how fast it goes.</summary>
    public required double ClockOrigin { get; init; }

    /// <inheritdoc cref="ClockOrigin"/>
    public required double ClockRate { get; init; }

    /// <summary>Requests a second of what is looked at, now.</summary>
    public double Rate { get; set; }

    /// <summary>Whether it has the release in use, for a share of the requests or all.</summary>
    public bool HasIt { get; private set; }

    /// <summary>When its process will die of the release; infinite for never.</summary>
    public double DiesAt { get; set; } = double.PositiveInfinity;

    /// <summary>Until when its machine is away.</summary>
    public double AwayUntil { get; set; }

    /// <summary>How often its process died with the release unproven.</summary>
    public IReadOnlyDictionary<string, int> BadEnds { get; set; } = new Dictionary<string, int>();

    /// <summary>Whether it goes on refusing the release.</summary>
    public bool Refuses { get; set; }

    public bool IsOnTrial => _trial is not null;

    public bool IsSliced => _trial is { IsSliced: true };

    /// <summary>Share of the requests that meet the release, from 0 to 1.</summary>
    public double Share =>
        !HasIt ? 0
        : _trial is { IsSliced: true } trial ? trial.Share / 100.0
        : 1;

    /// <summary>Takes the release into use.</summary>
    public void Take(RolloutPace pace, bool canSlice, double now)
    {
        HasIt = true;
        _trial = new ReleaseTrial(pace, canSlice, Clock(now));
        _seen = now;
        Forget();
    }

    /// <summary>Lets the release go.</summary>
    public void Drop()
    {
        HasIt = false;
        _trial = null;
        DiesAt = double.PositiveInfinity;
    }

    /// <summary>Lets the traffic since the last look come, and looks.</summary>
    /// <param name="release">What is on trial.</param>
    /// <param name="country">Where it is bad, if it is in one country only.</param>
    /// <param name="fleetErrors">Share of requests that fail everywhere.</param>
    /// <param name="usualFaults">Share of requests on which a module fails whatever is released.</param>
    /// <param name="hasBreakers">Whether the candidate has breakers of its own.</param>
    /// <param name="now">The time, seconds.</param>
    /// <param name="chance">Draws the traffic.</param>
    public TrialDecision Look(
        BadRelease release,
        int country,
        double fleetErrors,
        double usualFaults,
        bool hasBreakers,
        double now,
        Chance chance
    )
    {
        var requests = Rate * (now - _seen);
        _seen = now;
        var share = Share;
        var usual = Math.Min(1, Errors + Place.Outage + fleetErrors);
        var faulty = Math.Min(1, release.ErrorsAt(Place, country) + usualFaults);
        var onIt = requests * share;
        var faults = chance.Poisson(onIt * faulty);
        _candidate = Grown(_candidate, onIt, chance.Poisson(onIt * (1 - faulty) * usual), faults, release.Slow, share, chance);
        if (share < 1)
        {
            var beside = requests * (1 - share);
            var others = chance.Poisson(beside * usualFaults);
            _live = Grown(_live, beside, chance.Poisson(beside * usual), others, 0, 1 - share, chance);
        }

        var decision = _trial!.Look(Clock(now), new SideReading(_live, _candidate, hasBreakers ? Broken(now, faults) : null));
        switch (decision.Step)
        {
            case TrialStep.Widen or TrialStep.All:
                Forget();
                break;

            case TrialStep.Good:
                _trial = null;
                break;
        }

        return decision;
    }

    private TimeSpan Clock(double now) => TimeSpan.FromSeconds(ClockOrigin + (now * ClockRate));

    private void Forget() => (_live, _candidate) = (default, default);

    // Five faults within 10 s open a breaker.
    private string? Broken(double now, int faults)
    {
        _recent.Enqueue((now, faults));
        _recentFaults += faults;
        while (_recent.Peek().At < now - 10)
        {
            _recentFaults -= _recent.Dequeue().Faults;
        }

        return _recentFaults >= 5 ? "a module does not run any more" : null;
    }

    private SideFigures Grown(SideFigures figures, double requests, int errors, int faults, double slow, double share, Chance chance)
    {
        // An edge has as many visitors' networks as it has requests in half a minute; those that share a group count once.
        var visitors = Math.Max(1, Math.Min(Groups, 30 * Rate) * share);
        var seen = figures.Visitors + (int)Math.Round((visitors - figures.Visitors) * (1 - Math.Exp(-requests / visitors)));
        return new SideFigures
        {
            Requests = figures.Requests + (long)requests,
            Errors = figures.Errors + errors + faults,
            Faults = figures.Faults + faults,
            Visitors = seen,
            Failing = figures.Failing + New(errors + faults, figures.Failing, visitors, chance),
            Faulting = figures.Faulting + New(faults, figures.Faulting, visitors, chance),
        };
    }

    // How many of the visitors who fail now have not failed before.
    private static int New(int failing, int before, double of, Chance chance) =>
        failing == 0 ? 0 : (int)Math.Min(chance.Binomial(failing, Math.Max(0, 1 - (before / of))), Math.Max(0, of - before));
}
