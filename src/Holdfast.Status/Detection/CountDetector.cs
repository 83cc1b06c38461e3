namespace Holdfast.Status.Detection;

/// <summary>
/// Watches a count, such as requests, and says when it is lower or higher than is ordinary for the hour of the week. Each step takes the
/// same few operations and no memory. Not for several threads.
/// </summary>
/// <remarks>
/// What is ordinary is a band around the expected rate, as wide as the series' own slow variation asks. Below its lower edge stand four
/// alternatives, at 60%, 30%, 10% and 1% of it; above its upper edge four at 1.7, 3, 6 and 20 times. The threshold follows as with
/// <see cref="RatioDetector"/>.
/// </remarks>
internal sealed class CountDetector
{
    private static readonly double[] Falls = [0.6, 0.3, 0.1, 0.01];
    private static readonly double[] Rises = [1.7, 3, 6, 20];
    private static readonly double[] LogFalls = [.. Falls.Select(share => Math.Log(share))];
    private static readonly double[] LogRises = [.. Rises.Select(share => Math.Log(share))];

    private readonly float[] profile = new float[Week.Hours];
    private DetectorState state;
    private double rate;
    private double ofHour;
    private double band = DetectionLimits.LeastBand;

    /// <summary>A new detector.</summary>
    public CountDetector()
    {
        state.LevelEvents = 1;
        profile.AsSpan().Fill(float.NaN);
    }

    /// <summary>What is expected now, a second.</summary>
    public double Ordinary => rate;

    /// <summary>The rate over the last minute, a second.</summary>
    public double Present => state.PresentTotal > 0 ? state.PresentEvents / state.PresentTotal * rate : rate;

    /// <summary>What is wrong, or null.</summary>
    public Alarm? Alarm => state.Alarm(Present, rate);

    /// <summary>What it has learned, for <see cref="Read"/>.</summary>
    public byte[] Write() => state.Write(profile);

    /// <summary>A detector that goes on where another stopped, or a new one when the bytes are not of this build.</summary>
    public static CountDetector Read(ReadOnlySpan<byte> bytes)
    {
        var detector = new CountDetector();
        if (!DetectorState.TryRead(bytes, out var read, detector.profile))
        {
            return detector;
        }

        detector.state = read;
        detector.state.RefreshAt = 0;
        return detector;
    }

    /// <summary>One more step.</summary>
    /// <param name="at">Its end, in seconds since 1970; later than the one before.</param>
    /// <param name="seconds">How long it was, above 0.</param>
    /// <param name="count">How many there were.</param>
    public Verdict Observe(long at, double seconds, double count)
    {
        if (state.At / 3_600 != at / 3_600)
        {
            EndHour();
        }

        state.Begin(at, seconds, count);
        if (at >= state.RefreshAt)
        {
            Refresh();
        }

        var expected = rate * seconds;
        state.Count(seconds, count, expected);
        Learn(seconds, count, expected);
        if (state.IsAlarmed)
        {
            return Follow(seconds, count, expected);
        }

        if (state.Observed < DetectionLimits.CountFirstWeek || expected <= 0)
        {
            return Verdict.Learning;
        }

        var plain = Plain(seconds);
        Weigh(at, seconds, count, expected, plain);
        var (rise, fall) = (state.Rise.Strongest(), state.Fall.Strongest());
        if (state.Observed < DetectionLimits.CountSilence)
        {
            state.RiseCaution.Saw(rise.Weight);
            state.FallCaution.Saw(fall.Weight);
            return Verdict.Learning;
        }

        var most = state.RiseCaution.Threshold(plain, DetectionLimits.MostCautionOfCrowds);
        var least = state.FallCaution.Threshold(plain, DetectionLimits.MostCaution);
        state.RiseCaution.Saw(rise.Weight, most);
        state.FallCaution.Saw(fall.Weight, least);
        if (rise.Weight < most && fall.Weight < least)
        {
            return Verdict.Ordinary;
        }

        var reason = fall.Weight >= least ? fall : rise;
        state.Raise(reason, rate);
        state.AlarmPeak = reason.Total > 0 ? reason.Events / reason.Total * rate : rate;
        return Verdict.Raised;
    }

    private void Weigh(long at, double seconds, double count, double expected, double plain)
    {
        var clumps = 1 + (state.Steps.Value * expected);
        var most = (float)(plain * DetectionLimits.CountShare * Math.Max(1, seconds));
        var began = (uint)(at - (long)seconds);

        // Where a site opens or closes on the hour the level jumps, and lies not between the hours' middles: both readings are ordinary.
        var (low, high) = (seconds * Math.Min(rate, ofHour) / band, seconds * Math.Max(rate, ofHour) * band);
        for (var i = 0; i < Tallies.Count; i++)
        {
            var fall = (float)(((count * LogFalls[i]) - (low * (Falls[i] - 1))) / clumps);
            state.Fall[i].Add(Math.Min(fall, most), began, (float)count, (float)expected);
            var rise = (float)(((count * LogRises[i]) - (high * (Rises[i] - 1))) / clumps);
            state.Rise[i].Add(Math.Min(rise, most), began, (float)count, (float)expected);
        }
    }

    private double Plain(double seconds)
    {
        var chances = DetectionLimits.FalseAlarmEvery * Math.Min(1 / seconds, rate * band);
        return Math.Max(DetectionLimits.LeastThreshold, Math.Log(2 * Tallies.Count * chances));
    }

    private Verdict Follow(double seconds, double count, double expected)
    {
        state.AlarmEvents += count;
        state.AlarmTotal += expected;
        var present = Present;
        if (Math.Abs(present - state.AlarmOrdinary) > Math.Abs(state.AlarmPeak - state.AlarmOrdinary))
        {
            state.AlarmPeak = present;
        }

        var usual = present >= rate / band && present <= rate * band;
        state.RecoverySeconds = usual ? state.RecoverySeconds + seconds : 0;
        if (state.RecoverySeconds < DetectionLimits.CountRecovery)
        {
            if (state.At - state.AlarmRaised < DetectionLimits.CountSettles)
            {
                return Verdict.Alarmed;
            }

            // It has been so for hours: a site that moved away, or grew. That is its level from now on.
            state.LevelEvents = Math.Clamp(state.LevelEvents * (state.AlarmEvents + 1) / (state.AlarmTotal + 1), 1e-6, 1e6);
        }

        state.End();
        state.RefreshAt = 0;
        return Verdict.Recovered;
    }

    private void Learn(double seconds, double count, double expected)
    {
        if (!state.IsAlarmed && state.Observed > DetectionLimits.CountFirstWeek)
        {
            state.LearnStep(seconds, count, expected);
        }

        if (state.Sum(seconds, count, ofHour * seconds, expected))
        {
            EndWindow();
        }
    }

    private void EndWindow()
    {
        var expected = Math.Clamp(
            state.WindowEvents,
            Math.Min(state.WindowExpected, state.WindowTotal),
            Math.Max(state.WindowExpected, state.WindowTotal)
        );
        if (!state.IsAlarmed && state.Observed > DetectionLimits.CountFirstWeek)
        {
            state.LearnWindow(expected);
            var off = Math.Clamp((state.WindowEvents - expected) / Math.Max(expected, 5), -0.5, 0.5);
            state.LevelEvents *= 1 + (off * state.WindowSeconds / DetectionLimits.LevelMemory);
        }

        state.EndWindow();
    }

    private void EndHour()
    {
        // An hour of which less than half was seen teaches nothing.
        if (state.HourSeconds >= 1_800)
        {
            var hour = Week.Hour(state.At);
            var seen = state.HourEvents / state.HourSeconds;
            var known = profile[hour];
            if (float.IsNaN(known))
            {
                profile[hour] = (float)seen;
            }
            else
            {
                // The profile is of the past weeks' size, which the level brings to the present one.
                var usual = known * state.LevelEvents;
                var robust = Math.Clamp(seen, usual / 3, (usual * 3) + (3 / state.HourSeconds));
                profile[hour] = (float)(known + ((robust - known) * DetectionLimits.WeekWeight));
            }
        }

        state.EndHour();
    }

    private void Refresh()
    {
        state.RefreshAt = state.At + (long)DetectionLimits.Refresh;
        var (earlier, later, share) = Week.Between(state.At);
        rate = state.LevelEvents * (((1 - share) * OfHour(earlier)) + (share * OfHour(later)));
        ofHour = state.LevelEvents * OfHour(Week.Hour(state.At));
        var deviation = Math.Sqrt(Math.Log(1 + state.Windows.Value));
        band = Math.Clamp(Math.Exp(DetectionLimits.BandDeviations * deviation), DetectionLimits.LeastBand, DetectionLimits.WidestBand);
    }

    /// <summary>What an hour is known for; of one never seen, what the last hour has shown.</summary>
    private double OfHour(int hour) => float.IsNaN(profile[hour]) ? state.Rate : profile[hour];
}
