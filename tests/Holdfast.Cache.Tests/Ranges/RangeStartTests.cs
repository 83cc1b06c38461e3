using System.Text;
using Holdfast.Cache.Ranges;

namespace Holdfast.Cache.Tests.Ranges;

public class RangeStartTests
{
    [Theory]
    [InlineData("bytes=5-9", 5)]
    [InlineData("BYTES=5-", 5)]
    [InlineData("bytes=0-0", 0)]
    [InlineData("bytes=-5", -1)]
    [InlineData("bytes=1-2,3-4", -1)]
    [InlineData("bytes=9-5", -1)]
    [InlineData("bytes=a-5", -1)]
    [InlineData("bytes=", -1)]
    [InlineData("pages=1-2", -1)]
    [InlineData("", -1)]
    public void TheStart_OfASingleRange_NeedsNoLength(string range, long start) =>
        Assert.Equal(start, RangeRequest.StartOf(Encoding.ASCII.GetBytes(range)));
}
