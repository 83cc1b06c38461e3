namespace Holdfast.Status.Subscribers;

/// <summary>How a subscriber is told.</summary>
internal enum SubscriberKind
{
    /// <summary><c>email</c></summary>
    Email,

    /// <summary><c>webhook</c>: Statuspage's shape, signed.</summary>
    Webhook,

    /// <summary><c>slack</c>: an incoming webhook of Slack's or one that takes its shape.</summary>
    Slack,

    /// <summary><c>discord</c>: a webhook of Discord's.</summary>
    Discord,
}

/// <summary>Whether a subscriber is told.</summary>
internal enum SubscriberState
{
    /// <summary><c>pending</c>: asked, and not yet answered.</summary>
    Pending,

    /// <summary><c>active</c></summary>
    Active,

    /// <summary><c>disabled</c>: did not take what was sent, again and again.</summary>
    Disabled,
}
