using Holdfast.Status.Detection;
using Holdfast.Status.Tests.Detection.Simulation;

namespace Holdfast.Status.Tests.Detection;

/// <summary>The detectors on simulated zones; the long form, with its curves, is bench/detection.sh.</summary>
public sealed class DetectorTests
{
    private const int Day = 86_400;

    public static TheoryData<string> Kinds => [.. Enum.GetNames<ZoneKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Zone_ForSixWeeksAsEver_RaisesNoAlarm(string kind)
    {
        var zone = new WatchedZone(new SimulatedZone(Enum.Parse<ZoneKind>(kind), 7));

        zone.Run(42 * Day, 10);

        Assert.Empty(zone.Alarms);
    }

    [Fact]
    public void EdgeErrors_JumpToOnePercentAtAHundredASecond_AreFoundWithinAMinute()
    {
        var delays = Trials.Jump(100, 0.01, 60).Run(100, 11);

        Assert.True(delays.Count >= 99, $"{delays.Count} of 100 were found");
    }

    [Theory]
    [InlineData(100, 10)]
    [InlineData(1, 600)]
    public void EdgeErrors_JumpToAll_AreFoundInTime(double rate, int seconds)
    {
        var delays = Trials.Jump(rate, 1, seconds).Run(50, 13);

        Assert.Equal(50, delays.Count);
    }

    [Fact]
    public void EdgeErrors_RiseSlowly_AreFound()
    {
        var delays = Trials.Ramp(100, 0.005, 3_600, 3_600).Run(20, 17);

        Assert.Equal(20, delays.Count);
    }

    [Theory]
    [InlineData(0, 60)]
    [InlineData(0.4, 600)]
    [InlineData(5, 600)]
    public void Requests_FallOrRise_AreFoundInTime(double factor, int seconds)
    {
        var delays = Trials.Traffic(100, factor, seconds).Run(20, 19);

        Assert.Equal(20, delays.Count);
    }

    [Fact]
    public void Alarm_TellsWhenItBeganHowBadItIsAndWhenItIsOver()
    {
        var zone = Taught(100);
        var began = zone.Now;
        zone.Zone.EdgeErrors = 0.05;
        Assert.NotNull(zone.RunUntil("edge", 60, 1));
        zone.Run(300, 1);

        var alarm = zone.Edge.Alarm!.Value;
        Assert.InRange(alarm.Since, began - 5, began + 5);
        Assert.InRange(alarm.Ordinary, 0.00005, 0.0002);
        Assert.InRange(alarm.Present, 0.03, 0.07);
        Assert.InRange(alarm.Events / alarm.Total, 0.03, 0.07);
        Assert.False(alarm.IsFalling);

        zone.Zone.EdgeErrors = 0.01;
        zone.Run(240, 1);
        Assert.True(zone.Edge.Alarm!.Value.IsFalling);

        zone.Zone.EdgeErrors = SimulatedZone.EdgeRatio;
        zone.Run(900, 1);
        Assert.Null(zone.Edge.Alarm);
        Assert.Single(zone.Alarms);
    }

    [Fact]
    public void ErrorsOfTwoOfThreeSeconds_AreNoAlarm()
    {
        var zone = Taught(100);
        zone.Zone.EdgeErrors = 1;
        zone.Run(2, 1);
        zone.Zone.EdgeErrors = SimulatedZone.EdgeRatio;
        zone.Run(600, 1);

        Assert.Empty(zone.Alarms);
    }

    [Fact]
    public void RequestsThatStayAway_AreTheNewLevelAfterHours()
    {
        var zone = Taught(100);
        zone.Zone.Traffic = 0.2;
        zone.Run(5 * 3_600, 10);
        Assert.NotNull(zone.Requests.Alarm);

        zone.Run(3 * Day, 10);

        Assert.Null(zone.Requests.Alarm);
    }

    [Fact]
    public void Detector_WrittenAndRead_GoesOnToTheSameVerdicts()
    {
        var one = Taught(20);
        var two = one.Fork(new SimulatedZone(ZoneKind.Diurnal, 23, 20).Reseeded(5));
        one = one.Fork(new SimulatedZone(ZoneKind.Diurnal, 23, 20).Reseeded(5));
        one.Zone.EdgeErrors = 0.01;
        two.Zone.EdgeErrors = 0.01;
        one.Run(1_800, 1);
        two.Run(900, 1);
        two = two.Fork(two.Zone);
        two.Run(900, 1);

        Assert.NotEmpty(one.Alarms);
        Assert.Equal(one.Edge.Alarm, two.Edge.Alarm);
        Assert.Equal(one.Edge.Write(), two.Edge.Write());
        Assert.Equal(one.Requests.Write(), two.Requests.Write());
    }

    [Fact]
    public void Detector_InItsFirstHour_FindsAnOutageAndTakesOneInTenForOrdinary()
    {
        var tenth = new RatioDetector();
        var at = WatchedZone.Start;
        for (var i = 0; i < 300; i++)
        {
            Assert.Equal(Verdict.Ordinary, tenth.Observe(at += 10, 10, 10, 100));
        }

        var half = new RatioDetector();
        at = WatchedZone.Start;
        for (var i = 0; i < 10; i++)
        {
            half.Observe(at += 10, 10, 0, 100);
        }

        for (var i = 0; i < 6; i++)
        {
            half.Observe(at += 10, 10, 60, 100);
        }

        Assert.NotNull(half.Alarm);

        // One of which no level is an outage says nothing.
        var patient = new RatioDetector { IsPatient = true };
        at = WatchedZone.Start;
        for (var i = 0; i < 300; i++)
        {
            Assert.Equal(Verdict.Learning, patient.Observe(at += 10, 10, 100, 100));
        }
    }

    [Fact]
    public void Detector_OfAnotherBuildsBytes_BeginsAnew()
    {
        Assert.Equal(Verdict.Learning, RatioDetector.Read([1, 2, 3], isPatient: true).Observe(WatchedZone.Start, 1, 0, 10));
        Assert.Equal(Verdict.Learning, CountDetector.Read([1, 2, 3]).Observe(WatchedZone.Start, 1, 10));
    }

    [Fact]
    public void Step_ForAnyDetector_AllocatesNothing()
    {
        var (edge, requests) = (new RatioDetector(), new CountDetector());
        var least = long.MaxValue;

        // The runtime allocates for this thread too, once, when it compiles what is reached for the first time or runs hot. A step that
        // allocated would do so in every one of these spans.
        for (var span = 0; span < 5; span++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Steps(span * 20_000, (span + 1) * 20_000);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);

        void Steps(int from, int to)
        {
            for (var i = from; i < to; i++)
            {
                edge.Observe(WatchedZone.Start + (i * 60), 60, i % 3, 6_000);
                requests.Observe(WatchedZone.Start + (i * 60), 60, 6_000 + (i % 100));
            }
        }
    }

    private static WatchedZone Taught(double rate)
    {
        var zone = new WatchedZone(new SimulatedZone(ZoneKind.Diurnal, 23, rate));
        zone.Run(21 * Day, 10);
        Assert.Empty(zone.Alarms);
        return zone;
    }
}
