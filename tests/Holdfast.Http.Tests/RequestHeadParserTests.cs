using System.Text;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;
using Holdfast.Http.Tests.Corpus;

namespace Holdfast.Http.Tests;

public class RequestHeadParserTests
{
    public static TheoryData<string> Names => [.. RequestCorpus.All.Select(c => c.Name)];

    [Fact]
    public void Corpus_Size_IsWhatWasPromised() => Assert.True(RequestCorpus.All.Count >= 100, $"{RequestCorpus.All.Count} cases");

    [Theory]
    [MemberData(nameof(Names))]
    public void TryParse_CorpusCase_IsReadAsTheTableSays(string name)
    {
        var test = RequestCorpus.Find(name);
        var head = new RequestHead();

        var result = RequestHeadParser.TryParse(test.Bytes, head, test.Limits, out var consumed, out var fault);

        Assert.Equal((test.Result, test.Fault), (result, fault));
        if (result == HeadResult.Complete)
        {
            Assert.Equal(test.Reading, RequestCase.Describe(head));
            Assert.Equal(test.Text.IndexOf("\r\n\r\n", 2, StringComparison.Ordinal) + 4, consumed);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TryParse_CorpusCaseByteByByte_GetsNoOtherVerdict(string name)
    {
        var test = RequestCorpus.Find(name);
        var bytes = test.Bytes;
        var head = new RequestHead();
        for (var length = 0; length <= bytes.Length; length++)
        {
            var result = RequestHeadParser.TryParse(bytes.AsSpan(0, length), head, test.Limits, out var consumed, out var fault);
            if (result == HeadResult.Incomplete)
            {
                Assert.Equal((0, MessageFault.None), (consumed, fault));
                continue;
            }

            Assert.Equal((test.Result, test.Fault), (result, fault));
            if (result == HeadResult.Complete)
            {
                Assert.Equal(length, consumed);
                Assert.Equal(test.Reading, RequestCase.Describe(head));
            }

            return;
        }

        Assert.Equal(HeadResult.Incomplete, test.Result);
    }

    [Fact]
    public void TryParse_PlainGet_ReadsEveryPart()
    {
        var head = new RequestHead();
        var text = "GET /a/../b?x=%20 HTTP/1.1\r\nHost: Example.com:8080\r\nX-a:  b \r\n\r\nrest"u8;

        var result = RequestHeadParser.TryParse(text, head, MessageLimits.ForVisitors, out var consumed, out _);

        Assert.Equal(HeadResult.Complete, result);
        Assert.Equal(text.Length - 4, consumed);
        Assert.Equal("/a/../b", Encoding.ASCII.GetString(head.Path));
        Assert.Equal("?x=%20", Encoding.ASCII.GetString(head.Query));
        Assert.Equal(KnownHeader.Host, head.Headers.KnownAt(0));
        Assert.Equal("X-a", Encoding.ASCII.GetString(head.Headers.NameAt(1)));
        Assert.Equal("b", Encoding.ASCII.GetString(head.Headers.ValueAt(1)));
    }

    // The access log shows a refused request's head: it must be that request's.
    [Theory]
    [InlineData("\0")]
    [InlineData("GET /b HTTP/1.1\r\nHost: b.example\nX")]
    [InlineData("GET /b")]
    public void TryParse_RefusedAfterAnotherRequest_KeepsNothingOfThatOne(string refused)
    {
        var limits = new MessageLimits { StartLineBytes = refused.Length };
        var head = new RequestHead();
        RequestHeadParser.TryParse("GET /a HTTP/1.1\r\nHost: a.example\r\nA: b\r\n\r\n"u8, head, MessageLimits.ForVisitors, out _, out _);

        var result = RequestHeadParser.TryParse(Encoding.Latin1.GetBytes(refused), head, limits, out _, out _);

        Assert.Equal(HeadResult.Refused, result);
        Assert.DoesNotContain("a", head.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, head.Headers.Count);
    }

    [Fact]
    public void TryParse_BadTarget_LeavesItForTheLog()
    {
        var head = new RequestHead();

        RequestHeadParser.TryParse("CONNECT a:443 HTTP/1.1\r\n\r\n"u8, head, MessageLimits.ForVisitors, out _, out var fault);

        Assert.Equal(MessageFault.MethodNotAllowed, fault);
        Assert.Equal("CONNECT a:443 ()", head.ToString());
    }
}
