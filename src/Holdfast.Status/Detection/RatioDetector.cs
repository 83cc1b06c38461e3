namespace Holdfast.Status.Detection;

/// <summary>
/// Watches a ratio, such as errors among requests, and says when it is higher than is ordinary for the hour of the week. For a ratio that
/// must not fall, count what is missing from it. Each step takes the same few operations and no memory. Not for several threads.
/// </summary>
/// <remarks>
/// Against the highest ratio that is ordinary stand four alternatives, whose odds are 4, 20, 100 and 1,000 times as high. Each has
/// a <see cref="Tally"/> of log-likelihood ratios. The chance that a tally of nothing but ordinary errors ever passes h within n errors is
/// at most n·exp(−h) (Lorden 1971), and from that follows the threshold. docs/detection.md has the derivation and the curves.
/// </remarks>
internal sealed class RatioDetector
{
    private static readonly double[] Odds = [4, 20, 100, 1_000];

    private readonly float[] profile = new float[2 * Week.Hours];
    private readonly double[] perError = new double[Tallies.Count];
    private readonly double[] perSuccess = new double[Tallies.Count];
    private DetectorState state;
    private double ordinary;
    private double highest;

    /// <summary>Whether it says nothing in its first hour: of a ratio of which no level is an outage by itself, as of slow answers.</summary>
    public bool IsPatient { get; init; }

    /// <summary>The ratio that is expected now.</summary>
    public double Ordinary => ordinary;

    /// <summary>The ratio over the last minute; the ordinary one while nothing was asked.</summary>
    public double Present => state.PresentTotal > 0 ? Math.Min(1, state.PresentEvents / state.PresentTotal) : ordinary;

    /// <summary>What is wrong, or null.</summary>
    public Alarm? Alarm => state.Alarm(Present, 1);

    /// <summary>What it has learned, for <see cref="Read"/>.</summary>
    public byte[] Write() => state.Write(profile);

    /// <summary>A detector that goes on where another stopped, or a new one when the bytes are not of this build.</summary>
    /// <param name="bytes">What <see cref="Write"/> gave.</param>
    /// <param name="isPatient">See <see cref="IsPatient"/>.</param>
    public static RatioDetector Read(ReadOnlySpan<byte> bytes, bool isPatient = false)
    {
        var detector = new RatioDetector { IsPatient = isPatient };
        if (DetectorState.TryRead(bytes, out detector.state, detector.profile))
        {
            detector.state.RefreshAt = 0;
        }

        return detector;
    }

    /// <summary>One more step.</summary>
    /// <param name="at">Its end, in seconds since 1970; later than the one before.</param>
    /// <param name="seconds">How long it was, above 0.</param>
    /// <param name="errors">Errors in it, at most <paramref name="requests"/>.</param>
    /// <param name="requests">Requests in it.</param>
    public Verdict Observe(long at, double seconds, double errors, double requests)
    {
        if (state.At / 3_600 != at / 3_600)
        {
            EndHour();
        }

        state.Begin(at, seconds, requests);
        if (at >= state.RefreshAt)
        {
            Refresh();
        }

        // First judged and then learned from: a step that is far from ordinary must not be the measure of itself.
        state.Count(seconds, errors, requests);
        var verdict = Judge(seconds, errors, requests);
        Learn(seconds, errors, requests);
        return verdict;
    }

    private Verdict Judge(double seconds, double errors, double requests)
    {
        if (state.IsAlarmed)
        {
            return Follow(seconds, errors, requests);
        }

        if (IsPatient && state.Observed < DetectionLimits.PatientSilence)
        {
            return Verdict.Learning;
        }

        var plain = Plain(seconds);
        Weigh(seconds, errors, requests, plain);
        var strongest = state.Rise.Strongest();
        var threshold = state.RiseCaution.Threshold(plain, DetectionLimits.MostCaution);
        state.RiseCaution.Saw(strongest.Weight, threshold);
        if (strongest.Weight < threshold)
        {
            return Verdict.Ordinary;
        }

        state.Raise(strongest, ordinary);
        return Verdict.Raised;
    }

    private void Weigh(double seconds, double errors, double requests, double plain)
    {
        if (requests <= 0)
        {
            return;
        }

        // What comes in clumps counts for less, by how much more than chance its steps vary.
        var clumps = Math.Min(DetectionLimits.MostClumps, 1 + (state.Steps.Value * requests * highest));
        var most = (float)(plain * DetectionLimits.RatioShare * Math.Max(1, seconds));
        var began = (uint)(state.At - (long)seconds);
        for (var i = 0; i < Tallies.Count; i++)
        {
            var evidence = (float)(((errors * perError[i]) + ((requests - errors) * perSuccess[i])) / clumps);
            state.Rise[i].Add(Math.Min(evidence, most), began, (float)errors, (float)requests);
        }
    }

    /// <summary>The plain threshold. It is reached by an error alone: so many of the ordinary ones, or steps if they are fewer, come between two false alarms.</summary>
    private double Plain(double seconds)
    {
        var chances = DetectionLimits.FalseAlarmEvery * Math.Min(1 / seconds, state.Rate * highest);
        return Math.Max(DetectionLimits.LeastThreshold, Math.Log(Tallies.Count * chances));
    }

    private Verdict Follow(double seconds, double errors, double requests)
    {
        state.AlarmEvents += errors;
        state.AlarmTotal += requests;
        state.AlarmPeak = Math.Max(state.AlarmPeak, Present);

        // The ordinary level against one that is still well above it: the threefold, or a tenth of the worst.
        var level = Math.Clamp(state.AlarmOrdinary, 1e-9, 0.5);
        var still = Math.Clamp(Math.Max(3 * highest, state.AlarmPeak / 10), level * 1.5, 0.9);
        var evidence = (errors * Math.Log(level / still)) + ((requests - errors) * Math.Log((1 - level) / (1 - still)));
        state.Recovery = Math.Max(0, state.Recovery + evidence);
        state.RecoverySeconds = state.Recovery > 0 ? state.RecoverySeconds + seconds : 0;
        var recovered = state.Recovery >= DetectionLimits.RecoveryEvidence && state.RecoverySeconds >= DetectionLimits.LeastRecovery;
        if (!recovered && state.At - state.AlarmRaised < DetectionLimits.RatioSettles)
        {
            return Verdict.Alarmed;
        }

        if (!recovered)
        {
            // It has been so for days: this is what is ordinary from now on.
            state.LevelEvents = state.HourEvents;
            state.LevelTotal = state.HourTotal;
        }

        state.End();
        state.RefreshAt = 0;
        return Verdict.Recovered;
    }

    private void Learn(double seconds, double errors, double requests)
    {
        var expected = requests * ordinary;
        if (!state.IsAlarmed && requests > 0)
        {
            state.LearnStep(seconds, errors, expected);
        }

        if (state.Sum(seconds, errors, requests, expected))
        {
            EndWindow();
        }
    }

    private void EndWindow()
    {
        var expected = state.WindowExpected;
        if (!state.IsAlarmed)
        {
            state.LearnWindow(expected);

            // A window that is far from ordinary teaches no more than one at the edge; in the first day it teaches all.
            var most = state.Observed < DetectionLimits.RatioYouth ? double.MaxValue : (4 * expected) + (4 * Math.Sqrt(expected)) + 1;
            var keep = Math.Exp(-state.WindowSeconds / DetectionLimits.RatioMemory);
            state.LevelEvents = (state.LevelEvents * keep) + Math.Min(state.WindowEvents, most);
            state.LevelTotal = (state.LevelTotal * keep) + state.WindowTotal;
        }

        state.EndWindow();
    }

    private void EndHour()
    {
        if (state.At != 0 && state.HourTotal > 0)
        {
            var hour = Week.Hour(state.At);
            var expected = state.HourTotal * ordinary;
            var most = (4 * expected) + (4 * Math.Sqrt(expected)) + 1;
            const float keep = (float)(1 - DetectionLimits.WeekWeight);
            profile[hour] = (profile[hour] * keep) + (float)Math.Min(state.HourEvents, most);
            profile[hour + Week.Hours] = (profile[hour + Week.Hours] * keep) + (float)state.HourTotal;
        }

        state.EndHour();
    }

    /// <summary>What is ordinary, and the alternatives to it, for the next minute.</summary>
    private void Refresh()
    {
        state.RefreshAt = state.At + (long)DetectionLimits.Refresh;
        var total = state.LevelTotal + DetectionLimits.PriorRequests;
        var level = (state.LevelEvents + 1) / total;
        var doubt = (state.LevelEvents + 1 + (2 * Math.Sqrt(state.LevelEvents + 1))) / (state.LevelEvents + 1);
        var (earlier, later, share) = Week.Between(state.At);
        ordinary = ((1 - share) * OfHour(earlier, level)) + (share * OfHour(later, level));

        var band = Math.Exp(DetectionLimits.BandDeviations * Math.Sqrt(Math.Log(1 + state.Windows.Value)));
        highest = ordinary * doubt * Math.Clamp(band, DetectionLimits.LeastBand, DetectionLimits.WidestBand);
        if (state.Observed < DetectionLimits.RatioYouth)
        {
            var young = state.Observed < DetectionLimits.RatioInfancy ? DetectionLimits.NewRatio : DetectionLimits.YoungRatio;
            highest = Math.Max(highest, young);
        }

        highest = Math.Min(highest, 0.7);
        var odds = highest / (1 - highest);
        for (var i = 0; i < Tallies.Count; i++)
        {
            var worse = odds * Odds[i] / (1 + (odds * Odds[i]));
            perError[i] = Math.Log(worse / highest);
            perSuccess[i] = Math.Log((1 - worse) / (1 - highest));
        }
    }

    /// <summary>An hour's own ratio as far as it has had errors to tell, else the general one.</summary>
    private double OfHour(int hour, double level)
    {
        var strength = DetectionLimits.HourStrength / level;
        return (profile[hour] + DetectionLimits.HourStrength) / (profile[hour + Week.Hours] + strength);
    }
}
