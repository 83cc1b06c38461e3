namespace Holdfast.Status.Reports.Pages;

/// <summary>A service as a list shows it.</summary>
/// <remarks>Public only because components are, as everything here.</remarks>
/// <param name="Slug">Its place in the address.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Category">What it stands under; null for the rest.</param>
/// <param name="IsOwn">Whether it is one of this page's.</param>
/// <param name="Level">What is told of it.</param>
/// <param name="Since">Since when there are more reports than usual; null while there are not.</param>
/// <param name="LastHour">Reports of the last hour.</param>
public sealed record ServiceSummary(
    string Slug,
    string Name,
    string? Category,
    bool IsOwn,
    ReportLevel Level,
    DateTimeOffset? Since,
    int LastHour
);

/// <summary>Reports of a quarter of an hour.</summary>
/// <param name="At">When it begins.</param>
/// <param name="Reports">How many count.</param>
/// <param name="Expected">How many are usual; null while that is not known.</param>
/// <param name="Level">The worst level that was told in it.</param>
public readonly record struct ReportPoint(DateTimeOffset At, int Reports, double? Expected, ReportLevel Level);

/// <summary>A part of all reports of a day.</summary>
/// <param name="Name">What it is, in words.</param>
/// <param name="Key">What it is, for programs.</param>
/// <param name="Reports">How many.</param>
/// <param name="Share">Of all, 0 to 1.</param>
public sealed record ReportPart(string Name, string Key, int Reports, double Share);

/// <summary>Everything that a service's page shows.</summary>
/// <param name="Summary">As the list has it.</param>
/// <param name="Url">Its own site, or null.</param>
/// <param name="Points">The last 24 hours by quarters, oldest first.</param>
/// <param name="Day">Reports of the last 24 hours that count.</param>
/// <param name="Discounted">Reports of the last 24 hours that were taken and do not count: too many of one network.</param>
/// <param name="IsBaselineKnown">Whether it is known what is usual.</param>
/// <param name="Problems">Problem types, most reported first.</param>
/// <param name="Regions">Countries, most reported first, at most ten.</param>
/// <param name="Comments">Those that were let through, newest first.</param>
/// <param name="Related">Services that rise too, the most unusual first.</param>
public sealed record ServiceView(
    ServiceSummary Summary,
    string? Url,
    IReadOnlyList<ReportPoint> Points,
    int Day,
    int Discounted,
    bool IsBaselineKnown,
    IReadOnlyList<ReportPart> Problems,
    IReadOnlyList<ReportPart> Regions,
    IReadOnlyList<(DateTimeOffset At, string Problem, string Text)> Comments,
    IReadOnlyList<ServiceSummary> Related
)
{
    /// <summary>Reports of the last hour.</summary>
    public double? ExpectedInHour => IsBaselineKnown ? Points.TakeLast(4).Sum(point => point.Expected) : null;
}

/// <summary>The levels in words, and their looks.</summary>
public static class LevelTexts
{
    /// <summary>As the page's first line says it.</summary>
    public static string Text(ReportLevel level) =>
        level switch
        {
            ReportLevel.Problems => "Visitors report problems",
            ReportLevel.Possible => "Visitors report possible problems",
            _ => "No unusual reports",
        };

    /// <summary>As a list says it.</summary>
    public static string Short(ReportLevel level) =>
        level switch
        {
            ReportLevel.Problems => "Problems",
            ReportLevel.Possible => "Possible problems",
            _ => "No problems",
        };

    /// <summary>The class of its look in the style sheet.</summary>
    public static string Look(ReportLevel level) =>
        level switch
        {
            ReportLevel.Problems => "critical",
            ReportLevel.Possible => "minor",
            _ => "good",
        };
}
