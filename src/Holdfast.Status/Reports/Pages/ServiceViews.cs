using Holdfast.Status.Storage;

namespace Holdfast.Status.Reports.Pages;

/// <summary>Puts together what pages and documents show.</summary>
internal sealed class ServiceViews(ReportDesk desk)
{
    /// <summary>Slots of a point of the chart: a quarter of an hour.</summary>
    public const int SlotsOfPoint = 900 / ReportLimits.SlotSeconds;

    /// <summary>Points of the chart: 24 hours.</summary>
    public const int Points = ReportLimits.SlotsOfDay / SlotsOfPoint;

    private const int ShownRegions = 10;
    private const int ShownRelated = 5;

    /// <summary>Services that begin within so long of each other rise together.</summary>
    private static readonly TimeSpan Together = TimeSpan.FromHours(1);

    /// <summary>Every service: those with trouble first, then by name.</summary>
    public List<ServiceSummary> All(DateTimeOffset now) =>
        [.. desk.Services.Shown.Select(service => Summary(service, now)).OrderByDescending(service => service.Level)];

    /// <summary>One service.</summary>
    public ServiceView One(ReportedService service, DateTimeOffset now)
    {
        var last = ReportSlot.Of(now);
        var baseline = desk.BaselineOf(service.Id);
        var points = new ReportPoint[Points];

        // Points are whole quarters of an hour, so that the chart does not move under the reader; the last one is under way.
        var end = (last / SlotsOfPoint * SlotsOfPoint) + SlotsOfPoint;
        var (day, discounted) = (0, 0);
        for (var i = 0; i < Points; i++)
        {
            var first = end - ((Points - i) * SlotsOfPoint);
            var slots = Enumerable.Range(0, SlotsOfPoint).Select(k => desk.SlotOf(service.Id, first + k)).ToList();
            points[i] = new ReportPoint(
                ReportSlot.Start(first),
                slots.Sum(slot => slot.Counted),
                baseline.IsKnown ? slots.Sum(slot => baseline.Expected(slot.Slot)) : null,
                slots.Max(slot => slot.Level)
            );
            day += points[i].Reports;
            discounted += slots.Sum(slot => slot.Taken - slot.Counted);
        }

        var (problems, regions) = desk.PartsOf(service.Id);
        return new ServiceView(
            Summary(service, now),
            service.Url,
            points,
            day,
            discounted,
            baseline.IsKnown,
            Parts(problems, name => StatusWords<Problem>.TryRead(name, out var problem) ? Problems.Text(problem) : name),
            [.. Parts(regions, desk.Countries.Name).Take(ShownRegions)],
            [
                .. desk.Comments(service.Id, shown: true, ReportLimits.ShownComments)
                    .Select(comment => (comment.At, Problems.Text(comment.Problem), comment.Text)),
            ],
            Related(service, now)
        );
    }

    /// <summary>Services of which trouble is told that began about when this one's did.</summary>
    private List<ServiceSummary> Related(ReportedService service, DateTimeOffset now)
    {
        var own = desk.StateOf(service.Id);
        if (own.Began is not { } began)
        {
            return [];
        }

        return
        [
            .. desk
                .Services.Shown.Where(other => other.Id != service.Id)
                .Select(other => (Service: other, State: desk.StateOf(other.Id)))
                .Where(other => other.State.Began is { } at && (at - began).Duration() <= Together)
                .OrderByDescending(other => other.State.Reports / Math.Max(1, other.State.Expected))
                .Take(ShownRelated)
                .Select(other => Summary(other.Service, now)),
        ];
    }

    private ServiceSummary Summary(ReportedService service, DateTimeOffset now)
    {
        var last = ReportSlot.Of(now);
        var hour = Enumerable.Range(0, 3_600 / ReportLimits.SlotSeconds).Sum(back => desk.SlotOf(service.Id, last - back).Counted);
        var state = desk.StateOf(service.Id);
        return new ServiceSummary(
            service.Slug,
            service.Name,
            service.Category,
            service.ComponentId is not null,
            state.Level,
            state.Began,
            hour
        );
    }

    private static List<ReportPart> Parts(List<(string Name, int Reports)> parts, Func<string, string> text)
    {
        var all = Math.Max(1, parts.Sum(part => part.Reports));
        return [.. parts.Select(part => new ReportPart(text(part.Name), part.Name, part.Reports, (double)part.Reports / all))];
    }
}
