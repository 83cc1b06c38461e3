namespace Holdfast.Status.Subscribers;

/// <summary>How far somebody is who wants to be told, or no longer.</summary>
public enum SubscribeStep
{
    /// <summary>They are asked for their address.</summary>
    Ask,

    /// <summary>A mail is on its way to them.</summary>
    Asked,

    /// <summary>They followed its link, and are asked once more.</summary>
    Confirm,

    /// <summary>They are told from now on.</summary>
    Confirmed,

    /// <summary>They are asked whether they want to leave.</summary>
    Leave,

    /// <summary>They are forgotten.</summary>
    Left,

    /// <summary>The link is none of ours, or too old.</summary>
    Unknown,
}
