using System.Globalization;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Storage;

namespace Holdfast.Status.Page;

/// <summary>What a page is rendered from: what there is to say, and the time that it is said at.</summary>
/// <remarks>Public only because components are: a page is rendered here and nowhere else.</remarks>
public sealed class PageView
{
    private const string FieldFormat = "yyyy-MM-dd'T'HH:mm";

    private readonly TimeZoneInfo zone;

    internal PageView(StatusSnapshot snapshot, DateTimeOffset now)
    {
        Snapshot = snapshot;
        Now = now;
        zone = TimeZoneInfo.TryFindSystemTimeZoneById(Profile.TimeZone, out var found) ? found : TimeZoneInfo.Utc;
    }

    /// <summary>What there is to say.</summary>
    internal StatusSnapshot Snapshot { get; }

    /// <summary>The time that it is said at.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>Components and incidents.</summary>
    public StatusPageState State => Snapshot.State;

    /// <summary>Whose page it is.</summary>
    public StatusPageProfile Profile => Snapshot.State.Profile;

    /// <summary>Today where the page is.</summary>
    public DateOnly Today => DayOf(Now);

    /// <summary>The day that a moment falls on where the page is.</summary>
    public DateOnly DayOf(DateTimeOffset at) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, zone).DateTime);

    /// <summary>When a day begins where the page is.</summary>
    public DateTimeOffset StartOf(DateOnly day)
    {
        var local = day.ToDateTime(TimeOnly.MinValue);
        while (zone.IsInvalidTime(local))
        {
            // Where the clocks go forward at midnight the day begins later.
            local = local.AddMinutes(30);
        }

        return new DateTimeOffset(local, zone.GetUtcOffset(local));
    }

    /// <summary>A moment as a form's field has it, in the page's zone: <c>2025-11-18T11:48</c>.</summary>
    public string Field(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, zone).ToString(FieldFormat, CultureInfo.InvariantCulture);

    /// <summary>Reads what <see cref="Field"/> writes; null when it is something else, or a time that the clocks jump over.</summary>
    public DateTimeOffset? Read(string field) =>
        DateTime.TryParseExact(
            field,
            [FieldFormat, FieldFormat + "':'ss"],
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var local
        )
        && local.Year is >= 2000 and < 2200
        && !zone.IsInvalidTime(local)
            ? new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime()
            : null;

    /// <summary><c>18 Nov 2025, 11:48 UTC</c></summary>
    public string Text(DateTimeOffset at)
    {
        var local = TimeZoneInfo.ConvertTime(at, zone);
        return local.ToString("d MMM yyyy, HH:mm ", CultureInfo.InvariantCulture) + Zone(local);
    }

    /// <summary><c>11:48 UTC</c></summary>
    public string Clock(DateTimeOffset at)
    {
        var local = TimeZoneInfo.ConvertTime(at, zone);
        return local.ToString("HH:mm ", CultureInfo.InvariantCulture) + Zone(local);
    }

    /// <summary><c>18 November 2025</c></summary>
    public static string Text(DateOnly day) => day.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);

    /// <summary><c>99.98 %</c>, rounded down: what was not all is never called all.</summary>
    public static string Percent(double share)
    {
        var floored = Math.Floor(share * 10_000) / 100;
        return floored.ToString(floored is 100 ? "0" : "0.00", CultureInfo.InvariantCulture) + " %";
    }

    /// <summary><c>1 h 23 min</c></summary>
    public static string Text(TimeSpan time) =>
        time >= TimeSpan.FromHours(1) ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes} min")
        : time >= TimeSpan.FromMinutes(1) ? string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, time.Seconds)} s");

    private static string Zone(DateTimeOffset local) =>
        local.Offset == TimeSpan.Zero
            ? "UTC"
            : "UTC" + (local.Offset < TimeSpan.Zero ? "−" : "+") + local.Offset.ToString("hh\\:mm", CultureInfo.InvariantCulture);
}
