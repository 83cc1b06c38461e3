using System.Text;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;

namespace Holdfast.Http.Tests;

public class SyntaxTests
{
    [Theory]
    [InlineData("example.com", "example.com", "")]
    [InlineData("example.com:80", "example.com", ":80")]
    [InlineData("example.com:", "example.com", ":")]
    [InlineData("[2001:db8::1]", "[2001:db8::1]", "")]
    [InlineData("[2001:db8::1]:443", "[2001:db8::1]", ":443")]
    public void SplitHost_GoodHost_GivesNameAndPort(string host, string name, string port)
    {
        Assert.True(Syntax.IsHost(Encoding.ASCII.GetBytes(host)));

        Syntax.SplitHost(Encoding.ASCII.GetBytes(host), out var foundName, out var foundPort);

        Assert.Equal(name, Encoding.ASCII.GetString(foundName));
        Assert.Equal(port, Encoding.ASCII.GetString(foundPort));
    }

    [Fact]
    public void IsToken_EveryByte_IsAsTheStandardLists()
    {
        for (var b = 0; b < 256; b++)
        {
            var expected = char.IsAsciiLetterOrDigit((char)b) || "!#$%&'*+-.^_`|~".Contains((char)b, StringComparison.Ordinal);
            Assert.True(expected == Syntax.IsToken([(byte)b]), $"0x{b:x2}");
        }

        Assert.False(Syntax.IsToken([]));
    }

    [Fact]
    public void IsFieldValue_EveryByte_IsAsTheStandardLists()
    {
        for (var b = 0; b < 256; b++)
        {
            Assert.True((b is '\t' or (>= 0x20 and not 0x7F)) == Syntax.IsFieldValue([(byte)b]), $"0x{b:x2}");
        }

        Assert.True(Syntax.IsFieldValue([]));
    }

    [Fact]
    public void IsTarget_EveryByte_HoldsNoSpaceControlOrFragment()
    {
        for (var b = 0; b < 256; b++)
        {
            Assert.True((b is > 0x20 and not 0x7F and not '#') == Syntax.IsTarget([(byte)b]), $"0x{b:x2}");
        }

        Assert.False(Syntax.IsTarget([]));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData(",", "")]
    [InlineData(" , \t,,", "")]
    [InlineData("a", "a")]
    [InlineData(" a ,\tb\t", "a|b")]
    [InlineData("a,,b,", "a|b")]
    [InlineData("a b, c", "a b|c")]
    public void TokenList_List_GivesItsMembers(string list, string members)
    {
        var found = new List<string>();
        var tokens = new TokenList(Encoding.ASCII.GetBytes(list));
        while (tokens.MoveNext())
        {
            found.Add(Encoding.ASCII.GetString(tokens.Current));
        }

        Assert.Equal(members, string.Join('|', found));
    }

    [Theory]
    [InlineData("close", true)]
    [InlineData("CLOSE", true)]
    [InlineData("x, close", true)]
    [InlineData("closed", false)]
    [InlineData("x close", false)]
    [InlineData("", false)]
    public void AnyIn_SecondOfTwoFields_FindsWholeTokens(string value, bool found)
    {
        var headers = new HeaderBlock();
        headers.Add(KnownHeader.Connection, "keep-alive"u8);
        headers.Add(KnownHeader.Upgrade, "close"u8);
        headers.Add(KnownHeader.Connection, Encoding.ASCII.GetBytes(value));

        Assert.Equal(found, TokenList.AnyIn(headers, KnownHeader.Connection, "close"u8));
    }

    [Fact]
    public void ReasonPhrases_EveryStatus_IsAFieldValue()
    {
        for (var status = 0; status <= 1000; status++)
        {
            Assert.True(Syntax.IsFieldValue(ReasonPhrases.Of(status)));
        }

        Assert.Equal("Not Found", Encoding.ASCII.GetString(ReasonPhrases.Of(404)));
        Assert.True(ReasonPhrases.Of(799).IsEmpty);
    }
}
