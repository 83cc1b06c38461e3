using Holdfast.Rules.Fields;
using Holdfast.Rules.Types;
using Bytes = System.ReadOnlySpan<byte>;

namespace Holdfast.Rules.Evaluation;

/// <summary>
/// A test of a string that needs nothing but the string. These are most of what rules ask, so they are structs: each is compiled into the
/// node that it stands in, without a call.
/// </summary>
internal interface ITextTest
{
    /// <summary>Asks.</summary>
    bool Holds(Bytes value);
}

/// <summary>eq</summary>
internal readonly struct EqualTest(byte[] literal) : ITextTest
{
    public bool Holds(Bytes value) => value.SequenceEqual(literal);
}

/// <summary>ne</summary>
internal readonly struct NotEqualTest(byte[] literal) : ITextTest
{
    public bool Holds(Bytes value) => !value.SequenceEqual(literal);
}

/// <summary>contains</summary>
internal readonly struct ContainsTest(byte[] part) : ITextTest
{
    public bool Holds(Bytes value) => value.IndexOf(part) >= 0;
}

/// <summary><c>starts_with()</c> of a literal</summary>
internal readonly struct StartTest(byte[] part) : ITextTest
{
    public bool Holds(Bytes value) => value.StartsWith(part);
}

/// <summary><c>ends_with()</c> of a literal</summary>
internal readonly struct EndTest(byte[] part) : ITextTest
{
    public bool Holds(Bytes value) => value.EndsWith(part);
}

/// <summary>in a set of a few strings: one after the other, which mostly ends at the length.</summary>
internal readonly struct FewTest(byte[][] members) : ITextTest
{
    public bool Holds(Bytes value)
    {
        foreach (var member in members)
        {
            if (value.SequenceEqual(member))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>in a set of many strings, sorted.</summary>
internal readonly struct ManyTest(byte[][] sorted) : ITextTest
{
    public bool Holds(Bytes value)
    {
        var (low, high) = (0, sorted.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            var order = value.SequenceCompareTo(sorted[middle]);
            if (order == 0)
            {
                return true;
            }

            (low, high) = order > 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return false;
    }
}

/// <summary>Puts such a test where any test of a string can stand, and makes nodes of it.</summary>
internal sealed class TextTest<TTest>(TTest test) : Test<Bytes>, IFieldTest
    where TTest : struct, ITextTest
{
    public override Truth Of(RuleEvaluation evaluation, Bytes value) => Truths.Of(test.Holds(value));

    /// <inheritdoc />
    public TruthNode Of(Signal signal) => new FieldTextTestNode<TTest>(signal, test);
}

/// <summary>A test that knows how to stand directly on a field.</summary>
internal interface IFieldTest
{
    /// <summary>The node.</summary>
    TruthNode Of(Signal signal);
}

/// <summary>Such a test of a field.</summary>
internal sealed class FieldTextTestNode<TTest>(Signal signal, TTest test) : TruthNode
    where TTest : struct, ITextTest
{
    public override Truth Evaluate(RuleEvaluation evaluation) =>
        evaluation.Signals.Text(signal, out var value) switch
        {
            Presence.Known => test.Holds(value) ? Truth.True : Truth.False,
            Presence.Missing => Truth.False,
            _ => Truth.Unknown,
        };
}

/// <summary>Makes tests of strings.</summary>
internal static class TextTests
{
    // From here on halving beats walking.
    private const int Few = 8;

    /// <summary>Wraps a test.</summary>
    public static Test<Bytes> Of<TTest>(TTest test)
        where TTest : struct, ITextTest => new TextTest<TTest>(test);

    /// <summary>in a set of strings.</summary>
    public static Test<Bytes> In(EqualArray<ByteString> members)
    {
        byte[][] sorted =
        [
            .. members
                .Distinct()
                .Select(member => member.Span.ToArray())
                .Order(Comparer<byte[]>.Create((one, other) => one.AsSpan().SequenceCompareTo(other))),
        ];
        return sorted.Length <= Few ? Of(new FewTest(sorted)) : Of(new ManyTest(sorted));
    }

    /// <summary>A test on what is read: directly, when that is a field.</summary>
    public static TruthNode On(ValueNode<Bytes> source, Test<Bytes> test) =>
        source is not FieldTextNode field ? new TestNode<Bytes>(source, test)
        : test is IFieldTest direct ? direct.Of(field.Signal)
        : new FieldTestNode(field.Signal, test);
}
