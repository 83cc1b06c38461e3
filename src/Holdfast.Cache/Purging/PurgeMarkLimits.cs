namespace Holdfast.Cache.Purging;

/// <summary>Limits of <see cref="PurgeMarks"/>.</summary>
public sealed record PurgeMarkLimits
{
    /// <summary>
    /// Most marks of one zone, beyond which it is purged as a whole. Default 10,000, some 2 MB: a hundred full purges within an hour.
    /// </summary>
    public int MostMarksOfZone { get; init; } = 10_000;

    /// <summary>Most marks of all zones, beyond which the zones with most of them are purged as a whole. Default 500,000, some 100 MB.</summary>
    public int MostMarks { get; init; } = 500_000;

    /// <summary>
    /// How long a response may be under way and still be stored although something was purged meanwhile. Default an hour: what takes
    /// longer is not stored then.
    /// </summary>
    public TimeSpan LongestFill { get; init; } = TimeSpan.FromHours(1);
}
