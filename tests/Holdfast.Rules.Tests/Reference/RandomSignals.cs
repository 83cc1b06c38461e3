using CsCheck;
using Holdfast.Rules.Fields;
using Holdfast.Rules.Tests.Generators;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Tests.Reference;

/// <summary>Requests of any values, with some sources lost and some lists there.</summary>
internal static class RandomSignals
{
    /// <summary>The signals, all of them from one seed, so that there are many different ones.</summary>
    public static Gen<TestSignals> Any { get; } =
        Gen.Select(
            Gen.OneOf(Enum.GetValues<SignalSource>()).Array[0, 3],
            Trees.Strings.Array[16],
            Trees.Numbers.Array[8],
            Trees.Addresses.Array[4],
            Gen.Int,
            Make
        );

    private static TestSignals Make(SignalSource[] lost, ByteString[] texts, long[] numbers, RuleAddress[] addresses, int seed)
    {
        var random = new Random(seed);
        var signals = new TestSignals { Lost = [.. lost] };
        byte[] Text() => texts[random.Next(texts.Length)].Span.ToArray();
        byte[] Name() => System.Text.Encoding.UTF8.GetBytes(new[] { "x-a", "a", "x", "" }[random.Next(4)]);
        foreach (var field in FieldCatalogue.All)
        {
            if (field.Signal is not { } signal)
            {
                continue;
            }

            signals.With(
                signal,
                field.Type.Kind switch
                {
                    RuleKind.String => Text(),
                    RuleKind.Integer => numbers[random.Next(numbers.Length)],
                    RuleKind.Address => addresses[random.Next(addresses.Length)],
                    RuleKind.Boolean => random.Next(2) == 0,
                    RuleKind.Array => (object)Enumerable.Range(0, random.Next(4)).Select(_ => Text()).ToArray(),
                    _ => Enumerable.Range(0, random.Next(5)).Select(_ => (Name(), Text())).ToArray(),
                }
            );
        }

        signals.Lists["office"] =
        [
            .. addresses.Take(2).Cast<object>(),
            .. numbers.Take(3).Cast<object>(),
            .. texts.Take(4).Select(text => (object)ReferenceEvaluator.Text(text)),
        ];
        return signals;
    }
}
