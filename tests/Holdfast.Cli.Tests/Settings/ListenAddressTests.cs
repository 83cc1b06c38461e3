using Holdfast.Cli.Settings;

namespace Holdfast.Cli.Tests.Settings;

public class ListenAddressTests
{
    [Theory]
    [InlineData("8080", "127.0.0.1:8080")]
    [InlineData(":8080", "127.0.0.1:8080")]
    [InlineData("localhost:8080", "127.0.0.1:8080")]
    [InlineData("LOCALHOST:0", "127.0.0.1:0")]
    [InlineData(" 192.0.2.1:80 ", "192.0.2.1:80")]
    [InlineData("0.0.0.0:443", "0.0.0.0:443")]
    [InlineData("[::1]:8443", "[::1]:8443")]
    [InlineData("[::]:65535", "[::]:65535")]
    [InlineData("[2001:db8::1]:1", "[2001:db8::1]:1")]
    public void TryParse_AnAddress_IsRead(string text, string expected)
    {
        Assert.True(ListenAddress.TryParse(text, out var address, out _));
        Assert.Equal(expected, address.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(":")]
    [InlineData("foo")]
    [InlineData("example.com:80")]
    [InlineData("65536")]
    [InlineData("-1")]
    [InlineData("+80")]
    [InlineData("1e3")]
    [InlineData("127.0.0.1")]
    [InlineData("127.1:80")]
    [InlineData("127.0.0.256:80")]
    [InlineData("::1:8080")]
    [InlineData("[::1]")]
    [InlineData("[127.0.0.1]:80")]
    [InlineData("[]:80")]
    [InlineData("http://127.0.0.1:80")]
    [InlineData("*:80")]
    [InlineData("127.0.0.1:80:80")]
    [InlineData("999999999999")]
    public void TryParse_SomethingElse_SaysWhatItFound(string text)
    {
        Assert.False(ListenAddress.TryParse(text, out _, out var error));
        Assert.Contains($"'{text}'", error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }
}
