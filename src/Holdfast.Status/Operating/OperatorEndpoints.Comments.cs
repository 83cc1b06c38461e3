using Holdfast.Status.Reports;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Status.Operating;

/// <summary>What visitors wrote with their reports, and which of it is shown.</summary>
internal sealed partial class OperatorEndpoints
{
    private void MapComments(IEndpointRouteBuilder routes)
    {
        const string all = Root + "/comments";
        Page(routes, all, CommentsAsync);
        Act(routes, all + "/{id}/show", visit => Moderate(visit, show: true), CommentsAsync);
        Act(routes, all + "/{id}/remove", visit => Moderate(visit, show: false), CommentsAsync);
    }

    private string Moderate(Visit visit, bool show)
    {
        reports.Moderate(Name(visit), visit.Id, show);
        return $"{Root}/comments?done={(show ? "shown" : "removed")}";
    }

    private Task<byte[]> CommentsAsync(Visit visit) =>
        RenderAsync<CommentsPage>(
            visit,
            new CommentsView(
                reports.Comments(null, shown: false, CommentsView.Most),
                reports.Comments(null, shown: true, CommentsView.Most),
                reports.Services.Shown
            )
        );
}

/// <summary>What the page of comments is about.</summary>
/// <param name="Waiting">Those that nobody has decided about, newest first.</param>
/// <param name="Shown">Those that everybody sees.</param>
/// <param name="Services">What they are about.</param>
internal sealed record CommentsView(List<ReportComment> Waiting, List<ReportComment> Shown, List<ReportedService> Services)
{
    /// <summary>Of each list the newest.</summary>
    public const int Most = 50;

    /// <summary>What a service is called; one that is gone has its id.</summary>
    public string NameOf(string service) => Services.Find(one => one.Id == service)?.Name ?? service;
}
