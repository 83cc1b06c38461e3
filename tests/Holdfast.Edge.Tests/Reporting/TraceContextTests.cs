using System.Text;
using CsCheck;
using Holdfast.Edge.Reporting;

namespace Holdfast.Edge.Tests.Reporting;

public class TraceContextTests
{
    private const string Good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Fact]
    public void TryParse_Good_RoundTrips()
    {
        Assert.True(TraceContext.TryParse(Encoding.ASCII.GetBytes(Good), out var context));

        Assert.True(context.Sampled);
        Assert.Equal(Good, context.ToString());
        Assert.Equal("00-0af7651916cd43dd8448eb211c80319c-0000000000000001-01", context.WithSpan(0).ToString());
    }

    [Theory]
    [InlineData("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03-future")]
    public void TryParse_LaterVersion_IsReadAndWrittenAs00(string text)
    {
        Assert.True(TraceContext.TryParse(Encoding.ASCII.GetBytes(text), out var context));
        Assert.Equal(Good, context.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more")]
    [InlineData("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.more")]
    [InlineData("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("0g-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01")]
    [InlineData("00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-B7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0A")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c8031 c-b7ad6b7169203331-01")]
    public void TryParse_Bad_IsRefused(string text) => Assert.False(TraceContext.TryParse(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void Create_AnyRandom_IsParsedBack() =>
        Check.Sample(
            Gen.Select(Gen.Byte.Array[24], Gen.Bool),
            (random, sampled) =>
            {
                var made = TraceContext.Create(random, sampled);
                return TraceContext.TryParse(Encoding.ASCII.GetBytes(made.ToString()), out var read) && read == made;
            }
        );

    [Fact]
    public void Create_ZeroRandom_HasValidIds() =>
        Assert.True(TraceContext.TryParse(Encoding.ASCII.GetBytes(TraceContext.Create(new byte[24], true).ToString()), out _));
}
