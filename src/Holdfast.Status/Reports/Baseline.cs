namespace Holdfast.Status.Reports;

/// <summary>
/// How many reports are usual, by time of day and day of the week, from the last 28 days. Slots in which trouble was told, and slots in
/// which no report could be made, are left out; a single bad day that was not told counts for three times the median at most.
/// </summary>
/// <remarks>
/// For each slot of the day the mean over the days of the hour around it, each day's limited; times a factor for the day of the week,
/// which stays near 1 while there are few reports to tell it from.
/// </remarks>
internal sealed class Baseline
{
    /// <summary>Days that it is made from: each day of the week four times.</summary>
    public const int Days = 28;

    /// <summary>Days that must have been seen at a time of day before it is known.</summary>
    public const int LeastDays = 3;

    private const int PerDay = ReportLimits.SlotsOfDay;

    /// <summary>Slots before and after one that tell of it too: half an hour.</summary>
    private const int Around = 6;

    /// <summary>Slots of the hour around that must have been seen for a day to tell: a third.</summary>
    private const int LeastAround = 4;

    /// <summary>Reports that a day of the week is taken for average by: with fewer it is hardly told from the others.</summary>
    private const double Strength = 20;

    private readonly double[] level;
    private readonly double[] weekday;

    private Baseline(double[] level, double[] weekday, bool isKnown)
    {
        this.level = level;
        this.weekday = weekday;
        IsKnown = isKnown;
    }

    /// <summary>Whether enough days were seen; else it is what was seen so far on average.</summary>
    public bool IsKnown { get; }

    /// <summary>Makes it.</summary>
    /// <param name="slots">A service's slots; what is not among them had no reports.</param>
    /// <param name="seen">The slots in which reports could be made.</param>
    /// <param name="until">The first slot that does not count any more: the present one.</param>
    public static Baseline Of(IEnumerable<ReportSlot> slots, IReadOnlySet<long> seen, long until)
    {
        var first = until - (Days * PerDay);
        var (sums, counts) = Sums(slots, seen, first);
        var days = new double[Days, PerDay];
        var level = new double[PerDay];
        var known = 0;
        Span<double> values = stackalloc double[Days];
        for (var s = 0; s < PerDay; s++)
        {
            var found = 0;
            for (var d = 0; d < Days; d++)
            {
                days[d, s] = Mean(sums, counts, (d * PerDay) + s);
                if (!double.IsNaN(days[d, s]))
                {
                    values[found++] = days[d, s];
                }
            }

            known += found >= LeastDays ? 1 : 0;
            if (found == 0)
            {
                level[s] = double.NaN;
                continue;
            }

            values[..found].Sort();
            var limit = (3 * values[found / 2]) + (3.0 / ((2 * Around) + 1));
            var sum = 0.0;
            for (var d = 0; d < Days; d++)
            {
                days[d, s] = Math.Min(days[d, s], limit);
                sum += double.IsNaN(days[d, s]) ? 0 : days[d, s];
            }

            level[s] = sum / found;
        }

        return new Baseline(
            Shifted(level, first, counts[^1] == 0 ? 0 : (double)sums[^1] / counts[^1]),
            Weekdays(days, level, first),
            known > PerDay / 2
        );
    }

    /// <summary>How many reports are usual in a slot.</summary>
    public double Expected(long slot) => level[slot % PerDay] * weekday[Weekday(slot)];

    /// <summary>The same for a span that ends within a slot.</summary>
    /// <param name="from">The first slot.</param>
    /// <param name="now">The end.</param>
    public double Expected(long from, DateTimeOffset now)
    {
        var last = ReportSlot.Of(now);
        var expected = Expected(last) * (now - ReportSlot.Start(last)).TotalSeconds / ReportLimits.SlotSeconds;
        for (var slot = from; slot < last; slot++)
        {
            expected += Expected(slot);
        }

        return expected;
    }

    /// <summary>Running sums of reports, and of slots that tell, over the days.</summary>
    private static (long[] Reports, int[] Slots) Sums(IEnumerable<ReportSlot> slots, IReadOnlySet<long> seen, long first)
    {
        var reports = new long[(Days * PerDay) + 1];
        var told = new int[(Days * PerDay) + 1];
        for (var i = 0; i < Days * PerDay; i++)
        {
            told[i + 1] = seen.Contains(first + i) ? 1 : 0;
        }

        foreach (var slot in slots)
        {
            var i = slot.Slot - first;
            if (i is < 0 or >= Days * PerDay)
            {
                continue;
            }

            if (slot.Level == ReportLevel.None && told[i + 1] == 1)
            {
                reports[i + 1] = slot.Counted;
            }
            else
            {
                told[i + 1] = 0;
            }
        }

        for (var i = 1; i < reports.Length; i++)
        {
            reports[i] += reports[i - 1];
            told[i] += told[i - 1];
        }

        return (reports, told);
    }

    private static double Mean(long[] reports, int[] told, int at)
    {
        var from = Math.Max(0, at - Around);
        var until = Math.Min(reports.Length - 1, at + Around + 1);
        var slots = told[until] - told[from];
        return slots < LeastAround ? double.NaN : (double)(reports[until] - reports[from]) / slots;
    }

    /// <summary>The levels by slot of the day, where they were by distance from the first slot; gaps get the mean.</summary>
    private static double[] Shifted(double[] level, long first, double mean)
    {
        var shifted = new double[PerDay];
        for (var s = 0; s < PerDay; s++)
        {
            shifted[(first + s) % PerDay] = double.IsNaN(level[s]) ? mean : level[s];
        }

        return shifted;
    }

    private static double[] Weekdays(double[,] days, double[] level, long first)
    {
        var actual = new double[7];
        var usual = new double[7];
        for (var d = 0; d < Days; d++)
        {
            for (var s = 0; s < PerDay; s++)
            {
                if (!double.IsNaN(days[d, s]))
                {
                    var day = Weekday(first + (d * PerDay) + s);
                    actual[day] += days[d, s];
                    usual[day] += level[s];
                }
            }
        }

        return [.. actual.Zip(usual, (a, u) => Math.Clamp((a + Strength) / (u + Strength), 0.2, 5))];
    }

    private static int Weekday(long slot) => (int)(slot / PerDay % 7);
}
