namespace Holdfast.Releases.Store;

/// <summary>The moments between two steps of a store's work at which a process may die: tests end it at each of them.</summary>
internal enum StorePoint
{
    /// <summary>A release's record was appended.</summary>
    Appended,

    /// <summary>Everything appended was flushed; the position is not yet stated.</summary>
    Flushed,

    /// <summary>The position was stated.</summary>
    PositionStated,

    /// <summary>A checkpoint of the index was written.</summary>
    CheckpointWritten,

    /// <summary>One artifact's records were copied out of a segment that is being rewritten.</summary>
    Relocated,

    /// <summary>Everything wanted was copied out of a segment; it still stands.</summary>
    Emptied,

    /// <summary>The segment was deleted.</summary>
    Deleted,

    /// <summary>A store of the layout before this one was copied; it still stands.</summary>
    LegacyCopied,
}
