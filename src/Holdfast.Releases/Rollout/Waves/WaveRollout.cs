using System.Collections.Immutable;
using System.Globalization;

namespace Holdfast.Releases.Rollout.Waves;

/// <summary>
/// One release on its way through a fleet: a canary, then cohorts, a soak between them, then a bake. It decides and does nothing: time and
/// the fleet come in, what is to be done comes out, so that fleets of any size can be simulated with it. One thread at a time.
/// </summary>
public sealed class WaveRollout
{
    private const int NamedEdges = 3;

    private readonly WavePolicy _policy;
    private readonly EdgeOrder _order;
    private readonly Dictionary<string, EdgeStanding> _edges = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _reasons = new(StringComparer.Ordinal);
    private readonly HashSet<string> _leftBehind = new(StringComparer.Ordinal);
    private readonly List<WaveDecision> _decisions = [];
    private bool _isTakenAgain;

    /// <summary>A rollout that goes on from what was written down.</summary>
    /// <param name="policy">How it goes.</param>
    /// <param name="seed">What the order of the edges is drawn from: the release's digest, so that not always the same edge is the canary.</param>
    /// <param name="progress">How far it is.</param>
    /// <param name="offered">The edges that may have it.</param>
    public WaveRollout(WavePolicy policy, string seed, WaveProgress progress, IEnumerable<string> offered)
    {
        _policy = policy;
        _order = new EdgeOrder(seed);
        Progress = progress;
        foreach (var edge in offered)
        {
            _edges.TryAdd(edge, EdgeStanding.Unanswered);
        }
    }

    /// <summary>How far it is.</summary>
    public WaveProgress Progress { get; private set; }

    /// <summary>The edges that may have it, with what each has said.</summary>
    public IReadOnlyDictionary<string, EdgeStanding> Edges => _edges;

    /// <summary>Why it failed, as a sentence; null when it did not.</summary>
    public string? Failure { get; private set; }

    /// <summary>Whether an edge may have it.</summary>
    public bool IsOpenTo(string edge) => Progress.IsOpen || _edges.ContainsKey(edge);

    /// <summary>Takes in what an edge said; <see cref="Advance"/> draws the conclusion.</summary>
    /// <param name="edge">The edge's name.</param>
    /// <param name="standing">What it said.</param>
    /// <param name="reason">Why, of a refusal or a revert.</param>
    public void Note(string edge, EdgeStanding standing, string? reason)
    {
        // An edge that says again that it has it in full has begun anew with it: its process ended.
        _isTakenAgain |= standing == EdgeStanding.Live && _edges.GetValueOrDefault(edge).IsFull();
        _edges[edge] = standing;
        if (reason is not null)
        {
            _reasons[edge] = reason;
        }
    }

    /// <summary>Looks at it, and decides.</summary>
    /// <param name="fleet">All edges that are known, alive or not.</param>
    /// <param name="now">The time, UTC.</param>
    public WaveStep Advance(IReadOnlyList<WaveEdge> fleet, DateTimeOffset now)
    {
        if (Progress.IsOver || Progress.Phase == WavePhase.Queued)
        {
            return WaveStep.None;
        }

        _decisions.Clear();
        if (Stops(now))
        {
            return Taken([]);
        }

        List<string> alive = [.. fleet.Where(edge => edge.IsAlive).Select(edge => edge.Name)];
        if (Progress.IsPaused)
        {
            return WaveStep.None;
        }

        if (alive.Count == 0)
        {
            if (Progress.Wave == 0 && Progress.Phase != WavePhase.Waiting)
            {
                Progress = Progress with { Phase = WavePhase.Waiting };
                Decide("wait", "no edge is alive: it is stored and waits", now);
            }

            return Taken([]);
        }

        var size = fleet.Count(edge => edge.IsAlive || edge.IsExpected);
        if (Progress.Wave == 0)
        {
            return Taken(Widen(alive, size, now, "the first wave"));
        }

        Settle(alive, now);
        return Progress.IsOpen ? Taken(Bake(alive, now))
            : Progress.FullAt is { } full && now - full >= _policy.Soak ? Taken(Widen(alive, size, now, Figures(alive, now)))
            : Taken(Replace(alive, now));
    }

    /// <summary>Begins one that stood behind another.</summary>
    public void Begin() => Progress = Progress.Phase == WavePhase.Queued ? Progress with { Phase = WavePhase.Rolling } : Progress;

    /// <summary>Goes to the next wave without waiting longer.</summary>
    /// <param name="fleet">All edges that are known.</param>
    /// <param name="reason">Why, from whoever decides.</param>
    /// <param name="now">The time, UTC.</param>
    /// <returns>What follows; <see cref="WaveStep.None"/> when it is over, paused, open to all already, or no edge is alive.</returns>
    public WaveStep Skip(IReadOnlyList<WaveEdge> fleet, string reason, DateTimeOffset now)
    {
        _decisions.Clear();
        if (Progress.IsOver || Progress.IsPaused || Progress.IsOpen || Progress.Phase == WavePhase.Queued)
        {
            return WaveStep.None;
        }

        List<string> alive = [.. fleet.Where(edge => edge.IsAlive).Select(edge => edge.Name)];
        if (alive.Count == 0)
        {
            return WaveStep.None;
        }

        Decide("skip", $"the wait for wave {Progress.Wave} was cut short: {reason}", now);
        return Taken(Widen(alive, fleet.Count(edge => edge.IsAlive || edge.IsExpected), now, "by hand"));
    }

    /// <summary>Holds it where it is.</summary>
    public WaveStep Pause(string reason, DateTimeOffset now) => SetPaused(true, "pause", reason, now);

    /// <summary>Lets it go on; the soak of its wave begins anew.</summary>
    public WaveStep Resume(string reason, DateTimeOffset now) => SetPaused(false, "resume", reason, now);

    /// <summary>Ends it.</summary>
    /// <param name="phase"><see cref="WavePhase.Aborted"/> or <see cref="WavePhase.Superseded"/>.</param>
    public void End(WavePhase phase) => Progress = Progress with { Phase = phase };

    /// <summary>What it waits for now, as a sentence; null when it waits for nothing.</summary>
    public string? WaitsFor(DateTimeOffset now)
    {
        var unanswered = Progress.Wave == 0 ? [] : _edges.Where(edge => IsAwaited(edge.Value)).Select(edge => edge.Key).Order().ToList();
        return Progress switch
        {
            { IsOver: true } => null,
            { IsPaused: true } => "somebody paused it",
            { Phase: WavePhase.Queued } => "an older release of the same artifact is on its way",
            { Phase: WavePhase.Waiting } => "no edge is alive: it is stored and waits",
            { Phase: WavePhase.Soaking, FullAt: { } full } => $"wave {Progress.Wave} has it in full; the next follows in "
                + Seconds(_policy.Soak - (now - full)),
            { Phase: WavePhase.Baking, FullAt: { } full } => $"all edges have it; it is good in {Seconds(_policy.Bake - (now - full))}",
            _ when unanswered.Count > 0 => $"{Names(unanswered)} to take it in full",
            _ => null,
        };
    }

    private bool Stops(DateTimeOffset now)
    {
        var failing = _edges.Where(edge => edge.Value.IsFailure()).Select(edge => edge.Key).Order(StringComparer.Ordinal).ToList();
        if (failing.Count == 0)
        {
            return false;
        }

        var needed = FleetVerdict.Needed(_edges.Count);
        if (failing.Count < needed)
        {
            foreach (var edge in failing.Where(_leftBehind.Add))
            {
                Decide(
                    "leave_behind",
                    $"{edge} {EdgeStandings.NameOf(_edges[edge])} it: {ReasonOf(edge)}; it takes {needed} of {_edges.Count} edges to stop it: the others go on",
                    now
                );
            }

            return false;
        }

        var failed = failing[0];
        var full = _edges.Count(edge => edge.Value.IsFull());
        var word = EdgeStandings.NameOf(_edges[failed]);
        Failure = $"{failed} {word} it: {ReasonOf(failed)}{(failing.Count > 1 ? $"; so did {failing.Count - 1} more" : "")}";
        Progress = Progress with { Phase = WavePhase.Failed };
        Decide("stop", $"{Failure}; wave {Progress.Wave}, {full} of {_edges.Count} edges had it in full", now);
        return true;
    }

    // Since when the wave has it, and whom it does not wait for any longer.
    private void Settle(IReadOnlyList<string> alive, DateTimeOffset now)
    {
        var asked = alive.Where(edge => IsOpenTo(edge) && !IsFailure(edge)).ToList();
        var full = asked.Count(IsFull);
        var silent = asked.Count - full;
        var isOut = silent == 0 && full > 0;
        if (!isOut && silent > 0 && now - Progress.WaveAt >= _policy.Patience && (full > 0 || _policy.GoesOnUnanswered))
        {
            isOut = true;
            if (Progress.FullAt is null)
            {
                var names = Names(_order.Of(asked.Where(edge => !IsFull(edge))));
                Decide("pass_over", $"{names} did not take it within {Seconds(_policy.Patience)} and is not waited for", now);
            }
        }

        var isAgain = _isTakenAgain && !Progress.IsOpen;
        _isTakenAgain = false;
        if (isOut && isAgain && Progress.FullAt is not null)
        {
            Progress = Progress with { FullAt = now };
            Decide("soak", $"wave {Progress.Wave}: an edge has begun anew with it; the next wave after {Seconds(_policy.Soak)}", now);
        }
        else if (isOut && Progress.FullAt is null)
        {
            Progress = Progress with { FullAt = now, Phase = Progress.IsOpen ? WavePhase.Baking : WavePhase.Soaking };
            var then = Progress.IsOpen ? $"it is good after {Seconds(_policy.Bake)}" : $"the next wave after {Seconds(_policy.Soak)}";
            Decide("soak", $"wave {Progress.Wave}: {full} of {asked.Count} edges have it in full; {then}", now);
        }
        else if (!isOut && Progress.FullAt is not null && asked.Count > 0)
        {
            Progress = Progress with { FullAt = null, Phase = Progress.IsOpen ? WavePhase.Baking : WavePhase.Rolling };
        }
    }

    // Waves are shares of the fleet as it was lately: one that only lost sight of its edges must not open a release to them all.
    private ImmutableArray<string> Widen(IReadOnlyList<string> alive, int fleet, DateTimeOffset now, string because)
    {
        var sizes = _policy.Sizes(fleet);
        var has = alive.Count(_edges.ContainsKey);
        var size = sizes.FirstOrDefault(size => size > has, fleet);
        var isLast = size >= fleet;
        var offered = Offer(alive, size - has);
        Progress = Progress with
        {
            Phase = isLast ? WavePhase.Baking : WavePhase.Rolling,
            Wave = Progress.Wave + 1,
            WaveAt = now,
            FullAt = null,
            IsOpen = isLast,
        };
        var text = $"wave {Progress.Wave}: {size} of {fleet} edges ({Names(offered)}); {because}";
        Decide(isLast ? "open" : "offer", isLast ? text + "; from now on every edge gets it" : text, now);
        return offered;
    }

    // The wave's edges died before they answered, or a pin of their own holds it back: others take their place. One that is alive and says
    // nothing is waited for: a release that strikes its edges dumb must not go from one to the next.
    private ImmutableArray<string> Replace(IReadOnlyList<string> alive, DateTimeOffset now)
    {
        var asked = alive.Where(edge => _edges.ContainsKey(edge) && !IsFailure(edge)).ToList();
        var isHeld = asked.Count > 0 && asked.TrueForAll(edge => _edges[edge] == EdgeStanding.Held);
        if (Progress.IsOpen || (asked.Count > 0 && !(isHeld && now - Progress.WaveAt >= _policy.Patience)))
        {
            return [];
        }

        var offered = Offer(alive, _policy.Sizes(alive.Count)[0]);
        if (offered.IsEmpty)
        {
            return [];
        }

        Progress = Progress with { WaveAt = now, FullAt = null, Phase = WavePhase.Rolling };
        var why = isHeld ? "its edges hold it back" : "none of its edges is left";
        Decide("offer", $"wave {Progress.Wave}: {why}; {Names(offered)} instead", now);
        return offered;
    }

    private ImmutableArray<string> Bake(IReadOnlyList<string> alive, DateTimeOffset now)
    {
        var offered = Offer(alive, alive.Count);
        var said = alive.Count(edge => _edges[edge] == EdgeStanding.Good);
        var isSaid = said > 0 && alive.All(edge => _edges[edge] == EdgeStanding.Good || IsFailure(edge));
        if (isSaid || (Progress.FullAt is { } full && now - full >= _policy.Bake))
        {
            Progress = Progress with { Phase = WavePhase.Good };
            Decide("good", isSaid ? $"all {said} edges say that it is good" : Figures(alive, now), now);
        }

        return offered;
    }

    private ImmutableArray<string> Offer(IReadOnlyList<string> alive, int count)
    {
        ImmutableArray<string> offered = count <= 0 ? [] : [.. _order.Of(alive.Where(edge => !_edges.ContainsKey(edge))).Take(count)];
        foreach (var edge in offered)
        {
            _edges[edge] = EdgeStanding.Unanswered;
        }

        return offered;
    }

    private WaveStep SetPaused(bool isPaused, string what, string reason, DateTimeOffset now)
    {
        _decisions.Clear();
        if (Progress.IsOver || Progress.IsPaused == isPaused)
        {
            return WaveStep.None;
        }

        var phase = Progress.Phase == WavePhase.Soaking ? WavePhase.Rolling : Progress.Phase;
        Progress = Progress with { Phase = phase, IsPaused = isPaused, FullAt = null, WaveAt = Progress.Wave == 0 ? null : now };
        Decide(what, $"{(isPaused ? "held where it is" : "goes on")}: {reason}", now);
        return Taken([]);
    }

    private string Figures(IReadOnlyList<string> alive, DateTimeOffset now)
    {
        var asked = alive.Where(IsOpenTo).ToList();
        var failing = _edges.Values.Count(standing => standing.IsFailure());
        return $"{asked.Count(IsFull)} of {asked.Count} edges have it in full for {Seconds(now - Progress.FullAt!.Value)}, "
            + (failing == 0 ? "none refused it, none went back" : $"{failing} refused it or went back alone");
    }

    private static bool IsAwaited(EdgeStanding standing) => !standing.IsFull() && !standing.IsFailure();

    private string ReasonOf(string edge) => _reasons.GetValueOrDefault(edge, "no reason given");

    private bool IsFailure(string edge) => _edges.TryGetValue(edge, out var standing) && standing.IsFailure();

    private bool IsFull(string edge) => _edges.TryGetValue(edge, out var standing) && standing.IsFull();

    private static string Names(IReadOnlyList<string> edges) =>
        edges.Count == 0 ? "no further edge"
        : edges.Count <= NamedEdges ? string.Join(", ", edges)
        : $"{string.Join(", ", edges.Take(NamedEdges))} and {edges.Count - NamedEdges} more";

    private static string Seconds(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, Math.Ceiling(time.TotalSeconds)):F0} s");

    private void Decide(string what, string text, DateTimeOffset now) => _decisions.Add(new WaveDecision(what, text, now));

    private WaveStep Taken(ImmutableArray<string> offered) =>
        offered.IsEmpty && _decisions.Count == 0 ? WaveStep.None : new WaveStep(offered, [.. _decisions]);
}
