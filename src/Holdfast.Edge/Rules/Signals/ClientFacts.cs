using Holdfast.Rules.Fields;

namespace Holdfast.Edge.Rules.Signals;

/// <summary>What a module finds out about a request's client when a rule first asks, and keeps.</summary>
[Flags]
internal enum ClientFacts
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The bot score.</summary>
    Score = 1,

    /// <summary>Whether it is the crawler that it says it is.</summary>
    Verification = 2,

    /// <summary>The category of crawlers that it says it is of.</summary>
    Category = 4,
}

/// <summary>Which fields are of them.</summary>
internal static class ClientFactReads
{
    /// <summary>What some fields read of them.</summary>
    public static ClientFacts Of(IEnumerable<RuleField> reads) =>
        reads.Aggregate(
            ClientFacts.None,
            (facts, read) =>
                facts
                | read.Source switch
                {
                    SignalSource.BotScore => ClientFacts.Score,
                    SignalSource.VerifiedBots => ClientFacts.Verification,
                    SignalSource.Crawlers => ClientFacts.Category,
                    _ => ClientFacts.None,
                }
        );
}
