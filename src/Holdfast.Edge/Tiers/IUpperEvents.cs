namespace Holdfast.Edge.Tiers;

/// <summary>What became of a request that had its home at an upper edge.</summary>
internal enum UpperResult
{
    /// <summary>The upper edge has answered it.</summary>
    Answered,

    /// <summary>It has said that it can't: its own error, or a request that it does not take.</summary>
    Refused,

    /// <summary>It could not be reached, did not answer in time, or does not know this edge.</summary>
    Failed,

    /// <summary>It was not asked, because it has failed lately.</summary>
    Resting,
}

/// <summary>Told what becomes of requests to upper edges. Called from any thread; does not block.</summary>
internal interface IUpperEvents
{
    /// <summary>A request was asked of an upper edge, or would have been.</summary>
    void Asked(UpperResult result);
}
