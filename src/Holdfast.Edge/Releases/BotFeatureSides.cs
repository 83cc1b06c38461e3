using Holdfast.Edge.Bots;
using Holdfast.Edge.Guard;
using Holdfast.Edge.Slices;
using Holdfast.Releases.Rollout;

namespace Holdfast.Edge.Releases;

/// <summary>A bot feature file on trial: a share of the visitors whose score is asked for is scored by it.</summary>
/// <param name="table">The file in use.</param>
/// <param name="guard">The edge's guard.</param>
/// <param name="candidate">The file, or null when it is live already.</param>
internal sealed class BotFeatureSides(BotFeatureTable table, EdgeGuard guard, BotFeaturesRuntime? candidate) : IReleaseSides
{
    private readonly SideGuards _guards = new(guard, EdgeModule.Bots.Bit);
    private BotFeatureTrial? _trial;

    /// <inheritdoc/>
    public bool CanSlice => candidate is not null && table.Current is not null;

    /// <inheritdoc/>
    public void Widen(int share)
    {
        if (share == 100)
        {
            _guards.Watch();
        }

        _trial = new BotFeatureTrial(share < 100 ? candidate : null, share, _guards);
        table.Try(_trial);
    }

    /// <inheritdoc/>
    public SideReading Read() => _trial?.Read() ?? default;

    /// <inheritdoc/>
    public void End()
    {
        if (_trial is { } trial)
        {
            table.EndTrial(trial);
        }

        _guards.Forget();
    }
}
