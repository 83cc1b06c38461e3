using System.Text;
using CsCheck;
using Holdfast.Edge.ErrorPages;

namespace Holdfast.Edge.Tests.ErrorPages;

public class ErrorFormatTests
{
    [Theory]
    // curl, wget, nothing at all
    [InlineData("*/*", "Text")]
    [InlineData("", "Text")]
    [InlineData(" , ,", "Text")]
    // browsers: a page, an image, fetch()
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8", "Html")]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "Html")]
    [InlineData("image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5", "Text")]
    // clients of APIs
    [InlineData("application/json", "Json")]
    [InlineData("application/problem+json", "Json")]
    [InlineData("application/json, text/plain, */*", "Json")]
    [InlineData("application/*", "Json")]
    // weights
    [InlineData("text/html;q=0.5, application/json;q=0.6", "Json")]
    [InlineData("text/html;q=0.501, application/json;q=0.5", "Html")]
    [InlineData("text/html; q=1.0; level=1, application/json", "Html")]
    [InlineData("text/html;q=0, */*", "Text")]
    [InlineData("text/plain;q=0, text/html;q=0, */*", "Json")]
    [InlineData("text/*;q=0.9, text/plain;q=0.1, application/json;q=0.5", "Html")]
    [InlineData("text/*", "Text")]
    [InlineData("TEXT/HTML", "Html")]
    [InlineData("text/html;Q=0.3,text/plain;q=0.2", "Html")]
    [InlineData("text/html;p=\"a,b;q=0\";q=0.9,text/plain;q=0.8", "Html")]
    // nothing that there is
    [InlineData("image/png", "Text")]
    [InlineData("text/html;q=0", "Text")]
    // malformed weights do not count
    [InlineData("text/html;q=2, application/json;q=0.1", "Json")]
    [InlineData("text/html;q=abc, application/json;q=0.1", "Json")]
    [InlineData("text/html;q=, application/json;q=0.1", "Json")]
    [InlineData("text/html;q=0.12345, application/json;q=0.1", "Json")]
    [InlineData("garbage", "Text")]
    [InlineData("\"unclosed, text/html", "Text")]
    public void Negotiate_Accept_PicksFormat(string accept, string expected) =>
        Assert.Equal(expected, ErrorFormatNegotiation.Negotiate(Encoding.UTF8.GetBytes(accept)).ToString());

    [Fact]
    public void Negotiate_AnyBytes_NeverThrows() =>
        Check.Sample(
            Gen.OneOf("text/html", ";", ",", "q=", "0.5", "*/*", "\"", "\\", " ", "\0", "application/json", "=").Array[0, 12],
            parts => (int)ErrorFormatNegotiation.Negotiate(Encoding.UTF8.GetBytes(string.Concat(parts))) is >= 0 and <= 2
        );
}
