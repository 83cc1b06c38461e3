using System.Text;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Edge.Rules.Signals;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Parsing;
using Holdfast.Rules.Phases;

namespace Holdfast.Edge.Rules;

/// <summary>What a rule writes, ready to be written.</summary>
internal sealed class RuleTextRuntime
{
    private readonly byte[]? _text;
    private readonly RuleValue? _value;

    /// <summary>Compiles it.</summary>
    /// <exception cref="InvalidOperationException">Its expression is none: the artifact was not checked.</exception>
    public RuleTextRuntime(RuleText text, RulePhase phase)
    {
        if (!text.IsExpression)
        {
            _text = Encoding.UTF8.GetBytes(text.Text);
            return;
        }

        var reading = RuleParser.ReadValue(text.Text, RuleExpressions.ValueScope(phase));
        _value = new RuleValue(reading.Tree ?? throw new InvalidOperationException($"a rule writes no valid value: {reading.Errors[0]}"));
    }

    /// <summary>What it asks about the request's client.</summary>
    public ClientFacts Asked => _value is null ? ClientFacts.None : ClientFactReads.Of(_value.Reads);

    /// <summary>The text; false when there is none, because something that it depends on is missing or unknown.</summary>
    /// <param name="turn">The request's way through the rules.</param>
    /// <param name="text">Valid until the next evaluation.</param>
    public bool TryGet(RuleTurn turn, out ReadOnlySpan<byte> text)
    {
        if (_text is not null)
        {
            text = _text;
            return true;
        }

        return _value!.Evaluate(turn.Signals, turn.Evaluation, out text) == Presence.Known;
    }
}
