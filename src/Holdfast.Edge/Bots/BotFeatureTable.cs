namespace Holdfast.Edge.Bots;

/// <summary>
/// The bot feature file that this edge has, or none: then every score is unknown. Changed by the thread of the releases alone, read by any; a request
/// is scored with the file that was there when its rules began.
/// </summary>
internal sealed class BotFeatureTable
{
    private volatile BotFeaturesRuntime? _current;
    private volatile BotFeatureTrial? _trial;

    /// <summary>The file in use, or null.</summary>
    public BotFeaturesRuntime? Current => _current;

    /// <summary>The file on trial, or null: then it costs nothing more than to see that.</summary>
    public BotFeatureTrial? Trial => _trial;

    /// <summary>Puts a file on trial, in the place of the trial before.</summary>
    public void Try(BotFeatureTrial trial) => _trial = trial;

    /// <summary>A trial has ended; another goes on.</summary>
    public void EndTrial(BotFeatureTrial trial)
    {
        if (_trial == trial)
        {
            _trial = null;
        }
    }

    /// <summary>Takes a file into use.</summary>
    public void Put(BotFeaturesRuntime features) => _current = features;

    /// <summary>Takes it out of use.</summary>
    public void Remove() => _current = null;
}
