using System.Text.Json.Serialization;

namespace Holdfast.Status.Reports;

/// <summary>What is told of a service, and what it follows from. Immutable; <see cref="Next"/> goes on.</summary>
internal sealed record ReportState
{
    /// <summary>Slots that are looked at: the present one and two before, so 10 to 15 minutes.</summary>
    public const int Slots = 3;

    /// <summary>More than usual has to last so long before it is told: two looks of chance are no trouble.</summary>
    public static readonly TimeSpan UntilPossible = TimeSpan.FromMinutes(2);

    /// <summary>Many more than usual has to last so long before problems are told.</summary>
    public static readonly TimeSpan UntilProblems = TimeSpan.FromMinutes(5);

    /// <summary>More than usual, from many networks, for so long is told as problems too.</summary>
    public static readonly TimeSpan UntilLasting = TimeSpan.FromMinutes(30);

    /// <summary>It has to be calmer for so long before less is told.</summary>
    public static readonly TimeSpan UntilCalm = TimeSpan.FromMinutes(15);

    /// <summary>What lasts so long is what is usual from then on: it is still told, and no longer left out of the baseline.</summary>
    public static readonly TimeSpan UntilUsual = TimeSpan.FromDays(2);

    /// <summary>Networks that more than usual must come from.</summary>
    public const int PossibleNetworks = 4;

    /// <summary>Networks that problems must come from.</summary>
    public const int ProblemsNetworks = 10;

    /// <summary>What is told.</summary>
    public ReportLevel Level { get; init; }

    /// <summary>Since when that level is told.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>Since when there were more reports than usual, while anything is told.</summary>
    public DateTimeOffset? Began { get; init; }

    /// <summary>Most reports in the slots that are looked at, since it began.</summary>
    public int Peak { get; init; }

    /// <summary>Reports in the slots that are looked at.</summary>
    [JsonIgnore]
    public int Reports { get; init; }

    /// <summary>How many are usual.</summary>
    [JsonIgnore]
    public double Expected { get; init; }

    /// <summary>Networks that they came from.</summary>
    [JsonIgnore]
    public int Networks { get; init; }

    /// <summary>Since when there are enough for <see cref="ReportLevel.Possible"/>, without a break.</summary>
    [JsonIgnore]
    public DateTimeOffset? Above { get; init; }

    /// <summary>Since when there are enough for <see cref="ReportLevel.Problems"/>, without a break.</summary>
    [JsonIgnore]
    public DateTimeOffset? High { get; init; }

    /// <summary>Since when there are too few for the level that is told, without a break.</summary>
    [JsonIgnore]
    public DateTimeOffset? Calm { get; init; }

    /// <summary>Whether it is past its worst: fewer than half of the peak.</summary>
    [JsonIgnore]
    public bool IsFalling => Level != ReportLevel.None && Reports < Peak / 2.0;

    /// <summary>Whether what is seen now still teaches nothing of what is usual.</summary>
    public bool IsUnusual(DateTimeOffset now) => Level != ReportLevel.None && now - (Began ?? now) < UntilUsual;

    /// <summary>Reports that are enough for a level, where so many are usual.</summary>
    /// <param name="level">Possible or problems.</param>
    /// <param name="expected">How many are usual.</param>
    /// <param name="isKnown">Whether that is known, or a guess of the first days, which asks for ten times the least.</param>
    public static double Enough(ReportLevel level, double expected, bool isKnown) =>
        level == ReportLevel.Possible
            ? Math.Max(isKnown ? 5 : 50, (2 * expected) + (3 * Math.Sqrt(expected)))
            : Math.Max(isKnown ? 20 : 200, (4 * expected) + (6 * Math.Sqrt(expected)));

    /// <summary>What is told after one more look.</summary>
    /// <param name="now">The time of the look.</param>
    /// <param name="reports">Reports in the slots that are looked at.</param>
    /// <param name="expected">How many are usual.</param>
    /// <param name="isKnown">See <see cref="Enough"/>.</param>
    /// <param name="networks">Networks that they came from.</param>
    public ReportState Next(DateTimeOffset now, int reports, double expected, bool isKnown, int networks)
    {
        var possible = Enough(ReportLevel.Possible, expected, isKnown);
        var problems = Enough(ReportLevel.Problems, expected, isKnown);
        var above = reports >= possible && networks >= PossibleNetworks ? Above ?? now : (DateTimeOffset?)null;
        var high = reports >= problems && networks >= ProblemsNetworks ? High ?? now : (DateTimeOffset?)null;
        var tooFew = Level switch
        {
            ReportLevel.Problems => reports < problems / 2 && !(reports >= possible && networks >= ProblemsNetworks),
            ReportLevel.Possible => reports < possible / 2,
            _ => false,
        };
        var next = this with
        {
            Reports = reports,
            Expected = expected,
            Networks = networks,
            Above = above,
            High = high,
            Calm = tooFew ? Calm ?? now : null,
            Peak = Level == ReportLevel.None ? reports : Math.Max(Peak, reports),
        };
        var level = next.Reached(now);
        if (level == Level)
        {
            return next;
        }

        return next with
        {
            Level = level,
            Since = now,
            Began = level == ReportLevel.None ? null : Began ?? above ?? now,
            Calm = null,
        };
    }

    private ReportLevel Reached(DateTimeOffset now)
    {
        var lasting = now - Above >= UntilLasting && Networks >= ProblemsNetworks;
        if (Level != ReportLevel.Problems && (now - High >= UntilProblems || lasting))
        {
            return ReportLevel.Problems;
        }

        if (Level == ReportLevel.None)
        {
            return now - Above >= UntilPossible ? ReportLevel.Possible : ReportLevel.None;
        }

        return now - Calm >= UntilCalm ? Level - 1 : Level;
    }
}
