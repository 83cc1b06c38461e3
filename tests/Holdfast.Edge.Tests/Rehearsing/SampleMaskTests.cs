using System.Buffers;
using System.Text;
using Holdfast.Edge.Rehearsing;
using Holdfast.Http.Messages;

namespace Holdfast.Edge.Tests.Rehearsing;

/// <summary>What is kept of a request: all that rules ask for, and no secret.</summary>
public sealed class SampleMaskTests
{
    [Theory]
    [InlineData("Authorization: Bearer abc.def", "Authorization: Bearer ***")]
    [InlineData("Authorization: Digest username=x", "Authorization: ***")]
    [InlineData("X-Api-Key: abc", "X-Api-Key: ***")]
    [InlineData("X-Whatever: Basic dXNlcjpwYXNz", "X-Whatever: Basic ***")]
    [InlineData("Cookie: session=abc; theme=dark", "Cookie: session=***; theme=***")]
    [InlineData("Cookie: =", "Cookie: =***")]
    [InlineData("Referer: https://example.com/a?token=abc&q=1", "Referer: https://example.com/a?token=***&q=1")]
    [InlineData("User-Agent: curl/8.5", "User-Agent: curl/8.5")]
    public void Field_OfAVisitor_KeepsItsNameAndNoSecret(string field, string kept) =>
        Assert.Contains($"\r\n{kept}\r\n", Head($"GET / HTTP/1.1\r\nHost: example.com\r\n{field}\r\n\r\n"), StringComparison.Ordinal);

    [Fact]
    public void Target_WithSecretArguments_KeepsTheOthers() =>
        Assert.StartsWith(
            "GET /a?q=1&access_token=***&sig=*** HTTP/1.1\r\nHost: example.com\r\n",
            Head("GET /a?q=1&access_token=abc&sig=def HTTP/1.1\r\nHost: example.com\r\n\r\n"),
            StringComparison.Ordinal
        );

    [Fact]
    public void Head_OfARequestWithABody_SaysNothingOfItsFraming()
    {
        var head = Head(
            "POST / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 3\r\nExpect: 100-continue\r\nContent-Type: text/plain\r\n\r\n"
        );
        Assert.Equal("POST / HTTP/1.1\r\nHost: example.com\r\nContent-Type: text/plain\r\n\r\n", head);
    }

    [Theory]
    [InlineData("user=alice&password=hunter2&note=1", "user=alice&password=***&note=1")]
    [InlineData("password=hun", "password=***")]
    [InlineData("", "")]
    public void Form_CutOffAnywhere_KeepsNoSecret(string body, string kept) =>
        Assert.Equal(kept, Encoding.UTF8.GetString(SampleMask.Body(Encoding.UTF8.GetBytes(body), isJson: false)));

    [Theory]
    [InlineData("""{"user":"alice","password":"hunter2","n":1}""", """{"user":"alice","password":"***","n":1}""")]
    [InlineData("""{"password" : "hun\"ter2", "a":"b"}""", """{"password" : "***", "a":"b"}""")]
    [InlineData("""{"password":"hunt""", """{"password":"***" """)]
    [InlineData("""{"pin":1234,"a":[1,2]}""", """{"pin":0,"a":[1,2]}""")]
    [InlineData("""{"token":{"value":"abc","n":[1,"x"]},"b":"c"}""", """{"token":{"value":"***","n":[0,"***"]},"b":"c"}""")]
    [InlineData("""{"tokens":["a","b"],"c":"d"}""", """{"tokens":["***","***"],"c":"d"}""")]
    [InlineData("""{"passw\u006frd":"hunter2"}""", """{"passw\u006frd":"***"}""")]
    [InlineData("""{"password":"a":"b"}""", """{"password":"***":"***"}""")]
    [InlineData("""{"password":null,"a":"b"}""", """{"password":null,"a":"b"}""")]
    [InlineData("""[{"a":"b"},"c",-1.5e3]""", """[{"a":"b"},"c",-1.5e3]""")]
    public void Json_CutOffOrOdd_KeepsNoSecret(string body, string kept) =>
        Assert.Equal(kept.TrimEnd(), Encoding.UTF8.GetString(SampleMask.Body(Encoding.UTF8.GetBytes(body), isJson: true)));

    [Theory]
    [InlineData("application/json; charset=utf-8", "", true, true)]
    [InlineData("application/problem+json", "identity", true, true)]
    [InlineData("Application/X-WWW-Form-Urlencoded", "", true, false)]
    [InlineData("multipart/form-data; boundary=x", "", false, false)]
    [InlineData("text/plain", "", false, false)]
    [InlineData("application/json", "gzip", false, true)]
    [InlineData("application/x-www-form-urlencoded", "br", false, false)]
    [InlineData("application/json; charset=utf-16", "", false, true)]
    public void Body_IsKept_WhereSecretsHaveNames(string type, string encoding, bool isKept, bool isJson)
    {
        Assert.Equal(isKept, SampleMask.IsKept(Encoding.ASCII.GetBytes(type), Encoding.ASCII.GetBytes(encoding), out var json));
        Assert.Equal(isJson, json);
    }

    private static string Head(string request)
    {
        var head = new RequestHead();
        Assert.Equal(
            HeadResult.Complete,
            RequestHeadParser.TryParse(Encoding.ASCII.GetBytes(request), head, MessageLimits.ForVisitors, out _, out _)
        );
        var into = new ArrayBufferWriter<byte>();
        SampleMask.WriteHead(head, into);
        return Encoding.ASCII.GetString(into.WrittenSpan);
    }
}
