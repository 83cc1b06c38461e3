using Holdfast.Model.Addresses;

namespace Holdfast.Model.Tests;

public class NetworkTextTests
{
    [Theory]
    [InlineData("192.0.2.10", "192.0.2.10/32")]
    [InlineData("192.0.2.0/24", "192.0.2.0/24")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("2001:db8::1", "2001:db8::1/128")]
    [InlineData("2001:DB8::/32", "2001:db8::/32")]
    public void TryParse_AddressOrNetwork_IsRead(string text, string expected)
    {
        Assert.True(NetworkText.TryParse(text, out var network));
        Assert.Equal(expected, network.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("example.com")]
    [InlineData("192.0.2.1/24")] // bits behind the prefix: one address, or the whole network?
    [InlineData("2001:db8::1/32")]
    [InlineData("7")] // the framework's 0.0.0.7
    [InlineData("192.0.2")]
    [InlineData("192.0.2.010")] // octal to some
    [InlineData("192.0.2.0/33")]
    [InlineData("192.0.2.0/")]
    [InlineData("/24")]
    [InlineData("::ffff:192.0.2.1")]
    [InlineData("fe80::1%1")]
    [InlineData(" 192.0.2.1")]
    public void TryParse_AnythingElse_IsNot(string? text) => Assert.False(NetworkText.TryParse(text, out _));
}
