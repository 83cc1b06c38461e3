using System.Collections.Immutable;
using System.Text;
using Holdfast.Artifacts.Bots;
using Holdfast.Model.Bots;
using Holdfast.Releases.Intake;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Parsing;
using Holdfast.Rules.Planning;

namespace Holdfast.Edge.Bots;

/// <summary>
/// The bot feature file as requests run on it: immutable, any number of threads. Its features are planned together, so that a request is looked at
/// once for what they need and only those that may hold are asked. Whatever number there are, they lie in arrays of that length.
/// </summary>
internal sealed class BotFeaturesRuntime
{
    private const int Neutral = 50;
    private const int Least = 1;
    private const int Most = 99;

    private readonly RulePlan _plan;
    private readonly int[] _weights;
    private readonly int _leastEvidence;

    private BotFeaturesRuntime(BotFeaturesConfig config, long generation, RulePlan plan)
    {
        (_plan, Generation, _leastEvidence) = (plan, generation, config.LeastEvidence);
        _weights = [.. config.Features.Select(feature => feature.Weight)];
        Features = config.Features;
        Names = [.. config.Features.Select(feature => Encoding.ASCII.GetBytes(feature.Name))];
    }

    /// <summary>The release's generation.</summary>
    public long Generation { get; }

    /// <summary>The features, by the numbers that <see cref="Score"/> gives.</summary>
    public ImmutableArray<BotFeature> Features { get; }

    /// <summary>Their names, likewise.</summary>
    public ImmutableArray<byte[]> Names { get; }

    /// <summary>Compiles a file.</summary>
    /// <exception cref="ArtifactRefusedException">One of its expressions is none.</exception>
    public static BotFeaturesRuntime Of(BotFeaturesConfig config, long generation)
    {
        var filters = config.Features.Select(feature =>
            RuleParser.ReadFilter(feature.Expression, BotFeatureJson.Scope).Tree is { } tree
                ? new RuleFilter(tree)
                : throw new ArtifactRefusedException($"the feature {feature.Name} has no valid expression")
        );
        return new BotFeaturesRuntime(config, generation, RulePlan.Build([.. filters]));
    }

    /// <summary>Scores a request.</summary>
    /// <param name="signals">What is known of it.</param>
    /// <param name="evaluation">Working memory, not in use by anybody else.</param>
    /// <param name="held">Gets the features that hold, by their numbers.</param>
    /// <returns>1 to 99, or 0 when they say too little: the score is unknown. A feature that is unknown says nothing.</returns>
    public int Score(IRuleSignals signals, RuleEvaluation evaluation, BotScore held)
    {
        var sum = 0;
        using var pass = _plan.Begin(signals, evaluation);
        while (pass.Next(out var feature, out var truth))
        {
            if (truth == Truth.True)
            {
                held.Add(feature);
                sum += _weights[feature];
            }
        }

        return Math.Abs(sum) < _leastEvidence ? 0 : Math.Clamp(Neutral + sum, Least, Most);
    }
}
