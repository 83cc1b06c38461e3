using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Holdfast.Status.Detection;

/// <summary>What both kinds of detector remember beside their weekly profile; of a fixed size.</summary>
internal struct DetectorState
{
    public Tallies Rise;
    public Tallies Fall;
    public Caution RiseCaution;
    public Caution FallCaution;
    public ExcessVariance Steps;
    public ExcessVariance Windows;

    /// <summary>Seconds that were observed since the first one.</summary>
    public double Observed;

    /// <summary>The end of the last step, in seconds since 1970; 0 before the first.</summary>
    public long At;

    /// <summary>When what follows from the levels is reckoned anew.</summary>
    public long RefreshAt;

    /// <summary>The longest learning window's own sums.</summary>
    public double WindowSeconds;
    public double WindowEvents;
    public double WindowTotal;
    public double WindowExpected;

    /// <summary>The hour's own sums.</summary>
    public double HourSeconds;
    public double HourEvents;
    public double HourTotal;

    /// <summary>A ratio's errors and requests, slowly forgotten; a count's level beside its profile, and nothing.</summary>
    public double LevelEvents;
    public double LevelTotal;

    /// <summary>Requests a second, over an hour.</summary>
    public double Rate;

    /// <summary>What was counted over the last minute, and out of what.</summary>
    public double PresentEvents;
    public double PresentTotal;

    /// <summary>0 while there is no alarm; see <see cref="Alarm"/>.</summary>
    public long AlarmRaised;
    public long AlarmSince;
    public double AlarmOrdinary;
    public double AlarmPeak;
    public double AlarmEvents;
    public double AlarmTotal;
    public double Recovery;
    public double RecoverySeconds;

    /// <summary>Whether there is an alarm.</summary>
    public readonly bool IsAlarmed => AlarmRaised != 0;

    /// <summary>The state and the profile as bytes of this build, to be read by <see cref="TryRead"/>.</summary>
    public readonly byte[] Write(ReadOnlySpan<float> profile)
    {
        var size = Unsafe.SizeOf<DetectorState>();
        var bytes = new byte[size + (profile.Length * sizeof(float))];
        MemoryMarshal.Write(bytes, this);
        MemoryMarshal.AsBytes(profile).CopyTo(bytes.AsSpan(size));
        return bytes;
    }

    /// <summary>Reads what <see cref="Write"/> wrote; false when it is of another size.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out DetectorState state, Span<float> profile)
    {
        state = default;
        var size = Unsafe.SizeOf<DetectorState>();
        if (bytes.Length != size + (profile.Length * sizeof(float)))
        {
            return false;
        }

        state = MemoryMarshal.Read<DetectorState>(bytes);
        MemoryMarshal.Cast<byte, float>(bytes[size..]).CopyTo(profile);
        return true;
    }

    /// <summary>The present alarm, or null.</summary>
    /// <param name="present">The level over the last minute.</param>
    /// <param name="unit">What a share of 1 is of: 1, or a count's ordinary rate.</param>
    public readonly Alarm? Alarm(double present, double unit)
    {
        if (!IsAlarmed)
        {
            return null;
        }

        // Of a minute that began well the part that did not is told.
        if (At - AlarmSince < DetectionLimits.Present && AlarmTotal > 0)
        {
            present = AlarmEvents / AlarmTotal * unit;
        }

        return new Alarm(AlarmSince, AlarmRaised, AlarmOrdinary, present, AlarmPeak, AlarmEvents, AlarmTotal);
    }

    /// <summary>An alarm begins.</summary>
    public void Raise(in Tally reason, double ordinary)
    {
        AlarmRaised = At;
        AlarmSince = reason.Since;
        AlarmOrdinary = ordinary;
        AlarmPeak = reason.Total > 0 ? reason.Events / reason.Total : ordinary;
        AlarmEvents = reason.Events;
        AlarmTotal = reason.Total;
        Recovery = 0;
        RecoverySeconds = 0;
    }

    /// <summary>The alarm ends, and evidence is gathered from nothing.</summary>
    public void End()
    {
        AlarmRaised = 0;
        Rise = default;
        Fall = default;
    }

    /// <summary>A step begins to count.</summary>
    /// <param name="at">Its end.</param>
    /// <param name="seconds">How long it was.</param>
    /// <param name="requests">Requests in it.</param>
    public void Begin(long at, double seconds, double requests)
    {
        At = at;
        Observed += seconds;
        Rate += (requests / seconds - Rate) * Math.Min(1, seconds / Math.Min(Observed, 3_600));
    }

    /// <summary>A step's counts go into the sums of its window and hour; true when the window is full.</summary>
    public bool Sum(double seconds, double events, double total, double expected)
    {
        WindowSeconds += seconds;
        WindowEvents += events;
        WindowTotal += total;
        WindowExpected += expected;
        HourSeconds += seconds;
        HourEvents += events;
        HourTotal += total;
        return WindowSeconds >= DetectionLimits.Window;
    }

    /// <summary>Learns how much steps vary.</summary>
    public void LearnStep(double seconds, double events, double expected) =>
        Steps.Add(events, expected, expected + (Steps.Value * expected * expected), 1 - (seconds / DetectionLimits.StepMemory));

    /// <summary>Learns how much windows vary.</summary>
    public void LearnWindow(double expected) =>
        Windows.Add(
            WindowEvents,
            expected,
            expected + (Windows.Value * expected * expected),
            1 - (WindowSeconds / DetectionLimits.WindowMemory)
        );

    /// <summary>The next window begins.</summary>
    public void EndWindow()
    {
        RiseCaution.EndWindow(WindowSeconds);
        FallCaution.EndWindow(WindowSeconds);
        WindowSeconds = 0;
        WindowEvents = 0;
        WindowTotal = 0;
        WindowExpected = 0;
    }

    /// <summary>The next hour begins.</summary>
    public void EndHour()
    {
        HourSeconds = 0;
        HourEvents = 0;
        HourTotal = 0;
    }

    /// <summary>The last minute moves on.</summary>
    public void Count(double seconds, double events, double total)
    {
        var keep = Math.Exp(-seconds / DetectionLimits.Present);
        PresentEvents = (PresentEvents * keep) + events;
        PresentTotal = (PresentTotal * keep) + total;
    }
}
