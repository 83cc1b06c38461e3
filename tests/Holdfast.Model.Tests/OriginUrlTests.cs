using CsCheck;
using Holdfast.Model.Zones;

namespace Holdfast.Model.Tests;

public class OriginUrlTests
{
    [Theory]
    [InlineData("http://192.0.2.10", OriginScheme.Http, "192.0.2.10", 80, "http://192.0.2.10")]
    [InlineData("https://Origin.Example.com/", OriginScheme.Https, "origin.example.com", 443, "https://origin.example.com")]
    [InlineData("https://origin.example.com:8443", OriginScheme.Https, "origin.example.com", 8443, "https://origin.example.com:8443")]
    [InlineData("h2c://127.0.0.1:50051", OriginScheme.H2c, "127.0.0.1", 50051, "h2c://127.0.0.1:50051")]
    [InlineData("http://[2001:db8::1]:3000", OriginScheme.Http, "2001:db8::1", 3000, "http://[2001:db8::1]:3000")]
    public void TryParse_Origin_ReadsEveryPart(string text, OriginScheme scheme, string host, int port, string canonical)
    {
        Assert.True(OriginUrl.TryParse(text, out var origin, out var error), error);
        Assert.Equal((scheme, host, port), (origin.Scheme, origin.Host, origin.Port));
        Assert.Equal(canonical, origin.ToString());
        Assert.Equal(origin, OriginUrl.Parse(canonical));
    }

    [Theory]
    [InlineData(null, "is not a URL")]
    [InlineData("", "is not a URL")]
    [InlineData("localhost:3000", "is not a scheme")]
    [InlineData("ftp://example.com", "is not a scheme")]
    [InlineData("http://example.com/path", "more than scheme, host and port")]
    [InlineData("http://example.com?x", "more than scheme, host and port")]
    [InlineData("http://user@example.com", "more than scheme, host and port")]
    [InlineData("http://exa_mple.c-", "is not a host name or an address")]
    public void TryParse_NoOrigin_SaysWhatWasFoundAndWhatIsAllowed(string? text, string expected)
    {
        Assert.False(OriginUrl.TryParse(text, out _, out var error));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void TryParse_AnyText_NeverThrows() =>
        Gen.String.Sample(text =>
        {
            _ = OriginUrl.TryParse(text, out _, out _);
        });
}
