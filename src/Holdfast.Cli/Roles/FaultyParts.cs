using System.Collections.Immutable;
using System.CommandLine;
using Holdfast.Artifacts.Bots;
using Holdfast.Cli.Supervision;
using Holdfast.Cli.Terminal;
using Holdfast.Edge.Guard.Faults;

namespace Holdfast.Cli.Roles;

/// <summary>
/// What a drill leaves out to show what it is for: <c>--faulty PART,...</c>, for <c>up</c>, <c>run control</c>, <c>run edge</c> and <c>run taster</c>,
/// and only together with <c>--fault-injection</c>. Not for people.
/// </summary>
/// <param name="Names">The parts, as they were written.</param>
internal sealed record FaultyParts(ImmutableArray<string> Names)
{
    /// <summary>The option.</summary>
    public const string OptionName = "--faulty";

    private const string IngestChecks = "ingest-checks";
    private const string EdgeChecks = "edge-checks";
    private const string FeatureLoader = "feature-loader";
    private const string ListReader = "list-reader";
    private const string Waves = "waves";

    /// <summary>Nothing.</summary>
    public static FaultyParts None { get; } = new([]);

    /// <summary>How much control lets a bot feature file be.</summary>
    public BotFeatureLimits FeaturesAtIngest => Names.Contains(IngestChecks) ? BotFeatureLimits.LeftOut : BotFeatureLimits.Standard;

    /// <summary>How much an edge and its taster let a bot feature file be.</summary>
    public BotFeatureLimits FeaturesAtEdge => Names.Contains(EdgeChecks) ? BotFeatureLimits.LeftOut : BotFeatureLimits.Standard;

    /// <summary>Where edge and taster die: the bot feature loader of the 201st feature, the list reader of lists and rules of two builds.</summary>
    public ImmutableArray<FaultPoint> DiesAt =>
        [
            .. Names.Contains(FeatureLoader) ? [FaultPoint.FeatureLoaderDiesAbove200] : Array.Empty<FaultPoint>(),
            .. Names.Contains(ListReader) ? [FaultPoint.ListReaderMeetsNewerForm] : Array.Empty<FaultPoint>(),
        ];

    /// <summary>Whether control gives what many zones use to one edge first.</summary>
    public bool HasWaves => !Names.Contains(Waves);

    /// <summary>The arguments that say it again.</summary>
    public ImmutableArray<string> Arguments => Names.IsEmpty ? [] : [OptionName, string.Join(',', Names)];

    /// <summary>The option, for a command.</summary>
    public static Option<string?> Option() => new(OptionName) { HelpName = "PART,...", Hidden = true };

    /// <summary>Reads it.</summary>
    /// <param name="text">What was written; null when nothing was.</param>
    /// <param name="faultInjection">Whether <c>--fault-injection</c> is there.</param>
    /// <exception cref="CliFailure">It names another part, or stands alone.</exception>
    public static FaultyParts Read(string? text, bool faultInjection)
    {
        if (text is null)
        {
            return None;
        }

        ImmutableArray<string> names = [.. text.Split(',')];
        var unknown = names.FirstOrDefault(name => name is not (IngestChecks or EdgeChecks or FeatureLoader or ListReader or Waves));
        return unknown is not null
                ? throw new CliFailure(
                    $"{OptionName}: no such part: {unknown}; there are {IngestChecks}, {EdgeChecks}, {FeatureLoader}, {ListReader}, {Waves}"
                )
            : !faultInjection ? throw new CliFailure($"{OptionName} is for drills: it needs {ChildArguments.FaultInjection} beside it")
            : new FaultyParts(names);
    }
}
