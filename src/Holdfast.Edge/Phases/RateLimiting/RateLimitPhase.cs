using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules;
using Holdfast.Rules.Evaluation;

namespace Holdfast.Edge.Phases.RateLimiting;

/// <summary>What a rate limit says of a request.</summary>
/// <param name="Reading">Whether the rule acts, and what is counted.</param>
/// <param name="Key">The request's key, for <see cref="RateLimitPhase.OnResponse(RateLimitRuntime, UInt128, IRuleSignals, RuleEvaluation, bool)"/>.</param>
/// <param name="CountsLater">Whether that is to be called when the response is known.</param>
internal readonly record struct RateLimitOutcome(RateLimitReading Reading, UInt128 Key, bool CountsLater);

/// <summary>
/// Runs rate limits over requests: one call for each rule when the request is there, and one when its response is known for those that
/// asked for it. It neither waits nor allocates.
/// </summary>
internal sealed class RateLimitPhase(RateLimitState state)
{
    /// <summary>The counters; they outlive every change of the rules.</summary>
    public RateLimitState State => state;

    /// <summary>Whether a rule acts on a request, which is counted, or is kept to be counted when its response is known.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="matches">What the rule's expression says.</param>
    /// <param name="turn">The request's way through the rules.</param>
    public bool Acts(RateLimitRuntime rule, Truth matches, RuleTurn turn)
    {
        var outcome = OnRequest(rule, matches, turn.Signals, turn.Evaluation);
        turn.RateLimits.Note(rule, outcome);
        return outcome.Reading.IsLimited;
    }

    /// <summary>Counts a request whose response's head is there, as whoever answered wrote it: before rules change it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="turn">Its way through the rules; its response can be read.</param>
    public void Answered(EdgeRequest request, RuleTurn turn)
    {
        var asked = RateLimitTurn.AskedOrigin(request);
        foreach (var (rule, key) in turn.RateLimits.Later)
        {
            OnResponse(rule, key, turn.Signals, turn.Evaluation, asked);
        }
    }

    /// <summary>Counts a request that ended without a response, because its visitor left: the origin may have been asked all the same.</summary>
    public void Ended(EdgeRequest request, RuleTurn turn)
    {
        foreach (var (rule, key) in turn.RateLimits.Later)
        {
            if (!rule.ReadsResponse && RateLimitTurn.AskedOrigin(request))
            {
                state.Add(key, rule.Window);
            }
        }
    }

    /// <summary>Counts a request, or finds out whether the rule acts.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="matches">What the rule's expression says. A rule that nobody can decide neither acts nor counts.</param>
    /// <param name="signals">What is known of the request.</param>
    /// <param name="evaluation">Working memory.</param>
    public RateLimitOutcome OnRequest(RateLimitRuntime rule, Truth matches, IRuleSignals signals, RuleEvaluation evaluation)
    {
        var acts = matches == Truth.True;
        var mayCount = rule.CountsWhatMatches ? acts : rule.CountingReadsResponse || rule.Counts(signals, evaluation);
        if ((!acts && !mayCount) || !rule.TryGetKey(state, signals, evaluation, out var key))
        {
            return default;
        }

        if (rule.CountsResponses || !mayCount)
        {
            var reading = acts ? state.Check(key, rule.Window) : default;
            return new RateLimitOutcome(reading, key, mayCount && !reading.IsLimited);
        }

        if (acts)
        {
            return new RateLimitOutcome(state.Count(key, rule.Window), key, false);
        }

        // A counting expression does not extend the rule's own: what it matches beyond that counts, and passes.
        state.Add(key, rule.Window);
        return default;
    }

    /// <summary>Counts a request whose response is known.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="key">The request's, as it came.</param>
    /// <param name="signals">What is known of the request and its response.</param>
    /// <param name="evaluation">Working memory.</param>
    /// <param name="askedOrigin">Whether the origin was asked for it.</param>
    public void OnResponse(RateLimitRuntime rule, UInt128 key, IRuleSignals signals, RuleEvaluation evaluation, bool askedOrigin)
    {
        if (
            (askedOrigin || !rule.Config.RequestsToOrigin)
            && (!rule.CountingReadsResponse || rule.Counts(signals, evaluation))
            && rule.UnitsOf(signals) is > 0 and var units
        )
        {
            state.Add(key, rule.Window, units);
        }
    }
}
