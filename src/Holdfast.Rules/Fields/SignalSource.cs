namespace Holdfast.Rules.Fields;

/// <summary>
/// Who knows a signal. Signals of one source are lost together: when the source is dead, all of them are unknown (the design's law 4).
/// </summary>
public enum SignalSource
{
    /// <summary>Nobody here: always unknown.</summary>
    None,

    /// <summary>The request's head, and what the edge gave it (ray id, time): always known.</summary>
    Request,

    /// <summary>The connection and its TLS handshake: always known.</summary>
    Connection,

    /// <summary>The request's body, held back for the rules that read it (the design's law 24).</summary>
    Body,

    /// <summary>The response: known in response phases.</summary>
    Response,

    /// <summary>The country database.</summary>
    Country,

    /// <summary>The database of autonomous systems.</summary>
    AutonomousSystem,

    /// <summary>The bot feature file.</summary>
    BotScore,

    /// <summary>The check of verified bots.</summary>
    VerifiedBots,

    /// <summary>The list of crawlers.</summary>
    Crawlers,
}

/// <summary>What is known of the sources.</summary>
public static class SignalSources
{
    /// <summary>Whether the source can be lost while the request goes on.</summary>
    public static bool CanDie(SignalSource source) =>
        source
            is SignalSource.Body
                or SignalSource.Country
                or SignalSource.AutonomousSystem
                or SignalSource.BotScore
                or SignalSource.VerifiedBots
                or SignalSource.Crawlers;

    /// <summary>Whether somebody has to find it out when it is first asked for, which takes work and may leave traces.</summary>
    public static bool IsFoundOut(SignalSource source) =>
        source is SignalSource.BotScore or SignalSource.VerifiedBots or SignalSource.Crawlers;

    /// <summary>For messages.</summary>
    public static string Describe(SignalSource source) =>
        source switch
        {
            SignalSource.None => "nobody here",
            SignalSource.Request => "the request",
            SignalSource.Connection => "the connection",
            SignalSource.Body => "the request's body",
            SignalSource.Response => "the response",
            SignalSource.Country => "the country database",
            SignalSource.AutonomousSystem => "the database of autonomous systems",
            SignalSource.BotScore => "the bot score",
            SignalSource.Crawlers => "the list of crawlers",
            _ => "the check of verified bots",
        };
}
