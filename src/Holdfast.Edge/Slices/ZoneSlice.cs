using Holdfast.Edge.Requests;
using Holdfast.Edge.Zones;
using Holdfast.Releases.Rollout;

namespace Holdfast.Edge.Slices;

/// <summary>
/// A zone's release on trial, as requests meet it: it says which side a request is on, and counts how each side does. It hangs on the zone's
/// guard while there is something on trial, and else costs one look whether it is there. Any thread.
/// </summary>
/// <param name="zone">The zone's id.</param>
/// <param name="generation">The generation on trial.</param>
internal sealed class ZoneSlice(string zone, long generation)
{
    private readonly ulong _salt = VisitorSide.SaltOf(zone, generation);
    private volatile Stage _stage = new(0, null);

    /// <summary>Has a share of the visitors meet a candidate, or with null none; what was counted begins anew.</summary>
    public void Begin(int share, ZoneRuntime? candidate) => _stage = new Stage(share, candidate);

    /// <summary>Has the same visitors meet another runtime of the candidate.</summary>
    public void Replace(ZoneRuntime candidate)
    {
        var stage = _stage;
        _stage = new Stage(stage.Share, candidate, stage.Before, stage.OnTrial);
    }

    /// <summary>The runtime that a request runs on.</summary>
    /// <param name="request">The request; its visitor is known.</param>
    /// <param name="live">What is live.</param>
    public ZoneRuntime SideOf(EdgeRequest request, ZoneRuntime live)
    {
        var stage = _stage;
        return stage.Candidate is { } candidate && VisitorSide.IsAmong(VisitorSide.Of(request.ClientAddress, _salt), stage.Share)
            ? candidate
            : live;
    }

    /// <summary>Counts a request of the zone that has ended.</summary>
    /// <param name="request">The request.</param>
    /// <param name="elapsed">How long it took in all.</param>
    public void Ended(EdgeRequest request, TimeSpan elapsed)
    {
        var stage = _stage;
        var side = request.Zone!.Generation == generation ? stage.OnTrial : stage.Before;
        side.Add(request, VisitorSide.Of(request.ClientAddress, _salt), elapsed);
    }

    /// <summary>The figures since <see cref="Begin"/>.</summary>
    public SideReading Read()
    {
        var stage = _stage;
        return new SideReading(stage.Before.Read(), stage.OnTrial.Read());
    }

    private sealed record Stage(int Share, ZoneRuntime? Candidate, SideCounts Before, SideCounts OnTrial)
    {
        public Stage(int share, ZoneRuntime? candidate)
            : this(share, candidate, new SideCounts(), new SideCounts()) { }
    }
}
