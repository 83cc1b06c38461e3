namespace Holdfast.Edge.Bots;

/// <summary>
/// The bot feature file that this edge has, or none: then every score is unknown. Changed by the thread of the releases alone, read by any; a request
/// is scored with the file that was there when its rules began.
/// </summary>
internal sealed class BotFeatureTable
{
    private volatile BotFeaturesRuntime? _current;

    /// <summary>The file in use, or null.</summary>
    public BotFeaturesRuntime? Current => _current;

    /// <summary>Takes a file into use.</summary>
    public void Put(BotFeaturesRuntime features) => _current = features;

    /// <summary>Takes it out of use.</summary>
    public void Remove() => _current = null;
}
