using CsCheck;
using Holdfast.Model.Zones;

namespace Holdfast.Model.Tests;

public class ZoneNameTests
{
    [Theory]
    [InlineData("example.com", "example.com")]
    [InlineData("  Example.COM. ", "example.com")]
    [InlineData("*.Example.com", "*.example.com")]
    [InlineData("*", "*")]
    [InlineData("bücher.example", "xn--bcher-kva.example")]
    [InlineData("_dmarc.example.com", "_dmarc.example.com")]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("[2001:DB8::1]", "2001:db8::1")]
    [InlineData("localhost", "localhost")]
    public void TryNormalize_Name_GivesItsCanonicalForm(string text, string expected)
    {
        Assert.True(ZoneName.TryNormalize(text, out var name, out var error), error);
        Assert.Equal(expected, name);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("*.")]
    [InlineData("a..b")]
    [InlineData("-a.example")]
    [InlineData("a-.example")]
    [InlineData("a.*.example")]
    [InlineData("exa mple.com")]
    [InlineData("example.com:80")]
    [InlineData("http://example.com")]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901234.example")]
    public void TryNormalize_NoName_SaysWhatIsAllowed(string? text)
    {
        Assert.False(ZoneName.TryNormalize(text, out _, out var error));
        Assert.Contains("is not a zone name", error, StringComparison.Ordinal);
    }

    [Fact]
    public void TryNormalize_AnyText_NeverThrowsAndIsStable()
    {
        Gen.String.Sample(text =>
        {
            if (ZoneName.TryNormalize(text, out var name, out _))
            {
                Assert.True(ZoneName.TryNormalize(name, out var again, out _));
                Assert.Equal(name, again);
            }
        });
    }
}
