using System.Collections.Immutable;
using Holdfast.Model.Bots;
using Holdfast.Rules.Explaining;

namespace Holdfast.Edge.Explaining;

/// <summary>A request's way through a zone's rules.</summary>
/// <param name="Phases">Every phase that has rules, in the order in which edges run them.</param>
/// <param name="Action">What answers the request: a rule's action, or <c>pass</c> when it goes on to the cache and the origin.</param>
/// <param name="AnsweredBy">The ref of the rule that answers; null when none does.</param>
/// <param name="Target">Path and query that go on, when rules have changed them; the place that a redirect leads to; else null.</param>
internal sealed record RequestExplanation(ImmutableArray<PhaseExplanation> Phases, string Action, string? AnsweredBy, string? Target)
{
    /// <summary>Its bot score; null when no rule has asked, or there is no feature file.</summary>
    public BotScoreExplanation? Bots { get; init; }

    /// <summary>The rules that act, in their order.</summary>
    public IEnumerable<RuleExplanation> Acting => Phases.SelectMany(phase => phase.Rules).Where(rule => rule.Verdict == RuleVerdict.Acts);
}

/// <summary>A phase.</summary>
/// <param name="Phase">Its name.</param>
/// <param name="Note">Why it is not asked, or what is to be known of it; or null.</param>
/// <param name="Rules">Its rules, those included that are off.</param>
internal sealed record PhaseExplanation(string Phase, string? Note, ImmutableArray<RuleExplanation> Rules);

/// <summary>A rule.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Ref">Its ref.</param>
/// <param name="Description">What its owner says that it is for.</param>
/// <param name="Action">What it does.</param>
/// <param name="Expression">When it acts.</param>
/// <param name="Verdict">What it made of the request.</param>
/// <param name="Why">The reason, in words.</param>
/// <param name="Trace">What its expression says and why; null when it was not asked.</param>
internal sealed record RuleExplanation(
    string Id,
    string Ref,
    string Description,
    string Action,
    string Expression,
    RuleVerdict Verdict,
    string Why,
    ExpressionTrace? Trace
);

/// <summary>What a rule made of a request.</summary>
internal enum RuleVerdict
{
    /// <summary>Its expression holds, and it acts.</summary>
    Acts,

    /// <summary>Its expression does not hold.</summary>
    DoesNotMatch,

    /// <summary>Nobody can say whether it holds, so that it does not act.</summary>
    Unknown,

    /// <summary>It is off, or an earlier rule has kept the request from it.</summary>
    NotAsked,
}

/// <summary>A bot score, and why.</summary>
/// <param name="Score">1 to 99; null when it is unknown, because what holds says too little.</param>
/// <param name="Held">The features that hold.</param>
internal sealed record BotScoreExplanation(int? Score, ImmutableArray<BotFeature> Held);
