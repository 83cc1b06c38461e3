using Holdfast.Edge.Rules.Signals;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Checks;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Fields;
using Holdfast.Rules.RateLimiting;
using Holdfast.Rules.Types;

namespace Holdfast.Edge.Phases.RateLimiting;

/// <summary>
/// One characteristic's part in a key. What is not there is counted together, and apart from what is there and empty; several values
/// under one name count as they stand there, all of them.
/// </summary>
internal abstract class KeyPart
{
    // Before each value, and in the place of one that is missing or behind the last.
    private static ReadOnlySpan<byte> There => [1];
    private static ReadOnlySpan<byte> NotThere => [0];

    // Whoever has an IPv6 address has, as a rule, the 2^64 beside it.
    private const int NetworkOfIPv6 = 64;

    /// <summary>Whether the request's body has to be held back for it.</summary>
    public required bool ReadsBody { get; init; }

    /// <summary>What it asks about the request's client.</summary>
    public ClientFacts Asked { get; private init; }

    /// <summary>Compiles a characteristic.</summary>
    /// <param name="text">It has been checked.</param>
    /// <exception cref="ArgumentException">It was not.</exception>
    public static KeyPart Of(string text) =>
        Characteristic.Read(text, RateLimitLimits.LongestName, out var problem) switch
        {
            FieldCharacteristic field => new FieldPart(field.Field)
            {
                ReadsBody = field.ReadsBody,
                Asked = ClientFactReads.Of([field.Field]),
            },
            ElementCharacteristic element => new ElementPart(element) { ReadsBody = element.ReadsBody },
            ExpressionCharacteristic expression => new ExpressionPart(new RuleValue(expression.Value))
            {
                ReadsBody = expression.ReadsBody,
                Asked = ClientFactReads.Of(SignalReads.Of(expression.Value)),
            },
            _ => throw new ArgumentException($"a characteristic that was not checked: {problem}", nameof(text)),
        };

    /// <summary>Adds the request's value.</summary>
    /// <returns>False when nobody can say what it is.</returns>
    public abstract bool TryAppend(ref KeyedHash hash, IRuleSignals signals, RuleEvaluation evaluation);

    private static bool TryAppend(ref KeyedHash hash, Presence presence, ReadOnlySpan<byte> value)
    {
        if (presence == Presence.Unknown)
        {
            return false;
        }

        if (presence == Presence.Missing)
        {
            hash.Append(NotThere);
            return true;
        }

        hash.Append(There);
        hash.Append(value.Length);
        hash.Append(value);
        return true;
    }

    private sealed class FieldPart(RuleField field) : KeyPart
    {
        private readonly Signal _signal = field.Signal!.Value;
        private readonly RuleKind _kind = field.Type.Kind;

        public override bool TryAppend(ref KeyedHash hash, IRuleSignals signals, RuleEvaluation evaluation)
        {
            switch (_kind)
            {
                case RuleKind.String:
                    var presence = signals.Text(_signal, out var text);
                    return TryAppend(ref hash, presence, text);

                case RuleKind.Integer:
                    var ofNumber = signals.Number(_signal, out var number);
                    Span<byte> digits = stackalloc byte[8];
                    BitConverter.TryWriteBytes(digits, number);
                    return TryAppend(ref hash, ofNumber, digits);

                case RuleKind.Address:
                    var ofAddress = signals.Address(_signal, out var address);
                    var bits = address.IsIPv6 ? address.Network(NetworkOfIPv6).Bits : address.Bits;
                    Span<byte> bytes = stackalloc byte[17];
                    BitConverter.TryWriteBytes(bytes, (ulong)bits);
                    BitConverter.TryWriteBytes(bytes[8..], (ulong)(bits >> 64));
                    bytes[16] = address.IsIPv6 ? (byte)6 : (byte)4;
                    return TryAppend(ref hash, ofAddress, bytes);

                default:
                    var flag = signals.Flag(_signal);
                    return TryAppend(
                        ref hash,
                        flag == Truth.Unknown ? Presence.Unknown : Presence.Known,
                        flag == Truth.True ? There : NotThere
                    );
            }
        }
    }

    private sealed class ElementPart(ElementCharacteristic element) : KeyPart
    {
        private readonly Signal _signal = element.Field.Signal!.Value;
        private readonly byte[] _name = System.Text.Encoding.UTF8.GetBytes(element.Name);

        public override bool TryAppend(ref KeyedHash hash, IRuleSignals signals, RuleEvaluation evaluation)
        {
            if (!signals.IsKnown(_signal))
            {
                return false;
            }

            var cursor = 0;
            while (signals.NextText(_signal, _name, ref cursor, out var value))
            {
                TryAppend(ref hash, Presence.Known, value);
            }

            hash.Append(NotThere);
            return true;
        }
    }

    private sealed class ExpressionPart(RuleValue value) : KeyPart
    {
        public override bool TryAppend(ref KeyedHash hash, IRuleSignals signals, RuleEvaluation evaluation)
        {
            var presence = value.Evaluate(signals, evaluation, out var text);
            return TryAppend(ref hash, presence, text);
        }
    }
}
