using CsCheck;
using Holdfast.Rules.Lists;

namespace Holdfast.Rules.Tests.Lists;

public class SampleIndexTests
{
    [Fact]
    public void LastUpTo_OverAnySortedNumbers_IsTheLastThatIsNotAbove() =>
        Gen.Select(
                Gen.Frequency(
                    (3, Gen.ULong[0, 300]),
                    (2, Gen.ULong),
                    (2, Gen.ULong[0x2001_0db8_0000_0000, 0x2001_0db8_0000_0400]),
                    (1, Gen.OneOf(0UL, ulong.MaxValue))
                ).Array[0, 200],
                Gen.Frequency((3, Gen.ULong[0, 310]), (1, Gen.ULong), (2, Gen.ULong[0x2001_0db8_0000_0000, 0x2001_0db8_0000_0410])).Array[
                    30
                ]
            )
            .Sample(
                (numbers, asked) =>
                {
                    ulong[] sorted = [.. numbers.Distinct().Order()];
                    var index = new SampleIndex(sorted);
                    foreach (var value in asked.Concat(sorted))
                    {
                        Assert.Equal(Math.Max(0, Array.FindLastIndex(sorted, number => number <= value)), index.LastUpTo(value));
                    }
                },
                iter: 2_000
            );
}
