namespace Holdfast.Status.Subscribers;

/// <summary>Every limit of subscribers and their messages.</summary>
internal static class SubscriberLimits
{
    /// <summary>Subscribers there may be.</summary>
    public const int Most = 200_000;

    /// <summary>Tries of one message: with the pauses between them, a target may be away for some nine hours.</summary>
    public const int Tries = 14;

    /// <summary>Messages on their way at once: what the queue may repeat after a kill.</summary>
    public const int AtOnce = 16;

    /// <summary>How long one message may take.</summary>
    public static readonly TimeSpan SendTime = TimeSpan.FromSeconds(20);

    /// <summary>How long somebody has to say that they want it; then they are forgotten.</summary>
    public static readonly TimeSpan Answer = TimeSpan.FromDays(3);

    /// <summary>The same address is asked again no sooner, whoever types it in.</summary>
    public static readonly TimeSpan AskAgain = TimeSpan.FromMinutes(30);

    /// <summary>Requests to subscribe that an address has in a minute.</summary>
    public const int AsksPerMinute = 10;

    /// <summary>The pause after a failed try, which doubles up to an hour.</summary>
    public static TimeSpan Pause(int tries) => TimeSpan.FromSeconds(Math.Min(3600, 10 * Math.Pow(2, tries)));
}
