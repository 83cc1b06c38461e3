namespace Holdfast.Edge.BreakGlass;

/// <summary>What somebody at the edge's own machine can tell it to do.</summary>
internal enum NodeVerb
{
    /// <summary>Keep an artifact at the generation that is in use.</summary>
    Pin,

    /// <summary>Follow control again.</summary>
    Unpin,

    /// <summary>Go back to a generation on this disk, and keep it.</summary>
    Revert,

    /// <summary>Take a part of this edge out of use.</summary>
    Kill,

    /// <summary>Take that back.</summary>
    Unkill,

    /// <summary>Be a plain forwarder for a zone, or for all of them.</summary>
    Bypass,

    /// <summary>Take that back.</summary>
    Unbypass,

    /// <summary>Say that this edge wants no more visitors, and serve those that come.</summary>
    Drain,

    /// <summary>Take that back.</summary>
    Undrain,
}
