using Holdfast.Edge.Requests;
using Holdfast.Edge.Slices;
using Holdfast.Releases.Rollout;

namespace Holdfast.Edge.Bots;

/// <summary>A bot feature file on trial, as requests meet it. Any thread.</summary>
/// <param name="Candidate">What a share of the visitors is scored by, or null when it is live and only watched.</param>
/// <param name="Share">That share in percent; 100 when it is live.</param>
/// <param name="Guards">What guards the scoring by it.</param>
internal sealed record BotFeatureTrial(BotFeaturesRuntime? Candidate, int Share, SideGuards Guards)
{
    private static readonly ulong Salt = VisitorSide.SaltOf("bot-features", 0);

    private readonly SideCounts _before = new();
    private readonly SideCounts _onTrial = new();

    /// <summary>Whether a request is scored by it, beside those that are not.</summary>
    public bool IsMetBy(EdgeRequest request) => Candidate is not null && VisitorSide.IsAmong(VisitorOf(request), Share);

    /// <summary>Counts a request that was scored.</summary>
    public void Ended(EdgeRequest request, TimeSpan elapsed)
    {
        var visitor = VisitorOf(request);
        (Candidate is null || VisitorSide.IsAmong(visitor, Share) ? _onTrial : _before).Add(request, visitor, elapsed);
    }

    /// <summary>The figures.</summary>
    public SideReading Read() => new(_before.Read(), _onTrial.Read(), Guards.Broken());

    private static ulong VisitorOf(EdgeRequest request) => VisitorSide.Of(request.ClientAddress, Salt);
}
