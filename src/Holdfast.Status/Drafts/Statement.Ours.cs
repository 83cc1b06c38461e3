using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Page;
using Holdfast.Status.Watching;

namespace Holdfast.Status.Drafts;

// What is said of our own errors: of an edge as a whole, or of single sites there. A site that fails whole may be a hundredth of its edge.
internal sealed partial record Statement
{
    /// <summary>A site is told apart from its edge where so many times as many of its requests fail.</summary>
    private const double Apart = 3;

    /// <summary>Sites that are named.</summary>
    private const int MostNamed = 5;

    /// <summary>What says how bad it is: measured of whole edges where there is such, else everything.</summary>
    private ImmutableArray<Sign> Weighty =>
        !IsOurs || About == Modules ? Signs
        : Signs.Where(IsOfWholeEdge).ToImmutableArray() is { IsEmpty: false } whole ? whole
        : Errors is { IsEmpty: false } errors ? errors
        : Signs;

    private ImmutableArray<Sign> Errors => [.. Signs.Where(sign => sign.Kind == SignKind.EdgeErrors)];

    /// <summary>Errors of ours that are of single sites: their edge has few beside.</summary>
    private ImmutableArray<Sign> Singled =>
        [
            .. Errors.Where(sign =>
                sign.Zone is not null
                && sign.Share >= Apart * Errors.Where(whole => whole.Zone is null && whole.Source == sign.Source).Sum(whole => whole.Share)
            ),
        ];

    private static bool IsOfWholeEdge(Sign sign) =>
        sign.Kind == SignKind.NotAnswering || (sign.Zone is null && sign.Kind is SignKind.EdgeErrors or SignKind.SlowEdge);

    /// <summary>The title of our own errors.</summary>
    private string OursName
    {
        get
        {
            if (Errors.IsEmpty)
            {
                return $"{Places(Measured)} not answering";
            }

            var isOfSites = !Signs.Any(IsOfWholeEdge);
            return (Share >= 0.5, isOfSites) switch
            {
                (_, true) => $"Errors for {Sites(Errors)}",
                (true, _) => "Widespread errors",
                _ => "Elevated error rates",
            };
        }
    }

    /// <summary>The first sentences of our own errors; empty where there are none.</summary>
    private string OursBody(PageView view)
    {
        var errors = Errors;
        if (errors.IsEmpty)
        {
            return "";
        }

        var whole = errors.Where(sign => sign.Zone is null).ToImmutableArray();
        var of = whole.IsEmpty ? errors : whole;
        var worst = of.MaxBy(sign => sign.Share)!;
        var since = view.Clock(errors.Min(sign => sign.Since));
        return whole.IsEmpty
            ? $"{Percent(worst.Share)} of the requests for {Sites(errors)} at {Places(errors)} have failed since {since}, ordinarily {Percent(worst.Ordinary)}. The fault is ours, not that of the {(Zones(errors).Count == 1 ? "site" : "sites")}; others are served as usual.{CauseWords.Of(worst.Cause)} "
            : $"{Percent(worst.Share)} of the requests at {Places(whole)} have failed since {since}, ordinarily {Percent(worst.Ordinary)}. The fault is ours, not that of the sites behind it.{CauseWords.Of(worst.Cause)}{Touched(errors)} ";
    }

    /// <summary>The states of sites' components that fail beyond their edge.</summary>
    private IEnumerable<(string Id, ComponentStatus Status)> SingledComponents =>
        from sign in Singled
        let component = ComponentOf(sign.Zone!)
        where component is not null
        select (component.Id, StatusOf(sign.Share));

    private static List<string> Zones(ImmutableArray<Sign> errors) => [.. errors.Select(sign => sign.Zone).OfType<string>().Distinct()];

    /// <summary><c>example.com, example.org and 3 more sites</c>: by name where they have a component, the rest as a number.</summary>
    private string Sites(ImmutableArray<Sign> errors)
    {
        var zones = Zones(errors);
        var named = zones.Where(zone => ComponentOf(zone) is not null).Take(MostNamed).ToList();
        var others = zones.Count - named.Count;
        return (named.Count, others) switch
        {
            (0, 1) => "one site",
            (0, _) => string.Create(CultureInfo.InvariantCulture, $"{others} sites"),
            (_, 0) => string.Join(", ", named),
            _ => string.Create(
                CultureInfo.InvariantCulture,
                $"{string.Join(", ", named)} and {others} more {(others == 1 ? "site" : "sites")}"
            ),
        };
    }

    /// <summary>The sites that are known to be touched, with a space before; empty for none.</summary>
    private string Touched(ImmutableArray<Sign> errors)
    {
        var zones = Zones(errors);
        if (zones.Count == 0)
        {
            return "";
        }

        var named = zones.Where(zone => ComponentOf(zone) is not null).Take(MostNamed).Select(Told).ToList();
        var others = zones.Count - named.Count;
        return (named.Count, others) switch
        {
            (0, 1) => " One site is touched most.",
            (0, _) => string.Create(CultureInfo.InvariantCulture, $" {others} sites are touched most."),
            (_, 0) => $" Touched most: {string.Join(", ", named)}.",
            _ => string.Create(CultureInfo.InvariantCulture, $" Touched most: {string.Join(", ", named)} and {others} more."),
        };
    }

    /// <summary>A site's name, with its own share where that is far from its edge's.</summary>
    private string Told(string zone) =>
        Singled.Where(sign => sign.Zone == zone).ToList() is { Count: > 0 } apart
            ? $"{zone} ({Percent(apart.Max(sign => sign.Share))} of its requests)"
            : zone;

    private Component? ComponentOf(string zone) =>
        State.Components.FirstOrDefault(component => !component.IsGroup && component.Name.Equals(zone, StringComparison.OrdinalIgnoreCase));
}
