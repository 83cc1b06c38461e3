using System.Collections.Concurrent;
using Holdfast.Status.Page;
using Holdfast.Status.ReadApi;
using Holdfast.Status.Reports.Pages;
using Holdfast.Status.Storage;

namespace Holdfast.Status.Reports;

/// <summary>What a visitor is told after a report. The same answer for a service is rendered once in a while, whatever the crowd.</summary>
internal sealed class ReportAnswers(StatusStore store, PageRenderer pages, TimeProvider time)
{
    /// <summary>Answers kept; more services than that are not in trouble at once.</summary>
    private const int Kept = 200;

    private readonly ConcurrentDictionary<(string Service, ReportOutcome Outcome), (DateTimeOffset At, byte[] Body)> kept = new();

    /// <summary>What became of a report.</summary>
    /// <exception cref="StatusProblem">Nothing did (503).</exception>
    public async ValueTask<byte[]> OutcomeAsync(ReportedService service, ReportOutcome outcome)
    {
        var now = time.GetUtcNow();
        if (kept.TryGetValue((service.Id, outcome), out var known) && now >= known.At && now - known.At < Documents.Age)
        {
            return known.Body;
        }

        var (title, text) = outcome switch
        {
            ReportOutcome.Taken => ("Thank you", "Your report counts. It is on the chart within a minute."),
            ReportOutcome.TakenWithoutComment => (
                "Thank you",
                "Your report counts. So many comments wait to be read that yours was not kept."
            ),
            ReportOutcome.AlreadyToday => (
                "Reported already",
                "A report from your address range counts already today (UTC). One a day is enough: what counts is how many people report."
            ),
            ReportOutcome.NetworkFull => (
                "Enough from your network",
                "So many reports came from your network today that no more are counted."
            ),
            ReportOutcome.DayFull => throw new StatusProblem(
                503,
                "so many reports came today that no more can be taken; what was reported still stands"
            ),
            _ => throw new StatusProblem(503, "more reports come than can be written just now; try again in a minute"),
        };
        var body = await RenderAsync(service, title, text).ConfigureAwait(false);
        if (kept.Count >= Kept)
        {
            kept.Clear();
        }

        kept[(service.Id, outcome)] = (now, body);
        return body;
    }

    /// <summary>The second step of a report without a proof of work.</summary>
    public Task<byte[]> WaitAsync(ReportedService service, bool isEarly, string ticket, ReportForm form) =>
        RenderAsync(
            service,
            isEarly ? "A few seconds more" : "One more step",
            $"Your browser has not done the work that keeps false reports away, most likely because it runs no scripts. Wait for {ReportLimits.Wait.TotalSeconds:0} seconds, then send the report.",
            ("Ticket", ticket),
            ("Problem", Problems.Key(form.Problem)),
            ("Comment", form.Comment)
        );

    private Task<byte[]> RenderAsync(ReportedService service, string title, string text, params (string Name, object? Value)[] more) =>
        pages.RenderAsync<AnswerPage>([
            ("View", new PageView(store.Current, time.GetUtcNow())),
            ("Name", service.Name),
            ("Slug", service.Slug),
            ("Title", title),
            ("Text", text),
            .. more,
        ]);
}
