using System.Collections.Frozen;
using Holdfast.Rules.Checks;
using Holdfast.Rules.Fields;
using Holdfast.Rules.Syntax;

namespace Holdfast.Rules.Evaluation;

/// <summary>A filter, ready to be run by any number of threads. It is compiled off the request path, once.</summary>
public sealed class RuleFilter
{
    private readonly TruthNode _root;

    /// <param name="expression">What <see cref="Parsing.RuleParser.ReadFilter"/> has read.</param>
    public RuleFilter(Expression expression)
    {
        Expression = expression;
        Reads = SignalReads.Of(expression).ToFrozenSet();
        _root = NodeCompiler.Compile(expression);
    }

    /// <summary>What it was compiled from.</summary>
    public Expression Expression { get; }

    /// <summary>The fields that it may read; those of the body say that a request's body has to be held back (the design's law 24).</summary>
    public FrozenSet<RuleField> Reads { get; }

    /// <summary>Finds out whether it holds. A rule acts when the answer is <see cref="Truth.True"/>, and in no other case.</summary>
    /// <param name="signals">What is known of the request.</param>
    /// <param name="evaluation">Working memory, not in use by anybody else.</param>
    public Truth Evaluate(IRuleSignals signals, RuleEvaluation evaluation)
    {
        evaluation.Begin(signals);
        return _root.Evaluate(evaluation);
    }
}

/// <summary>What a rule writes, ready to be computed by any number of threads.</summary>
public sealed class RuleValue
{
    private readonly ValueNode<ReadOnlySpan<byte>> _root;

    /// <param name="value">What <see cref="Parsing.RuleParser.ReadValue"/> has read.</param>
    public RuleValue(Argument value)
    {
        Expression = value;
        Reads = SignalReads.Of(value).ToFrozenSet();
        _root = OperandCompiler.Value(value);
    }

    /// <summary>What it was compiled from.</summary>
    public Argument Expression { get; }

    /// <summary>The fields that it may read.</summary>
    public FrozenSet<RuleField> Reads { get; }

    /// <summary>Computes it.</summary>
    /// <param name="signals">What is known of the request.</param>
    /// <param name="evaluation">Working memory, not in use by anybody else.</param>
    /// <param name="value">The bytes, valid until the working memory is used again; empty unless the answer is known.</param>
    /// <returns>Whether there is a value. A rule whose value is missing or unknown has nothing to write.</returns>
    public Presence Evaluate(IRuleSignals signals, RuleEvaluation evaluation, out ReadOnlySpan<byte> value)
    {
        evaluation.Begin(signals);
        return _root.Read(evaluation, out value);
    }
}
