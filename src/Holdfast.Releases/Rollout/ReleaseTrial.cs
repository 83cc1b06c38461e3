using System.Globalization;

namespace Holdfast.Releases.Rollout;

/// <summary>
/// Decides about one release on one edge: when more requests may meet it, when it is good, and when it must go. Pure: time and figures are
/// given. One thread at a time.
/// </summary>
/// <param name="pace">How fast it goes.</param>
/// <param name="canSlice">Whether it is beside what is live first.</param>
/// <param name="now">The time, from any beginning.</param>
public sealed class ReleaseTrial(RolloutPace pace, bool canSlice, TimeSpan now)
{
    // The share of visitors that may meet a fault of the edge while there is no other side, when nothing is known of those before.
    private const double UsualFaults = 0.02;

    // What may have met a fault and was not seen to, where the slice showed so many visitors: with more than ten of them expected, fewer than one in
    // 10,000 slices shows none.
    private const double Unseen = 8;

    // A doubtful slice lasts at most so many times as long.
    private const int Patience = 3;

    private int _step = canSlice && pace.Steps.Length > 0 ? 0 : pace.Steps.Length;
    private TimeSpan _since = now;
    private ChanceTest _test = new();
    private SideFigures _liveSeen;
    private SideFigures _candidateSeen;
    private TimeSpan _looked = now;

    // The share of visitors who met a fault before, and in which time they did.
    private double _usual = UsualFaults;
    private TimeSpan _usualTime = pace.Bake;

    /// <summary>Whether it is beside what is live.</summary>
    public bool IsSliced => _step < pace.Steps.Length;

    /// <summary>Percentage of requests that meet it.</summary>
    public int Share => IsSliced ? pace.Steps[_step].Share : 100;

    /// <summary>How likely the figures are with a difference, against none.</summary>
    public double Evidence => _test.Evidence;

    /// <summary>Looks at the figures.</summary>
    /// <param name="now">The time, from the same beginning.</param>
    /// <param name="reading">The figures.</param>
    public TrialDecision Look(TimeSpan now, SideReading reading)
    {
        if (reading.Broken is { } broken)
        {
            return new TrialDecision(TrialStep.Revert, broken, Describe(reading));
        }

        return IsSliced ? LookAtSlice(now, reading) : LookAtBake(now, reading);
    }

    private TrialDecision LookAtSlice(TimeSpan now, SideReading reading)
    {
        // Which side a visitor is on was drawn by a hash: without a difference, one that fails is the candidate's as often as any other.
        var step = pace.Steps[_step];
        _test.Add(step.Share / 100.0, reading.Candidate.Failing - _candidateSeen.Failing, reading.Live.Failing - _liveSeen.Failing);
        (_liveSeen, _candidateSeen) = (reading.Live, reading.Candidate);
        if (_test.Evidence >= ChanceTest.Enough)
        {
            var all = reading.Live.Failing + reading.Candidate.Failing;
            return new TrialDecision(
                TrialStep.Revert,
                $"of {all} visitors who met an error of the edge, {reading.Candidate.Failing} were of the {step.Share}% that met this release",
                Describe(reading)
            );
        }

        var elapsed = now - _since;
        if (elapsed < step.Time || (_test.Evidence >= ChanceTest.Doubt && elapsed < Patience * step.Time))
        {
            return TrialDecision.Stay;
        }

        var evidence = Describe(reading);
        _step++;
        Restart(now);
        if (IsSliced)
        {
            return new TrialDecision(TrialStep.Widen, null, evidence);
        }

        if (reading.Live is { Visitors: > 0 } live)
        {
            _usual = Math.Min(1, (2.0 * live.Faulting / live.Visitors) + Math.Min(UsualFaults, Unseen / live.Visitors));
            _usualTime = elapsed;
        }

        return new TrialDecision(TrialStep.All, null, evidence);
    }

    private TrialDecision LookAtBake(TimeSpan now, SideReading reading)
    {
        // There is no other side to compare with, so what an origin does is not held against it: only what the edge itself does.
        if (_usual < 0.5)
        {
            // A visitor who comes may meet one at once, as those before did in all of the slice; one who is there already, in as much of that time as
            // has passed: who stays longer meets more.
            var faulting = reading.Candidate.Faulting - _candidateSeen.Faulting;
            var came = Math.Max(0, reading.Candidate.Visitors - _candidateSeen.Visitors);
            var atOnce = Math.Min(faulting, came);
            _test.Add(_usual, atOnce, came - atOnce);
            var chance = 1 - Math.Pow(1 - _usual, (now - _looked) / _usualTime);
            if (chance > 0)
            {
                var later = faulting - atOnce;
                _test.Add(chance, later, Math.Max(0, _candidateSeen.Visitors - _candidateSeen.Faulting - later));
            }
        }

        _looked = now;
        _candidateSeen = reading.Candidate;
        if (_test.Evidence >= ChanceTest.Enough)
        {
            return new TrialDecision(
                TrialStep.Revert,
                $"{reading.Candidate.Faulting} of {reading.Candidate.Visitors} visitors met a fault of the edge since it is live",
                Describe(reading)
            );
        }

        return now - _since < pace.Bake ? TrialDecision.Stay : new TrialDecision(TrialStep.Good, null, Describe(reading));
    }

    private void Restart(TimeSpan now)
    {
        // A visitor's side in one slice tells its side in the next: each has a test of its own.
        (_since, _looked) = (now, now);
        _test = new ChanceTest();
        (_liveSeen, _candidateSeen) = (default, default);
    }

    private string Describe(SideReading reading) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"this release: {reading.Candidate}; before it: {reading.Live}; likelihood ratio {Math.Min(_test.Evidence, 1e9):0.###}"
        );
}

/// <summary>What is to be done with a release on trial.</summary>
public enum TrialStep
{
    /// <summary>Nothing.</summary>
    Stay,

    /// <summary>More requests meet it: <see cref="ReleaseTrial.Share"/>.</summary>
    Widen,

    /// <summary>All requests meet it.</summary>
    All,

    /// <summary>It is good.</summary>
    Good,

    /// <summary>It must go.</summary>
    Revert,
}

/// <summary>What is to be done, and why.</summary>
/// <param name="Step">What.</param>
/// <param name="Reason">Why it must go; null otherwise.</param>
/// <param name="Evidence">The figures, for people; null with nothing to be done.</param>
public readonly record struct TrialDecision(TrialStep Step, string? Reason, string? Evidence)
{
    /// <summary>Nothing is to be done.</summary>
    public static TrialDecision Stay { get; }
}
