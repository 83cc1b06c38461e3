using Holdfast.Releases.Intake;
using Holdfast.Releases.Rollout;
using Holdfast.Releases.Rollout.Waves;
using Holdfast.Status.Tests.Detection.Simulation;

namespace Holdfast.Releases.Tests.Rollout.Simulation;

/// <summary>
/// One release of what every zone uses on its way through a simulated fleet, for an hour. Waves, trials, retries and bad ends are decided by
/// the product's classes; traffic, messages and misfortune are drawn. The same seed is the same hour.
/// </summary>
internal sealed class FleetRun
{
    /// <summary>How long is looked at, seconds.</summary>
    public const double Horizon = 3_600;

    // How often an edge in its bake is looked at here, seconds. Slices are looked at every second; the product looks five times a second.
    private const int BakeLook = 5;
    private const string Name = "list/simulated/7";
    private static readonly DateTimeOffset Epoch = new(2026, 1, 31, 0, 0, 0, TimeSpan.Zero);

    private readonly FleetShape _shape;
    private readonly BadRelease _release;
    private readonly Chance _chance;
    private readonly Random _random;
    private readonly SimulatedEdge[] _edges;
    private readonly SimulatedEdge[] _sick;
    private readonly Place[] _places;
    private readonly Dictionary<string, SimulatedEdge> _byName;
    private readonly List<WaveEdge> _fleet;
    private readonly WaveRollout _waves;
    private readonly PriorityQueue<Message, double> _messages = new();
    private readonly List<SimulatedEdge> _users = [];
    private readonly double _day;
    private readonly int _country;
    private readonly double _fleetOutageAt;
    private bool _isTold;
    private double _hit;
    private double _all;

    public FleetRun(FleetShape shape, BadRelease release, ulong seed)
    {
        _shape = shape;
        _release = release;
        _chance = new Chance(seed);
        _random = new Random((int)seed);
        _edges = shape.Build(_chance);
        _sick = [.. _edges.Where(edge => edge.IsSick)];
        _places = [.. _edges.Select(edge => edge.Place).Distinct()];
        _byName = _edges.ToDictionary(edge => edge.Name, StringComparer.Ordinal);
        _fleet = [.. _edges.Select(edge => new WaveEdge(edge.Name, true, true))];
        _day = _chance.Even();
        _country = _edges[(int)(_chance.Even() * _edges.Length)].Place.Country;
        _fleetOutageAt = _chance.Even() < 0.2 ? _chance.Even() * Horizon / 2 : double.PositiveInfinity;
        _waves = new WaveRollout(WavePolicy.Staged, $"release {seed}", new WaveProgress { Phase = WavePhase.Rolling }, []);
        foreach (var place in _places)
        {
            if (_chance.Even() < shape.Partition)
            {
                place.CutFrom = _chance.Even() * Horizon / 2;
                place.CutUntil = place.CutFrom - (300 * Math.Log(1 - _chance.Even()));
            }
        }
    }

    /// <summary>How fast an edge takes it.</summary>
    public RolloutPace Pace { get; init; } = new RolloutOptions().Shared;

    /// <summary>Whether no edge counts anything: what comes of a release that nobody judges.</summary>
    public bool IsBlind { get; init; }

    private enum MessageKind
    {
        Offer,
        Report,
        Back,
        PowerIsBack,
    }

    /// <summary>Lets the hour pass.</summary>
    public FleetOutcome Run()
    {
        double? firstVerdict = null;
        double? stopped = null;
        double? gone = null;
        for (var now = 0.0; now < Horizon; now++)
        {
            Weather(now);
            while (_messages.TryPeek(out _, out var at) && at <= now)
            {
                Deliver(_messages.Dequeue(), now);
            }

            Serve(now, ref firstVerdict);
            if ((_isTold || now % 5 == 0) && !_waves.Progress.IsOver)
            {
                Drive(now);
            }

            if (stopped is null && _waves.Progress.Phase == WavePhase.Failed)
            {
                stopped = now;
            }

            gone = _users.Count > 0 ? null : gone ?? now;
            if (_waves.Progress.IsOver && _messages.Count == 0 && (_release.IsGood || _users.Count == 0))
            {
                // What is left of the hour is as this second was.
                _all += (Horizon - now - 1) * _edges.Sum(edge => edge.Rate);
                break;
            }
        }

        return new FleetOutcome
        {
            Release = _release,
            HitShare = _hit / _all,
            Edges = _waves.Edges.Count(edge => edge.Value != EdgeStanding.Unanswered),
            FirstVerdict = firstVerdict,
            Stopped = stopped,
            Gone = stopped is null ? null : gone,
            IsGood = _waves.Progress.Phase == WavePhase.Good,
            Left = _edges.Count(edge => edge.Refuses),
            Failure = _waves.Failure,
        };
    }

    // Traffic of the hour, outages of origins, loss of power, deaths of processes.
    private void Weather(double now)
    {
        foreach (var place in _places)
        {
            if (now % 60 == 0)
            {
                var hour = place.Hour(_day + (now / 86_400));
                foreach (var edge in place.Edges)
                {
                    edge.Rate = edge.Mean * hour;
                }
            }

            if (place.Outage > 0)
            {
                place.Outage = _chance.Even() < 1.0 / 300 ? 0 : place.Outage;
            }
            else if (_chance.Even() < 1 / _shape.OutageEvery)
            {
                place.Outage = 0.005 * Math.Exp(2 * Math.Abs(_chance.Normal()));
            }

            if (_chance.Even() < 1 / _shape.PowerEvery)
            {
                foreach (var edge in place.Edges)
                {
                    Die(edge, now, 60);
                }
            }
        }

        for (var deaths = _chance.Poisson(_edges.Length / _shape.DeathEvery); deaths > 0; deaths--)
        {
            Die(_edges[(int)(_chance.Even() * _edges.Length)], now, SimulatedEdge.RestartTime);
        }

        foreach (var edge in _sick)
        {
            if (_chance.Even() < 1.0 / 900)
            {
                Die(edge, now, SimulatedEdge.RestartTime);
            }
        }
    }

    private void Serve(double now, ref double? firstVerdict)
    {
        if (now % BakeLook == 0)
        {
            _all += BakeLook * _edges.Sum(edge => edge.Rate);
        }

        var fleetErrors = now >= _fleetOutageAt && now < _fleetOutageAt + 600 ? 0.03 : 0;
        for (var i = _users.Count - 1; i >= 0; i--)
        {
            var edge = _users[i];
            if (edge.HasIt && now >= edge.DiesAt)
            {
                // Those who were being answered, and those who wait for the next process.
                _hit += SimulatedEdge.RestartTime * edge.Rate;
                Die(edge, now, SimulatedEdge.RestartTime);
            }

            if (!edge.HasIt)
            {
                _users[i] = _users[^1];
                _users.RemoveAt(_users.Count - 1);
                continue;
            }

            _hit += edge.Rate * edge.Share * Math.Min(1, _release.ErrorsAt(edge.Place, _country) + _release.Slow);
            if (!edge.IsOnTrial || now < edge.AwayUntil || (!edge.IsSliced && (now + edge.Index) % BakeLook != 0))
            {
                continue;
            }

            var decision = edge.Look(
                IsBlind ? BadRelease.None : _release,
                _country,
                fleetErrors,
                _shape.Faults,
                hasBreakers: false,
                now,
                _chance
            );
            switch (decision.Step)
            {
                case TrialStep.All:
                    Tell(edge, EdgeStanding.Live, null, now);
                    break;

                case TrialStep.Good:
                    Tell(edge, EdgeStanding.Good, null, now);
                    break;

                case TrialStep.Revert:
                    firstVerdict ??= now;
                    GoBack(edge, EdgeStanding.Reverted, decision.Reason!, now);
                    break;
            }
        }
    }

    private void Drive(double now)
    {
        _isTold = false;
        for (var i = 0; i < _edges.Length; i++)
        {
            // An edge that says nothing for 20 s follows the feed no more; for 5 minutes it is part of the fleet all the same.
            var edge = _edges[i];
            var since = Math.Max(edge.Place.IsCut(now) ? now - edge.Place.CutFrom : 0, edge.AwayUntil > now ? 60 : 0);
            if (_fleet[i].IsAlive != since < 20)
            {
                _fleet[i] = _fleet[i] with { IsAlive = since < 20, IsExpected = since < 320 };
            }
        }

        foreach (var name in _waves.Advance(_fleet, Epoch.AddSeconds(now)).Offered)
        {
            Send(new Message(MessageKind.Offer, _byName[name]), now);
        }

        if (_waves.Progress.Phase == WavePhase.Failed)
        {
            foreach (var name in _waves.Edges.Keys)
            {
                Send(new Message(MessageKind.Back, _byName[name]), now);
            }
        }
    }

    private void Deliver(Message message, double now)
    {
        var edge = message.Edge;
        switch (message.Kind)
        {
            case MessageKind.Report:
                _waves.Note(edge.Name, message.Standing, message.Reason);
                _isTold |= message.Standing.IsFailure();
                break;

            case MessageKind.Back:
                edge.Drop();
                edge.Refuses = false;
                break;

            case MessageKind.Offer when _waves.Progress.Phase == WavePhase.Failed:
                break;

            case MessageKind.Offer when edge.AwayUntil > now:
                Send(message, edge.AwayUntil);
                break;

            case MessageKind.Offer when _release.IsTasted || (edge.IsSick && _chance.Even() < 0.05):
                GoBack(edge, EdgeStanding.Refused, "the taster died of it", now);
                break;

            case MessageKind.Offer when !edge.HasIt && !edge.Refuses:
                edge.Take(Pace, canSlice: true, now);
                edge.DiesAt = now + (_release.CrashAfter * (0.8 + (0.4 * _chance.Even())) ?? double.PositiveInfinity);
                _users.Add(edge);
                Tell(edge, EdgeStanding.Slice, null, now);
                break;
        }
    }

    // The process ends; the next one uses what lies on the disk, unless it came to a bad end with it too often.
    private void Die(SimulatedEdge edge, double now, double away)
    {
        edge.AwayUntil = Math.Max(edge.AwayUntil, now + away);
        if (!edge.HasIt || !edge.IsOnTrial)
        {
            edge.DiesAt = now + away + (edge.HasIt ? _release.CrashAfter ?? double.PositiveInfinity : double.PositiveInfinity);
            return;
        }

        edge.BadEnds = CrashLoop.Count(edge.BadEnds, [Name]);
        if (edge.BadEnds[Name] >= CrashLoop.Enough)
        {
            GoBack(edge, EdgeStanding.Reverted, "the edge came to a bad end twice in a row", edge.AwayUntil);
            return;
        }

        edge.Take(Pace, canSlice: false, edge.AwayUntil);
        Tell(edge, EdgeStanding.Live, null, now);
        edge.DiesAt = edge.AwayUntil + (_release.CrashAfter ?? double.PositiveInfinity);
    }

    private void GoBack(SimulatedEdge edge, EdgeStanding standing, string reason, double now)
    {
        edge.Drop();
        edge.Refuses = true;
        Tell(edge, standing, reason, now);
    }

    private void Tell(SimulatedEdge edge, EdgeStanding standing, string? reason, double now) =>
        Send(new Message(MessageKind.Report, edge, standing, reason), Math.Max(now, edge.AwayUntil));

    // A fraction of a second; what is lost is sent again after the product's own pauses; what is cut off waits.
    private void Send(Message message, double now)
    {
        var at = now + (0.08 * Math.Exp(0.6 * _chance.Normal()));
        var retry = new RetryDelay(_random);
        while (_chance.Even() < _shape.Loss || message.Edge.Place.IsCut(at))
        {
            at += retry.Next().TotalSeconds;
        }

        _messages.Enqueue(message, at);
    }

    private sealed record Message(MessageKind Kind, SimulatedEdge Edge, EdgeStanding Standing = default, string? Reason = null);
}

/// <summary>What came of one release.</summary>
internal sealed record FleetOutcome
{
    public required BadRelease Release { get; init; }

    /// <summary>Share of all requests of the hour that failed, waited or were slow because of it.</summary>
    public required double HitShare { get; init; }

    /// <summary>Edges that had it.</summary>
    public required int Edges { get; init; }

    /// <summary>When the first edge went back because of what it saw, seconds; null for never.</summary>
    public required double? FirstVerdict { get; init; }

    /// <summary>When the fleet stopped.</summary>
    public required double? Stopped { get; init; }

    /// <summary>When no edge had it in use any more.</summary>
    public required double? Gone { get; init; }

    /// <summary>Whether it was good in the end.</summary>
    public required bool IsGood { get; init; }

    /// <summary>Edges that stayed behind while the fleet went on.</summary>
    public required int Left { get; init; }

    /// <summary>Why it was stopped.</summary>
    public required string? Failure { get; init; }
}
