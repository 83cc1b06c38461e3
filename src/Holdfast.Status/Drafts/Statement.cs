using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Page;
using Holdfast.Status.Watching;

namespace Holdfast.Status.Drafts;

/// <summary>Signs that belong together, as one statement in words: whose fault it is, where, how much, since when.</summary>
/// <param name="About">See <see cref="Draft.About"/>.</param>
/// <param name="Signs">At least one, worst first.</param>
/// <param name="State">The page, whose components decide what may be named in public.</param>
internal sealed partial record Statement(string About, ImmutableArray<Sign> Signs, StatusPageState State)
{
    /// <summary>What is ours.</summary>
    public const string Ours = "ours";

    /// <summary>Looks that failed, which is all that is known.</summary>
    public const string Checks = "checks";

    private const string Origin = "origin/";
    private const string Requests = "requests/";
    private const string Reports = "reports/";
    private const string Slow = "slow/";
    private const string Modules = "modules";
    private const string Release = "release/";

    /// <summary>The releases that went out just before it began.</summary>
    public ImmutableArray<ReleaseBefore> Releases { get; private init; } = [];

    /// <summary>The provider that the site's servers stand on, or null.</summary>
    public FailingProvider? Provider { get; private init; }

    /// <summary>Whether it is a fault of ours.</summary>
    public bool IsOurs => About is Ours or Modules or (Slow + Ours);

    /// <summary>Whether a release may be the cause. Visitors who stay away, and what only others see, say nothing of one.</summary>
    public bool MayBeOfRelease =>
        IsOurs || About.StartsWith(Origin, StringComparison.Ordinal) || About.StartsWith(Slow, StringComparison.Ordinal);

    /// <summary>Puts signs together: one statement for each thing that they are about.</summary>
    /// <param name="signs">What is not as usual.</param>
    /// <param name="state">The page.</param>
    /// <param name="around">What is known beside.</param>
    public static IEnumerable<Statement> Of(IReadOnlyCollection<Sign> signs, StatusPageState state, Surroundings around) =>
        Of(signs, state)
            .Select(statement =>
                statement with
                {
                    Releases = ReleaseBefore.Of(statement, around.Releases),
                    Provider = FailingProvider.Of(statement, signs, around),
                }
            );

    private static IEnumerable<Statement> Of(IReadOnlyCollection<Sign> signs, StatusPageState state)
    {
        // While something of ours is wrong, a look that fails and visitors that stay away are what follows from it.
        var ours = signs.Any(sign => sign.Kind is SignKind.EdgeErrors or SignKind.NotAnswering);
        return signs
            .GroupBy(sign =>
                sign.Kind switch
                {
                    SignKind.OriginErrors => Origin + sign.Zone,
                    SignKind.EdgeErrors or SignKind.NotAnswering => Ours,
                    SignKind.ReleaseOut => Release + sign.Release!.Split('/')[0],
                    SignKind.SlowOrigin => signs.Any(other => other.Kind == SignKind.OriginErrors && other.Zone == sign.Zone)
                        ? Origin + sign.Zone
                        : Slow + sign.Zone,
                    _ when ours => Ours,
                    SignKind.SlowEdge => Slow + Ours,
                    SignKind.ModuleFaults => Modules,
                    SignKind.CheckFailed => Checks,
                    SignKind.VisitorReports => OfReports(sign, signs),
                    _ => Requests + (sign.Zone ?? sign.Source),
                }
            )
            .Select(group => new Statement(
                group.Key,
                [
                    .. group
                        .OrderBy(sign => sign.Kind)
                        .ThenByDescending(sign => sign.Share)
                        .ThenBy(sign => sign.Source, StringComparer.Ordinal),
                ],
                state
            ));
    }

    /// <summary>
    /// Whether the timer may publish it. A site's own trouble is told only where its owner has a component for it, so that nobody's name
    /// stands on the page who has not asked for it; and fewer visitors alone are no outage.
    /// </summary>
    public bool IsForTimer => About is Ours or Checks || (About.StartsWith(Origin, StringComparison.Ordinal) && ZoneComponent is not null);

    /// <summary>The share that the worst sign tells of.</summary>
    public double Share => Weighty.Max(sign => sign.Share);

    /// <summary>The largest share that it was.</summary>
    private double Peak => Weighty.Max(sign => sign.Peak);

    /// <summary>When the first of it began.</summary>
    public DateTimeOffset Since => (Measured.IsEmpty ? Signs : Measured).Min(sign => sign.Since);

    /// <summary>Whether all of it is past its worst.</summary>
    public bool IsFalling => Signs.All(sign => sign.IsFalling);

    /// <summary>The title.</summary>
    public string Name =>
        About switch
        {
            Ours => OursName,
            Checks => $"{Places(Measured)} not answering as usual",
            _ when About.StartsWith(Reports, StringComparison.Ordinal) => $"Problems reported with {Signs[0].Source}",
            _ when About.StartsWith(Origin, StringComparison.Ordinal) => $"Errors from the servers behind {Signs[0].Zone}",
            Slow + Ours => "Answers slower than usual",
            _ when About.StartsWith(Slow, StringComparison.Ordinal) => $"The servers behind {Signs[0].Zone} are slow",
            Modules => "A part of the network's edge fails",
            _ when About.StartsWith(Release, StringComparison.Ordinal) => $"A change that edges did not keep: {Kind}",
            _ => $"Fewer requests than usual for {Signs[0].Zone ?? Signs[0].Source}",
        };

    /// <summary>The first text.</summary>
    public string Body(PageView view)
    {
        var since = view.Clock(Since);
        if (About.StartsWith(Requests, StringComparison.Ordinal))
        {
            return $"{Signs[0].Zone ?? Signs[0].Source} has had {Percent(Share)} fewer requests than usual since {since}. No errors of ours are seen.";
        }

        if (OtherBody(since) is { } other)
        {
            return other;
        }

        if (About.StartsWith(Origin, StringComparison.Ordinal))
        {
            return $"{Percent(Share)} of the requests for {Signs[0].Zone} have failed since {since}, ordinarily {Percent(Signs[0].Ordinary)}, because its own servers (the origin) fail or cannot be reached.{CauseWords.Of(Signs[0].Cause)} It is seen at {Places(Measured)}. Our network works as usual, and serves stored copies where it has them.{Outside}{Reported(view)}";
        }

        var silent = Signs.Where(sign => sign.Kind is SignKind.NotAnswering or SignKind.CheckFailed).ToImmutableArray();
        var text = OursBody(view);
        if (silent.Length > 0)
        {
            text +=
                $"{Places(silent)} {(silent.Select(sign => sign.Source).Distinct().Count() == 1 ? "has" : "have")} not answered as usual since {view.Clock(silent.Min(sign => sign.Since))} ({silent[0].Said}). ";
        }

        if (Measured.IsEmpty)
        {
            return $"{Reported(view).TrimStart()} What we measure ourselves is as usual. We are investigating.";
        }

        return $"{text.TrimEnd()}{Reported(view)}{Change} We are investigating.";
    }

    /// <summary>What is told when it is past its worst.</summary>
    public string Falling =>
        IsSlow ? $"Fewer answers are slow than at the worst, and more than usual: {Percent(Share)} now, {Percent(Peak)} at the worst."
        : Measured.IsEmpty ? "Fewer problems are reported than at the worst, and more than usual."
        : $"Errors are higher than normal, and falling: {Percent(Share)} of requests now, {Percent(Peak)} at the worst.";

    /// <summary>The states that components are to have.</summary>
    public ImmutableSortedDictionary<string, ComponentStatus> Components
    {
        get
        {
            var components = Signs
                .Where(sign => sign.ComponentId is not null && sign.Kind != SignKind.FewerRequests)
                .Select(sign => (Id: sign.ComponentId!, Status: StatusOf(sign)));
            if ((About.StartsWith(Origin, StringComparison.Ordinal) || IsSlow) && ZoneComponent is { } component)
            {
                components = components.Append((component.Id, IsSlow ? ComponentStatus.DegradedPerformance : StatusOf(Share)));
            }

            return components
                .Concat(About == Ours ? SingledComponents : [])
                .Where(one => State.Components.Any(component => component.Id == one.Id && !component.IsGroup))
                .GroupBy(one => one.Id)
                .ToImmutableSortedDictionary(group => group.Key, group => group.Max(one => one.Status), StringComparer.Ordinal);
        }
    }

    /// <summary>How bad it is.</summary>
    public IncidentImpact Impact =>
        About is Modules || About.StartsWith(Requests, StringComparison.Ordinal) || About.StartsWith(Release, StringComparison.Ordinal)
            ? IncidentImpact.None
        : IsSlow ? IncidentImpact.Minor
        : IncidentImpacts.Of(StatusOf(Share));

    /// <summary><c>1.2%</c>, <c>0.01%</c></summary>
    public static string Percent(double share)
    {
        var percent = share * 100;
        return percent switch
        {
            >= 10 => percent.ToString("0", CultureInfo.InvariantCulture) + "%",
            >= 0.01 => percent.ToString("0.##", CultureInfo.InvariantCulture) + "%",
            _ => "less than 0.01%",
        };
    }

    /// <summary>What we see ourselves, apart from what visitors say.</summary>
    private ImmutableArray<Sign> Measured => [.. Signs.Where(sign => sign.Kind != SignKind.VisitorReports)];

    /// <summary>What visitors report is told with what is measured of the same thing, and by itself where nothing is.</summary>
    private static string OfReports(Sign sign, IReadOnlyCollection<Sign> signs) =>
        signs.FirstOrDefault(other =>
            other.Kind == SignKind.OriginErrors && sign.Source.Equals(other.Zone, StringComparison.OrdinalIgnoreCase)
        )
            is { } origin
            ? Origin + origin.Zone
        : signs.Any(other => other.Kind == SignKind.CheckFailed && other.ComponentId == sign.ComponentId) ? Checks
        : Reports + sign.Source;

    /// <summary>A sentence for each component that visitors report, with a space before it.</summary>
    private string Reported(PageView view) =>
        string.Concat(
            Signs
                .Where(sign => sign.Kind == SignKind.VisitorReports)
                .Select(sign => $" Visitors report problems with {sign.Source} since {view.Clock(sign.Since)} ({sign.Said}).")
        );

    private Component? ZoneComponent => Signs[0].Zone is { } zone ? ComponentOf(zone) : null;

    private static ComponentStatus StatusOf(Sign sign) =>
        sign.Kind is SignKind.SlowEdge or SignKind.ModuleFaults ? ComponentStatus.DegradedPerformance : StatusOf(sign.Share);

    private static ComponentStatus StatusOf(double share) =>
        share >= 0.5 ? ComponentStatus.MajorOutage
        : share >= 0.05 ? ComponentStatus.PartialOutage
        : ComponentStatus.DegradedPerformance;

    private static string Places(IEnumerable<Sign> signs)
    {
        var names = signs.Select(sign => sign.Source).Distinct().ToList();
        return names.Count <= 3
            ? string.Join(", ", names)
            : string.Create(CultureInfo.InvariantCulture, $"{names[0]}, {names[1]} and {names.Count - 2} more");
    }
}
