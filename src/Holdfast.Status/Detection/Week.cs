namespace Holdfast.Status.Detection;

/// <summary>Where in the week a moment lies, in hours of UTC.</summary>
internal static class Week
{
    /// <summary>Hours of a week.</summary>
    public const int Hours = 168;

    /// <summary>The hour of the week, 0 to 167; 0 is Thursday's first, since 1970 began with one.</summary>
    public static int Hour(long at) => (int)(at / 3_600 % Hours);

    /// <summary>The two hours whose middles a moment lies between, and the later one's share.</summary>
    public static (int Earlier, int Later, double Share) Between(long at)
    {
        var earlier = Hour(at + (Hours * 3_600) - 1_800);
        return (earlier, (earlier + 1) % Hours, ((at + 1_800) % 3_600) / 3_600.0);
    }
}
