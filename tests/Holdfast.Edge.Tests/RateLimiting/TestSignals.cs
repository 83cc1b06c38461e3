using System.Net;
using System.Text;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Fields;
using Holdfast.Rules.Types;

namespace Holdfast.Edge.Tests.RateLimiting;

/// <summary>A request, and later its response, as a test writes it down. What it does not mention is empty; a lost signal is unknown.</summary>
internal sealed class TestSignals : IRuleSignals
{
    public string Address { get; init; } = "192.0.2.1";

    public Dictionary<Signal, string> Texts { get; init; } = [];

    public Dictionary<Signal, long> Numbers { get; init; } = [];

    public Dictionary<(Signal, string), string[]> Named { get; init; } = [];

    public HashSet<Signal> Lost { get; init; } = [];

    public bool IsKnown(Signal signal) => !Lost.Contains(signal);

    public Presence Text(Signal signal, out ReadOnlySpan<byte> value)
    {
        value = Encoding.UTF8.GetBytes(Texts.GetValueOrDefault(signal, ""));
        return IsKnown(signal) ? Presence.Known : Presence.Unknown;
    }

    public Presence Number(Signal signal, out long value)
    {
        value = Numbers.GetValueOrDefault(signal);
        return IsKnown(signal) ? Presence.Known : Presence.Unknown;
    }

    Presence IRuleSignals.Address(Signal signal, out RuleAddress value)
    {
        value = RuleAddress.From(IPAddress.Parse(Address));
        return IsKnown(signal) ? Presence.Known : Presence.Unknown;
    }

    public Truth Flag(Signal signal) => IsKnown(signal) ? Truth.False : Truth.Unknown;

    public bool NextText(Signal signal, scoped ref int cursor, out ReadOnlySpan<byte> value)
    {
        value = default;
        return false;
    }

    public bool NextText(Signal signal, ReadOnlySpan<byte> name, scoped ref int cursor, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!Named.TryGetValue((signal, Encoding.UTF8.GetString(name)), out var values) || cursor == values.Length)
        {
            return false;
        }

        value = Encoding.UTF8.GetBytes(values[cursor++]);
        return true;
    }

    public Truth IsInList(string list, ReadOnlySpan<byte> value) => Truth.Unknown;

    public Truth IsInList(string list, long value) => Truth.Unknown;

    public Truth IsInList(string list, RuleAddress value) => Truth.Unknown;
}
