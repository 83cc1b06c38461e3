using System.Globalization;
using Holdfast.Status.Feeds;
using Holdfast.Status.Page;
using Holdfast.Status.Storage;

namespace Holdfast.Status.ReadApi;

/// <summary>A document at a fixed path that any site's scripts may read.</summary>
/// <param name="Path">Its path.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="Render">Renders it from what the page says.</param>
internal sealed record PublicDocument(string Path, string ContentType, Func<PageView, byte[]> Render);

/// <summary>Everything that everybody may read, rendered; the server answers with it, and the export writes it to files.</summary>
internal sealed class PublicPages(StatusStore store, PageRenderer pages)
{
    /// <summary>The documents at fixed paths: Statuspage's version 2, feeds and badges.</summary>
    public static IReadOnlyList<PublicDocument> Documents { get; } =
    [
        .. V2Documents.All.Select(one => new PublicDocument(
            $"/api/v2/{one.Key}",
            "application/json; charset=utf-8",
            view => one.Value(view.State)
        )),
        new("/history.rss", "application/rss+xml; charset=utf-8", IncidentFeeds.Rss),
        new("/history.atom", "application/atom+xml; charset=utf-8", IncidentFeeds.Atom),
        new("/history.json", "application/feed+json; charset=utf-8", IncidentFeeds.Json),
        new("/maintenance.ics", "text/calendar; charset=utf-8", MaintenanceCalendar.Write),
        new("/badge.svg", "image/svg+xml", Badge.Write),
        new("/badge-icon.svg", "image/svg+xml", Badge.Icon),
    ];

    /// <summary>The first view.</summary>
    public Task<byte[]> HomeAsync(PageView view) => pages.RenderAsync<Home>(("View", view));

    /// <summary>The line for another site's frame.</summary>
    public Task<byte[]> EmbedAsync(PageView view) => pages.RenderAsync<EmbedPage>(("View", view));

    /// <summary>An incident's page, or null when there is none.</summary>
    public async ValueTask<byte[]?> IncidentAsync(PageView view, string id) =>
        store.Incident(id) is { } incident
            ? await pages.RenderAsync<IncidentPage>(("View", view), ("Incident", incident)).ConfigureAwait(false)
            : null;

    /// <summary>The months that have a page, newest first.</summary>
    public IEnumerable<DateOnly> Months(PageView view)
    {
        var latest = new DateOnly(view.Today.Year, view.Today.Month, 1);
        var oldest = store.Oldest() is { } at ? view.DayOf(at) : latest;
        for (var month = latest; month >= new DateOnly(oldest.Year, oldest.Month, 1); month = month.AddMonths(-1))
        {
            yield return month;
        }
    }

    /// <summary>A month's page; null when it is no month, or outside of the history.</summary>
    /// <param name="view">What there is to say.</param>
    /// <param name="text"><c>2025-11</c>, or null for this month.</param>
    public async ValueTask<byte[]?> HistoryAsync(PageView view, string? text)
    {
        var latest = new DateOnly(view.Today.Year, view.Today.Month, 1);
        var month = latest;
        if (text is not null && !DateOnly.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out month))
        {
            return null;
        }

        var first = Months(view).LastOrDefault(latest);
        if (month < first || month > latest)
        {
            return null;
        }

        return await pages
            .RenderAsync<HistoryPage>(
                ("View", view),
                ("First", month),
                ("Incidents", store.Between(view.StartOf(month), view.StartOf(month.AddMonths(1)))),
                ("Earlier", month > first ? month.AddMonths(-1) : null),
                ("Later", month < latest ? month.AddMonths(1) : null)
            )
            .ConfigureAwait(false);
    }
}
