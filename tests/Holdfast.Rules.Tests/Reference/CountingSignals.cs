using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Fields;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Tests.Reference;

/// <summary>Signals that count how often a boolean was asked for.</summary>
internal sealed class CountingSignals(TestSignals signals) : IRuleSignals
{
    /// <summary>How often.</summary>
    public int Flags { get; private set; }

    public bool IsKnown(Signal signal) => signals.IsKnown(signal);

    public Presence Text(Signal signal, out ReadOnlySpan<byte> value) => signals.Text(signal, out value);

    public Presence Number(Signal signal, out long value) => signals.Number(signal, out value);

    public Presence Address(Signal signal, out RuleAddress value) => signals.Address(signal, out value);

    public Truth Flag(Signal signal)
    {
        Flags++;
        return signals.Flag(signal);
    }

    public bool NextText(Signal signal, scoped ref int cursor, out ReadOnlySpan<byte> value) =>
        signals.NextText(signal, ref cursor, out value);

    public bool NextText(Signal signal, ReadOnlySpan<byte> name, scoped ref int cursor, out ReadOnlySpan<byte> value) =>
        signals.NextText(signal, name, ref cursor, out value);

    public Truth IsInList(string list, ReadOnlySpan<byte> value) => signals.IsInList(list, value);

    public Truth IsInList(string list, long value) => signals.IsInList(list, value);

    public Truth IsInList(string list, RuleAddress value) => signals.IsInList(list, value);
}
