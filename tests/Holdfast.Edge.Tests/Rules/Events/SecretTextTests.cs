using System.Text;
using Holdfast.Edge.Rules.Events;

namespace Holdfast.Edge.Tests.Rules.Events;

/// <summary>What events leave out of what visitors sent.</summary>
public class SecretTextTests
{
    [Theory]
    [InlineData("/a?x=1&token=abc&y=2", false, "/a?x=1&token=***&y=2")]
    [InlineData("/a?API_KEY=abc", false, "/a?API_KEY=***")]
    [InlineData("/a?%74oken=abc", false, "/a?%74oken=***")]
    [InlineData("/token=abc", false, "/token=abc")]
    [InlineData("?password=a=b&x", true, "?password=***&x")]
    [InlineData("code=1&codec=2", true, "code=***&codec=2")]
    [InlineData("", true, "")]
    [InlineData("/a?", false, "/a?")]
    public void MaskUri_LeavesOutValuesOfSecretNames(string uri, bool isQuery, string expected) =>
        Assert.Equal(expected, Text(SecretText.MaskUri(Encoding.ASCII.GetBytes(uri), isQuery, new byte[256])));

    [Fact]
    public void MaskUri_WithTooLittleRoom_CutsAndNeverShowsASecret()
    {
        var uri = "/a?token=secret&b=c"u8;
        for (var room = 0; room <= uri.Length; room++)
        {
            Assert.DoesNotContain(
                "s",
                Text(SecretText.MaskUri(uri, isQuery: false, new byte[room])).Replace("token", "", StringComparison.Ordinal),
                StringComparison.Ordinal
            );
        }
    }

    [Theory]
    [InlineData("a=1; b=2", "a=***; b=***")]
    [InlineData("bare; b=", "***; b=***")]
    public void MaskCookies_LeavesTheNamesAlone(string cookies, string expected) =>
        Assert.Equal(expected, Text(SecretText.MaskCookies(Encoding.ASCII.GetBytes(cookies), new byte[256])));

    [Theory]
    [InlineData("authorization", true)]
    [InlineData("X-Api-Key", true)]
    [InlineData("x-csrf", true)]
    [InlineData("sid", true)]
    [InlineData("inside", false)]
    [InlineData("accept-language", false)]
    public void IsNameOfOne_GoesByTheName(string name, bool expected) =>
        Assert.Equal(expected, SecretText.IsNameOfOne(Encoding.ASCII.GetBytes(name)));

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.ASCII.GetString(bytes);
}
