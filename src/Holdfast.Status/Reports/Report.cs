namespace Holdfast.Status.Reports;

/// <summary>A report as it came, before anything of it is written.</summary>
/// <param name="Service">The service's id.</param>
/// <param name="Visitor">Whose it is; only keyed hashes of it are written.</param>
/// <param name="Problem">What is wrong.</param>
/// <param name="Region">The country, two upper-case letters; <c>XX</c> when it is not known.</param>
/// <param name="Comment">What was said with it, or null.</param>
internal sealed record Report(string Service, Visitor Visitor, Problem Problem, string Region, string? Comment);

/// <summary>What became of a report.</summary>
internal enum ReportOutcome
{
    /// <summary>It is on the disk, and counts.</summary>
    Taken,

    /// <summary>The same, but its comment was not kept: too many wait already.</summary>
    TakenWithoutComment,

    /// <summary>This person's report about this service is counted already today.</summary>
    AlreadyToday,

    /// <summary>So many came from this network today that no more are counted.</summary>
    NetworkFull,

    /// <summary>So many reports came today that no more can be kept apart.</summary>
    DayFull,

    /// <summary>More wait for the disk than can be kept in memory.</summary>
    Busy,
}

/// <summary>What a visitor said with a report.</summary>
/// <param name="Id">Twelve lower-case letters and digits.</param>
/// <param name="Service">The service's id.</param>
/// <param name="At">When.</param>
/// <param name="Problem">The problem that was reported.</param>
/// <param name="Text">The words.</param>
/// <param name="IsShown">Whether an operator let it through.</param>
internal sealed record ReportComment(string Id, string Service, DateTimeOffset At, Problem Problem, string Text, bool IsShown);

/// <summary>How much trouble visitors report.</summary>
public enum ReportLevel
{
    /// <summary><c>none</c>: no more reports than usual.</summary>
    None,

    /// <summary><c>possible</c>: more than usual.</summary>
    Possible,

    /// <summary><c>problems</c>: many more than usual, from many networks, for some time.</summary>
    Problems,
}

/// <summary>The reports of one service in one slot.</summary>
/// <param name="Slot">Its number: seconds since 1970 by <see cref="ReportLimits.SlotSeconds"/>.</param>
/// <param name="Taken">Reports that were taken.</param>
/// <param name="Counted">What they count for: no network for more than its share, see <see cref="NetworkShare"/>.</param>
/// <param name="Networks">Networks that they came from.</param>
/// <param name="Level">The worst level that was told in it.</param>
internal readonly record struct ReportSlot(long Slot, int Taken, int Counted, int Networks, ReportLevel Level)
{
    /// <summary>The slot that a moment lies in.</summary>
    public static long Of(DateTimeOffset at) => at.ToUnixTimeSeconds() / ReportLimits.SlotSeconds;

    /// <summary>When a slot begins.</summary>
    public static DateTimeOffset Start(long slot) => DateTimeOffset.FromUnixTimeSeconds(slot * ReportLimits.SlotSeconds);
}
