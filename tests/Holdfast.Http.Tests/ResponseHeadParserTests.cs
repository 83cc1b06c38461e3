using Holdfast.Http.Messages;
using Holdfast.Http.Tests.Corpus;

namespace Holdfast.Http.Tests;

public class ResponseHeadParserTests
{
    public static TheoryData<string> Names => [.. ResponseCorpus.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void TryParse_CorpusCase_IsReadAsTheTableSays(string name)
    {
        var test = ResponseCorpus.Find(name);
        var head = new ResponseHead();

        var result = ResponseHeadParser.TryParse(test.Bytes, test.Method, head, test.Limits, out _, out var fault);

        Assert.Equal((test.Result, test.Fault), (result, fault));
        if (result == HeadResult.Complete)
        {
            Assert.Equal(test.Reading, ResponseCase.Describe(head));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TryParse_CorpusCaseByteByByte_GetsNoOtherVerdict(string name)
    {
        var test = ResponseCorpus.Find(name);
        var bytes = test.Bytes;
        var head = new ResponseHead();
        for (var length = 0; length <= bytes.Length; length++)
        {
            var result = ResponseHeadParser.TryParse(
                bytes.AsSpan(0, length),
                test.Method,
                head,
                test.Limits,
                out var consumed,
                out var fault
            );
            if (result == HeadResult.Incomplete)
            {
                Assert.Equal((0, MessageFault.None), (consumed, fault));
                continue;
            }

            Assert.Equal((test.Result, test.Fault), (result, fault));
            if (result == HeadResult.Complete)
            {
                Assert.Equal(length, consumed);
                Assert.Equal(test.Reading, ResponseCase.Describe(head));
            }

            return;
        }

        Assert.Equal(HeadResult.Incomplete, test.Result);
    }
}
