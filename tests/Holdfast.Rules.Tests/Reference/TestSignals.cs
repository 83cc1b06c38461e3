using System.Text;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Fields;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Tests.Reference;

/// <summary>Signals that a test sets. What is not set is known and empty, zero, false; what has a lost source is unknown.</summary>
internal sealed class TestSignals : IRuleSignals
{
    private static readonly RuleAddress NoAddress = new(0, false);

    private readonly Dictionary<Signal, object> _values = [];

    /// <summary>Sources whose signals are unknown.</summary>
    public HashSet<SignalSource> Lost { get; init; } = [];

    /// <summary>Lists, with members as the reference evaluator has values: texts of Latin-1, numbers, addresses.</summary>
    public Dictionary<string, HashSet<object>> Lists { get; } = [];

    public TestSignals With(Signal signal, string text) => With(signal, (object)Encoding.UTF8.GetBytes(text));

    /// <summary>Sets a signal: bytes, a number, an address, a boolean, arrays of bytes, or pairs of name and bytes.</summary>
    public TestSignals With(Signal signal, object value)
    {
        _values[signal] = value is int number ? (long)number : value;
        return this;
    }

    public TestSignals With(Signal signal, params string[] texts) => With(signal, texts.Select(Encoding.UTF8.GetBytes).ToArray());

    public TestSignals With(Signal signal, params (string Name, string Value)[] pairs) =>
        With(signal, pairs.Select(pair => (Encoding.UTF8.GetBytes(pair.Name), Encoding.UTF8.GetBytes(pair.Value))).ToArray());

    public bool IsKnown(RuleField field) => field.Signal is { } signal && IsKnown(signal);

    /// <summary>The value as the reference evaluator has it.</summary>
    public object ValueOf(RuleField field)
    {
        if (!IsKnown(field))
        {
            return ReferenceEvaluator.Unknown;
        }

        var value = _values.GetValueOrDefault(field.Signal!.Value);
        return field.Type.Kind switch
        {
            RuleKind.String => Latin1((byte[]?)value ?? []),
            RuleKind.Integer => value ?? 0L,
            RuleKind.Address => value ?? NoAddress,
            RuleKind.Boolean => value ?? false,
            RuleKind.Array => ((byte[][]?)value ?? []).Select(item => (object)Latin1(item)).ToList(),
            _ => (((byte[] Name, byte[] Value)[]?)value ?? [])
                .GroupBy(pair => Latin1(pair.Name))
                .ToDictionary(group => group.Key, group => (object)group.Select(pair => (object)Latin1(pair.Value)).ToList()),
        };
    }

    public bool IsKnown(Signal signal) => !Lost.Contains(FieldCatalogue.Of(signal).Source);

    public Presence Text(Signal signal, out ReadOnlySpan<byte> value)
    {
        value = _values.TryGetValue(signal, out var set) ? (byte[])set : default;
        return Known(signal);
    }

    public Presence Number(Signal signal, out long value)
    {
        value = _values.TryGetValue(signal, out var set) ? (long)set : 0;
        return Known(signal);
    }

    public Presence Address(Signal signal, out RuleAddress value)
    {
        value = _values.TryGetValue(signal, out var set) ? (RuleAddress)set : NoAddress;
        return Known(signal);
    }

    public Truth Flag(Signal signal) =>
        !IsKnown(signal) ? Truth.Unknown
        : _values.TryGetValue(signal, out var set) && (bool)set ? Truth.True
        : Truth.False;

    public bool NextText(Signal signal, scoped ref int cursor, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!IsKnown(signal) || !_values.TryGetValue(signal, out var set) || cursor >= ((byte[][])set).Length)
        {
            return false;
        }

        value = ((byte[][])set)[cursor++];
        return true;
    }

    public bool NextText(Signal signal, ReadOnlySpan<byte> name, scoped ref int cursor, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!IsKnown(signal) || !_values.TryGetValue(signal, out var set))
        {
            return false;
        }

        var pairs = ((byte[] Name, byte[] Value)[])set;
        while (cursor < pairs.Length)
        {
            var (itsName, itsValue) = pairs[cursor++];
            if (name.SequenceEqual(itsName))
            {
                value = itsValue;
                return true;
            }
        }

        return false;
    }

    public Truth IsInList(string list, ReadOnlySpan<byte> value) => IsIn(list, Latin1(value.ToArray()));

    public Truth IsInList(string list, long value) => IsIn(list, value);

    public Truth IsInList(string list, RuleAddress value) => IsIn(list, value);

    private static string Latin1(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    private Truth IsIn(string list, object value) =>
        !Lists.TryGetValue(list, out var members) ? Truth.Unknown
        : members.Contains(value) ? Truth.True
        : Truth.False;

    private Presence Known(Signal signal) => IsKnown(signal) ? Presence.Known : Presence.Unknown;
}
