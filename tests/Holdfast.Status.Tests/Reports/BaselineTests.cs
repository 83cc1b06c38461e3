using Holdfast.Status.Reports;

namespace Holdfast.Status.Tests.Reports;

/// <summary>What is usual, from four weeks of slots.</summary>
public sealed class BaselineTests
{
    private const int PerDay = ReportLimits.SlotsOfDay;

    // A Thursday at 00:00 UTC, so that the days of the week are whole.
    private const long Until = 20_412L * PerDay;
    private const long From = Until - (Baseline.Days * PerDay);

    [Fact]
    public void DayAndNight_AndWeekends_AreKnown()
    {
        var baseline = Of(Usual);

        Assert.True(baseline.IsKnown);
        for (var slot = Until; slot < Until + (7 * PerDay); slot += 7)
        {
            Assert.InRange(baseline.Expected(slot), Usual(slot) * 0.8, (Usual(slot) * 1.2) + 0.3);
        }
    }

    [Fact]
    public void Gaps_AreNotQuiet()
    {
        // The page was down for two whole weeks, and each day from 6 to 12.
        bool Seen(long slot) => (slot < From + (7 * PerDay) || slot >= From + (21 * PerDay)) && slot % PerDay is < 72 or >= 144;
        var baseline = Of(slot => Seen(slot) ? 10 : 0, Seen);

        Assert.True(baseline.IsKnown);
        Assert.Equal(10, baseline.Expected(Until + 20), 0.5);
        Assert.Equal(10, baseline.Expected(Until + 110), 0.5);
    }

    [Fact]
    public void PastIncidents_TeachNothing_ToldOrNot()
    {
        // A day of the last week with a hundred times the reports, told; and one that nobody told.
        bool IsBad(long slot) => slot / PerDay is (Until / PerDay) - 3;
        bool IsUntold(long slot) => slot / PerDay is (Until / PerDay) - 5;
        var told = Of(slot => IsBad(slot) ? 500 : 5, level: slot => IsBad(slot) ? ReportLevel.Problems : ReportLevel.None);
        var untold = Of(slot => IsUntold(slot) ? 500 : 5);

        for (var slot = Until; slot < Until + (7 * PerDay); slot += 11)
        {
            Assert.Equal(5, told.Expected(slot), 0.1);
            Assert.InRange(untold.Expected(slot), 4, 9);
        }
    }

    [Fact]
    public void YoungService_IsNotKnown_AndGuessedByItsMean()
    {
        var two = Of(_ => 4, slot => slot >= Until - (2 * PerDay));
        var four = Of(_ => 4, slot => slot >= Until - (4 * PerDay));
        var none = Of(_ => 0, _ => false);

        Assert.False(two.IsKnown);
        Assert.Equal(4, two.Expected(Until + 50), 0.2);
        Assert.True(four.IsKnown);
        Assert.False(none.IsKnown);
        Assert.Equal(0, none.Expected(Until));
    }

    [Fact]
    public void Span_ThatEndsWithinASlot_HasItsPart()
    {
        var baseline = Of(_ => 6);

        Assert.Equal(15, baseline.Expected(Until, ReportSlot.Start(Until + 2).AddSeconds(150)), 0.5);
    }

    private static int Usual(long slot)
    {
        var daily = 30 + (int)(20 * Math.Sin(slot % PerDay * 2 * Math.PI / PerDay));
        return slot / PerDay % 7 is 2 or 3 ? daily / 3 : daily;
    }

    private static Baseline Of(Func<long, int> reports, Func<long, bool>? seen = null, Func<long, ReportLevel>? level = null)
    {
        var slots = Enumerable.Range(0, Baseline.Days * PerDay).Select(i => From + i).ToList();
        return Baseline.Of(
            slots
                .Where(slot => reports(slot) > 0)
                .Select(slot => new ReportSlot(slot, reports(slot), reports(slot), 1, level?.Invoke(slot) ?? ReportLevel.None)),
            slots.Where(slot => seen?.Invoke(slot) ?? true).ToHashSet(),
            Until
        );
    }
}
