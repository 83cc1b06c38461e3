using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules.Signals;

namespace Holdfast.Edge.Rules.Effects;

/// <summary>What a rule does, ready to be done to any number of requests at once.</summary>
internal abstract class RuleEffect
{
    /// <summary>Where the log's security fields say that it comes from; empty when it has nothing to do with security.</summary>
    public virtual ReadOnlySpan<byte> Source => default;

    /// <summary>
    /// Whether each time that it acts is a security event unless the rule says otherwise: when it decides what becomes of the request. What
    /// only changes requests on their way is one when the rule's owner asks for it.
    /// </summary>
    public virtual bool WritesEvents => !Source.IsEmpty;

    /// <summary>Whether it can turn out that there is nothing to do: then it acts only when it answers.</summary>
    public virtual bool MayDoNothing => false;

    /// <summary>What it asks about the request's client to do it.</summary>
    public virtual ClientFacts Asked => ClientFacts.None;

    /// <summary>Does it, as far as that is possible at once.</summary>
    /// <param name="request">The request.</param>
    /// <param name="turn">The request's way through the rules.</param>
    public abstract RuleStep Apply(EdgeRequest request, RuleTurn turn);

    /// <summary>Answers the request, after <see cref="RuleStep.Answer"/>.</summary>
    /// <returns>The error to answer with, or <see cref="EdgeError.None"/> when the answer was sent.</returns>
    public virtual ValueTask<EdgeError> AnswerAsync(EdgeRequest request, LocalAnswers answers) => new(EdgeError.None);
}

/// <summary>Where a request goes after a rule has acted.</summary>
internal enum RuleStep
{
    /// <summary>To the next rule.</summary>
    Next,

    /// <summary>To the next phase.</summary>
    NextPhase,

    /// <summary>Through the ruleset that the rule executes, and then to the next rule.</summary>
    Execute,

    /// <summary>No further: the rule answers it.</summary>
    Answer,
}
