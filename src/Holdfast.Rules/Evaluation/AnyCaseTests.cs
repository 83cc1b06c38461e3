using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using Holdfast.Rules.Functions;
using Holdfast.Rules.Syntax;
using Bytes = System.ReadOnlySpan<byte>;

namespace Holdfast.Rules.Evaluation;

/// <summary>
/// Tests of a string in lower case that don't need it written in lower case: <c>lower(http.user_agent) contains "bot"</c> and its like,
/// which are among what rules ask most. Literals are ASCII without capital letters.
/// </summary>
internal static class AnyCaseTests
{
    /// <summary>The test of the text itself that says what a comparison says of the text in lower case; null when there is none.</summary>
    public static Test<Bytes>? Of(Comparison comparison) =>
        comparison switch
        {
            ContainsComparison { Part: { Length: > 0 } part } when IsLower(part.Span) => TextTests.Of(
                new AnyCaseContainsTest(part.Span.ToArray())
            ),
            OrderingComparison { Operator: OrderingOperator.Equal, Right: StringLiteral { Value: var right } } when IsLower(right.Span) =>
                TextTests.Of(new AnyCaseEqualTest(right.Span.ToArray())),
            _ => null,
        };

    /// <summary>The same for <c>starts_with()</c> and <c>ends_with()</c>.</summary>
    public static Test<Bytes>? OfEdge(byte[] part, bool atEnd) =>
        !IsLower(part) ? null
        : atEnd ? TextTests.Of(new AnyCaseEndTest(part))
        : TextTests.Of(new AnyCaseStartTest(part));

    private static bool IsLower(Bytes literal) => Ascii.IsValid(literal) && !literal.ContainsAnyInRange((byte)'A', (byte)'Z');
}

/// <summary>eq of the text in lower case</summary>
internal readonly struct AnyCaseEqualTest(byte[] lower) : ITextTest
{
    public bool Holds(Bytes value) => value.Length == lower.Length && Ascii.EqualsIgnoreCase(value, lower);
}

/// <summary><c>starts_with()</c> of the text in lower case</summary>
internal readonly struct AnyCaseStartTest(byte[] lower) : ITextTest
{
    public bool Holds(Bytes value) => value.Length >= lower.Length && Ascii.EqualsIgnoreCase(value[..lower.Length], lower);
}

/// <summary><c>ends_with()</c> of the text in lower case</summary>
internal readonly struct AnyCaseEndTest(byte[] lower) : ITextTest
{
    public bool Holds(Bytes value) => value.Length >= lower.Length && Ascii.EqualsIgnoreCase(value[^lower.Length..], lower);
}

/// <summary>contains of the text in lower case: places where the first and another byte fit are found 32 at a time.</summary>
internal readonly struct AnyCaseContainsTest : ITextTest
{
    private readonly byte[] _lower;
    private readonly int _distance;
    private readonly Vector256<byte> _first;
    private readonly Vector256<byte> _last;
    private readonly Vector256<byte> _firstCase;
    private readonly Vector256<byte> _lastCase;

    public AnyCaseContainsTest(byte[] lower)
    {
        _lower = lower;

        // The last byte that is not the first one again: where a text repeats one byte, that is not there.
        _distance = Math.Max(0, lower.AsSpan().LastIndexOfAnyExcept(lower[0]));
        (_first, _last) = (Vector256.Create(lower[0]), Vector256.Create(lower[_distance]));
        (_firstCase, _lastCase) = (CaseOf(lower[0]), CaseOf(lower[_distance]));
    }

    public bool Holds(Bytes value)
    {
        var places = value.Length - _lower.Length + 1;
        var at = 0;
        if (places >= Vector256<byte>.Count)
        {
            ref var start = ref MemoryMarshal.GetReference(value);
            while (true)
            {
                var firsts = Vector256.Equals(Vector256.LoadUnsafe(ref start, (nuint)at) | _firstCase, _first);
                var lasts = Vector256.Equals(Vector256.LoadUnsafe(ref start, (nuint)(at + _distance)) | _lastCase, _last);
                for (var fits = (firsts & lasts).ExtractMostSignificantBits(); fits != 0; fits &= fits - 1)
                {
                    if (IsAt(value, at + BitOperations.TrailingZeroCount(fits)))
                    {
                        return true;
                    }
                }

                at += Vector256<byte>.Count;
                if (at >= places)
                {
                    return false;
                }

                // The last ones overlap with those before them.
                at = Math.Min(at, places - Vector256<byte>.Count);
            }
        }

        for (; at < places; at++)
        {
            if (AsciiCase.Lower(value[at]) == _lower[0] && IsAt(value, at))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsAt(Bytes value, int at) => Ascii.EqualsIgnoreCase(value.Slice(at, _lower.Length), _lower);

    // The bit that a capital letter lacks.
    private static Vector256<byte> CaseOf(byte value) => Vector256.Create((byte)(value is >= (byte)'a' and <= (byte)'z' ? 0x20 : 0));
}
