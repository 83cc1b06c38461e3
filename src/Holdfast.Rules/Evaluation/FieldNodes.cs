using Holdfast.Rules.Fields;
using Holdfast.Rules.Types;
using Bytes = System.ReadOnlySpan<byte>;

namespace Holdfast.Rules.Evaluation;

/// <summary>A string that is written in the expression.</summary>
internal sealed class LiteralTextNode(byte[] literal) : ValueNode<Bytes>
{
    public override Presence Read(RuleEvaluation evaluation, out Bytes value)
    {
        value = literal;
        return Presence.Known;
    }
}

/// <summary>A field that is a string.</summary>
internal sealed class FieldTextNode(Signal signal) : ValueNode<Bytes>
{
    /// <summary>What is read.</summary>
    public Signal Signal => signal;

    public override Presence Read(RuleEvaluation evaluation, out Bytes value) => evaluation.Signals.Text(signal, out value);
}

/// <summary>A function's result for a field that is a string, which most functions are about: one call less.</summary>
internal sealed class FieldApplyNode<TOut>(Signal signal, Function<Bytes, TOut> function) : ValueNode<TOut>
    where TOut : allows ref struct
{
    public override Presence Read(RuleEvaluation evaluation, out TOut value)
    {
        var presence = evaluation.Signals.Text(signal, out var input);
        if (presence == Presence.Known || (presence == Presence.Missing && function.TakesMissing))
        {
            return function.Of(evaluation, input, out value);
        }

        value = default!;
        return presence;
    }
}

/// <summary>A field that is a number.</summary>
internal sealed class FieldNumberNode(Signal signal) : ValueNode<long>
{
    public override Presence Read(RuleEvaluation evaluation, out long value) => evaluation.Signals.Number(signal, out value);
}

/// <summary>A field that is an address.</summary>
internal sealed class FieldAddressNode(Signal signal) : ValueNode<RuleAddress>
{
    public override Presence Read(RuleEvaluation evaluation, out RuleAddress value) => evaluation.Signals.Address(signal, out value);
}

/// <summary>A field that is an array of strings.</summary>
internal sealed class FieldTextsNode(Signal signal) : ArrayNode<Bytes>
{
    public override int Cursors => 1;

    public override Presence Start(RuleEvaluation evaluation, scoped Span<int> cursors)
    {
        cursors[0] = 0;
        return evaluation.Signals.IsKnown(signal) ? Presence.Known : Presence.Unknown;
    }

    public override bool Next(RuleEvaluation evaluation, scoped Span<int> cursors, out Presence presence, out Bytes item)
    {
        presence = Presence.Known;
        return evaluation.Signals.NextText(signal, ref cursors[0], out item);
    }
}

/// <summary>What a field that is a map has under one name.</summary>
internal sealed class FieldTextsByNameNode(Signal signal, byte[] name) : ArrayNode<Bytes>
{
    public override int Cursors => 1;

    public override Presence Start(RuleEvaluation evaluation, scoped Span<int> cursors)
    {
        var signals = evaluation.Signals;
        cursors[0] = 0;
        var probe = 0;
        return !signals.IsKnown(signal) ? Presence.Unknown
            : signals.NextText(signal, name, ref probe, out _) ? Presence.Known
            : Presence.Missing;
    }

    public override bool Next(RuleEvaluation evaluation, scoped Span<int> cursors, out Presence presence, out Bytes item)
    {
        presence = Presence.Known;
        return evaluation.Signals.NextText(signal, name, ref cursors[0], out item);
    }
}

/// <summary>A field that is a boolean.</summary>
internal sealed class FieldFlagNode(Signal signal) : TruthNode
{
    public override Truth Evaluate(RuleEvaluation evaluation) => evaluation.Signals.Flag(signal);
}

/// <summary><c>holdfast_known()</c></summary>
internal sealed class KnownNode(Signal signal) : TruthNode
{
    public override Truth Evaluate(RuleEvaluation evaluation) => Truths.Of(evaluation.Signals.IsKnown(signal));
}

/// <summary><c>has_key()</c></summary>
internal sealed class HasKeyNode(Signal signal, byte[] name) : TruthNode
{
    public override Truth Evaluate(RuleEvaluation evaluation)
    {
        var cursor = 0;
        return evaluation.Signals.IsKnown(signal) ? Truths.Of(evaluation.Signals.NextText(signal, name, ref cursor, out _)) : Truth.Unknown;
    }
}
