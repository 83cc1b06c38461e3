using Holdfast.Rules.Evaluation;

namespace Holdfast.Rules.Planning;

/// <summary>
/// A rule of a plan: what it needs that the look at the request has settled, and what is left to ask then. It lies with the others in one array, so
/// that a rule which matches costs few reads of memory.
/// </summary>
internal readonly struct PlannedRule
{
    /// <summary>Where its settled part begins, in <see cref="RulePlan.Settled"/>: leaves, all of which must have been seen, or not.</summary>
    public required int From { get; init; }

    /// <summary>Where it ends.</summary>
    public required int To { get; init; }

    /// <summary>The sources of the settled part, a bit each: source 64 has that of source 0.</summary>
    public required ulong Sources { get; init; }

    /// <summary>What is left to ask; null for nothing.</summary>
    public required TruthNode? Rest { get; init; }

    /// <summary>The whole rule, for when one of its sources is unknown.</summary>
    public required TruthNode Whole { get; init; }

    /// <summary>Whether a pass gives it whatever it is.</summary>
    public required bool IsGiven { get; init; }

    /// <summary>Whether it may be known here when it is not by itself.</summary>
    public required bool IsDoubtful { get; init; }
}
