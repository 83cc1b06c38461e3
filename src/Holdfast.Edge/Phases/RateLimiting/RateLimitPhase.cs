using Holdfast.Edge.Requests;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Evaluation;

namespace Holdfast.Edge.Phases.RateLimiting;

/// <summary>What a rate limit says of a request.</summary>
/// <param name="Reading">Whether the rule acts, and what is counted.</param>
/// <param name="Key">The request's key, for <see cref="RateLimitPhase.OnResponse"/>.</param>
/// <param name="CountsLater">Whether <see cref="RateLimitPhase.OnResponse"/> is to be called when the response is known.</param>
internal readonly record struct RateLimitOutcome(RateLimitReading Reading, UInt128 Key, bool CountsLater);

/// <summary>
/// Runs rate limits over requests: one call for each rule when the request is there, and one when its response is known for those that
/// asked for it. It neither waits nor allocates, but to answer.
/// </summary>
internal sealed class RateLimitPhase(RateLimitState state, LocalAnswers answers)
{
    /// <summary>Counts a request, or finds out whether the rule acts.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="matches">What the rule's expression says. A rule that nobody can decide neither acts nor counts.</param>
    /// <param name="signals">What is known of the request.</param>
    /// <param name="evaluation">Working memory.</param>
    public RateLimitOutcome OnRequest(RateLimitRuntime rule, Truth matches, IRuleSignals signals, RuleEvaluation evaluation)
    {
        var acts = matches == Truth.True;
        var mayCount = rule.CountsWhatMatches ? acts : rule.CountsResponses || rule.Counts(signals, evaluation);
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
            && rule.Counts(signals, evaluation)
            && rule.UnitsOf(signals) is > 0 and var units
        )
        {
            state.Add(key, rule.Window, units);
        }
    }

    /// <summary>Answers a request that a rule refuses.</summary>
    /// <param name="request">Nothing was sent yet.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="reading">What it said.</param>
    /// <param name="response">What the rule's owner wants it to get, or null for the edge's own page with 429.</param>
    public ValueTask AnswerAsync(EdgeRequest request, RateLimitRuntime rule, RateLimitReading reading, RateLimitResponse? response)
    {
        var seconds = RateLimitFields.RetryAfter(reading.Wait, unchecked((uint)request.Ray.Value));
        Span<byte> value = stackalloc byte[RateLimitFields.MostBytes + rule.QuotedName.Length];
        var notice = new QuotaNotice
        {
            Policy = rule.Policy,
            State = value[..RateLimitFields.Write(value, rule, rule.Window.Limit, seconds)],
            RetryAfter = seconds,
        };
        return response is null
            ? answers.LimitedAsync(request, notice)
            : answers.LimitedAsync(request, notice, response.Status, response.ContentType, response.Content);
    }
}
