namespace Holdfast.Status.Reports;

/// <summary>
/// What the reports of a span count for. A network (IPv4 /16, IPv6 /32) counts for a tenth of what all count for, and for three at most
/// where there are few: so a campaign from one network, or from some that one customer has, does not look like an outage, while an
/// outage that many networks report counts in full.
/// </summary>
internal static class NetworkShare
{
    /// <summary>Most that one network makes of what is counted.</summary>
    public const double Most = 0.1;

    /// <summary>What a network counts for however few there are.</summary>
    public const int Least = 3;

    /// <summary>What the reports count for.</summary>
    /// <param name="networks">The reports of each network, in any order.</param>
    public static int Counted(IReadOnlyCollection<int> networks)
    {
        var sorted = networks.ToArray();
        Array.Sort(sorted);

        // With the k largest at the limit c, and all others below it: c = Most * (k * c + the others), so c = Most * others / (1 - Most * k).
        long others = 0;
        foreach (var reports in sorted)
        {
            others += reports;
        }

        var cap = (double)(sorted.Length == 0 ? 0 : sorted[^1]);
        for (var k = 1; k <= sorted.Length && cap > Most * Sum(sorted, cap); k++)
        {
            others -= sorted[^k];
            cap = Most * k < 1 ? Most * others / (1 - (Most * k)) : 0;
            if (k < sorted.Length && sorted[^(k + 1)] <= cap)
            {
                break;
            }
        }

        return (int)Sum(sorted, Math.Max(Least, Math.Floor(cap + 1e-9)));
    }

    private static double Sum(int[] sorted, double cap)
    {
        var sum = 0.0;
        foreach (var reports in sorted)
        {
            sum += Math.Min(reports, cap);
        }

        return sum;
    }
}
