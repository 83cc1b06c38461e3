using System.Collections.Immutable;

namespace Holdfast.Model.Bots;

/// <summary>
/// The bot feature file: what tells programs from people, one for the whole installation. A request's score is 50 and the weights of the features
/// that hold for it, from 1 (surely a program) to 99 (surely a person); it is unknown when those weights say too little.
/// </summary>
public sealed record BotFeaturesConfig
{
    /// <summary>The name of its releases: there is one file.</summary>
    public const string Name = "bot-features";

    /// <summary>The features, each name once; at most 200.</summary>
    public required ImmutableArray<BotFeature> Features { get; init; }

    /// <summary>How far from 50 a request must come, 1 to 49, to have a score at all.</summary>
    public required int LeastEvidence { get; init; }

    /// <summary>How many features whoever made the file has written: a file that was cut or doubled has another number of them.</summary>
    public required int Rows { get; init; }

    /// <summary>How many features the file has that it replaces, as control knows it; null for the first one.</summary>
    public int? RowsBefore { get; init; }

    /// <summary>Whether its publisher has said that the number of features may change by any amount.</summary>
    public bool AnyRowChange { get; init; }
}

/// <summary>A feature: something that a request has or lacks.</summary>
/// <param name="Name">Its name, which explanations and the log give: <c>ua_command_line</c>.</param>
/// <param name="Expression">When it holds, in the rules language.</param>
/// <param name="Weight">What it adds to the score, -100 to 100 and not 0: below 0 it speaks for a program.</param>
public sealed record BotFeature(string Name, string Expression, int Weight);
