using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Holdfast.Http.Bodies;
using Holdfast.Http.Messages;
using Holdfast.Http.Tests.Corpus;

namespace Holdfast.Http.Tests;

public class PipeBodyTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    public static TheoryData<string> Chunked =>
        [.. ChunkedCorpus.All.Where(c => c.Limits == MessageLimits.ForVisitors).Select(c => c.Name)];

    [Fact]
    public async Task ReadAsync_NoBody_EndsAtOnceAndLeavesTheConnection()
    {
        var pipe = await Filled("GET");
        var body = new PipeBody(pipe.Reader);
        body.Begin(Head(Framing.None), MessageLimits.ForVisitors, 0);

        Assert.True(body.IsComplete);
        Assert.Equal(0, body.Length);
        Assert.Equal("End  then GET", await ReadAll(body, pipe));
    }

    [Fact]
    public async Task ReadAsync_Length_StopsAtTheNextRequest()
    {
        var pipe = await Filled("helloGET");
        var body = new PipeBody(pipe.Reader);
        body.Begin(Head(Framing.Length, 5), MessageLimits.ForVisitors, 5);

        Assert.Equal(5, body.Length);
        Assert.Equal("End hello then GET", await ReadAll(body, pipe));
        Assert.Equal(5, body.BytesRead);
    }

    [Fact]
    public async Task ReadAsync_LengthInManySegments_GivesAllOfIt()
    {
        var text = string.Concat(Enumerable.Range(0, 3000).Select(i => (char)('a' + (i % 26))));
        var pipe = new Pipe(new PipeOptions(minimumSegmentSize: 16, pauseWriterThreshold: 0));
        foreach (var b in Encoding.ASCII.GetBytes(text + "GET"))
        {
            pipe.Writer.Write([b]);
        }

        await pipe.Writer.FlushAsync(None);
        await pipe.Writer.CompleteAsync();
        var body = new PipeBody(pipe.Reader);
        body.Begin(Head(Framing.Length, text.Length), MessageLimits.ForVisitors, long.MaxValue);

        Assert.Equal($"End {text} then GET", await ReadAll(body, pipe));
    }

    [Fact]
    public async Task ReadAsync_LengthCutOff_SaysSo()
    {
        var pipe = await Filled("hel");
        var body = new PipeBody(pipe.Reader);
        body.Begin(Head(Framing.Length, 5), MessageLimits.ForVisitors, 5);

        Assert.Equal("CutOff hel", await ReadAll(body, pipe));
        Assert.False(body.IsComplete);
    }

    [Fact]
    public async Task ReadAsync_LengthPastTheLimit_IsRefusedBeforeAByteIsRead()
    {
        var pipe = await Filled("hello!");
        var body = new PipeBody(pipe.Reader);
        body.Begin(Head(Framing.Length, 6), MessageLimits.ForVisitors, long.MaxValue);
        body.Limit(5);

        Assert.Equal("BodyTooLarge ", await ReadAll(body, pipe));
    }

    [Theory]
    [InlineData(5, "End hello then ")]
    [InlineData(4, "BodyTooLarge hel")]
    public async Task ReadAsync_ChunkedAtAndPastTheLimit_EndsThere(long most, string expected)
    {
        var pipe = await Filled("3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n");
        var body = new PipeBody(pipe.Reader);
        body.Begin(Head(Framing.Chunked), MessageLimits.ForVisitors, most);

        Assert.Equal(-1, body.Length);
        Assert.Equal(expected, await ReadAll(body, pipe));
    }

    [Theory]
    [MemberData(nameof(Chunked))]
    public async Task ReadAsync_ChunkedCorpusCase_IsReadAsTheTableSays(string name)
    {
        var test = ChunkedCorpus.Find(name);
        var pipe = await Filled(test.Text);
        var body = new PipeBody(pipe.Reader);
        body.Begin(Head(Framing.Chunked), test.Limits, long.MaxValue);

        var result = await ReadAll(body, pipe);

        var expected = ChunkedReading.Of(test.Bytes, test.Limits);
        Assert.Equal(
            expected.Last switch
            {
                ChunkStep.End => $"End {expected.Content}{expected.Trailers} then {test.Text[expected.Consumed..]}",
                ChunkStep.Refused => $"{expected.Fault} {expected.Content}",
                _ => $"CutOff {expected.Content}",
            },
            result
        );
    }

    [Fact]
    public async Task Begin_NextRequest_ReadsItsBodyAndForgetsTheTrailers()
    {
        var pipe = await Filled("0\r\nA: b\r\n\r\n2\r\nhi\r\n0\r\n\r\n");
        var body = new PipeBody(pipe.Reader);
        body.Begin(Head(Framing.Chunked), MessageLimits.ForVisitors, 100);
        Assert.True((await body.ReadAsync(None)).End);
        Assert.NotNull(body.Trailers);

        body.Begin(Head(Framing.Chunked), MessageLimits.ForVisitors, 100);

        Assert.Null(body.Trailers);
        Assert.Equal("End hi then ", await ReadAll(body, pipe));
    }

    [Fact]
    public async Task Release_InTheMiddle_LetsOthersReadWhatFollows()
    {
        var pipe = await Filled("3\r\nhel\r\nrest");
        var body = new PipeBody(pipe.Reader);
        body.Begin(Head(Framing.Chunked), MessageLimits.ForVisitors, 100);
        await body.ReadAsync(None);

        body.Release();
        body.Release();

        Assert.Equal("\r\nrest", Encoding.ASCII.GetString((await pipe.Reader.ReadAsync(None)).Buffer));
    }

    [Fact]
    public async Task ReadAsync_PendingReadCancelled_IsTooSlow()
    {
        var pipe = new Pipe();
        var body = new PipeBody(pipe.Reader);
        body.Begin(Head(Framing.Length, 5), MessageLimits.ForVisitors, 5);
        var reading = body.ReadAsync(None);

        pipe.Reader.CancelPendingRead();

        Assert.Equal(BodyPiece.Faulty(MessageFault.TooSlow), await reading);
    }

    [Fact]
    public async Task ReadAsync_CallersToken_Throws()
    {
        using var cancel = new CancellationTokenSource();
        var body = new PipeBody(new Pipe().Reader);
        body.Begin(Head(Framing.Length, 5), MessageLimits.ForVisitors, 5);
        var reading = body.ReadAsync(cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await reading);
    }

    public static TheoryData<string> Breaks => [nameof(IOException), nameof(OperationCanceledException)];

    // Transports report a visitor's reset in either way.
    [Theory]
    [MemberData(nameof(Breaks))]
    public async Task ReadAsync_TransportBreaks_IsCutOff(string kind)
    {
        var pipe = new Pipe();
        await pipe.Writer.CompleteAsync(kind == nameof(IOException) ? new IOException() : new OperationCanceledException());
        var body = new PipeBody(pipe.Reader);
        body.Begin(Head(Framing.Chunked), MessageLimits.ForVisitors, 5);

        Assert.Equal(BodyPiece.Faulty(MessageFault.CutOff), await body.ReadAsync(None));
    }

    [Theory]
    [InlineData(Framing.Length)]
    [InlineData(Framing.Chunked)]
    public async Task ReadAsync_EmptySegmentFirst_IsPassedOver(Framing framing)
    {
        var content = framing == Framing.Length ? "hello" : "5\r\nhello\r\n0\r\n\r\n";
        var body = new PipeBody(new OneRead(Segment.Sequence("", content[..2], "", content[2..])));
        body.Begin(Head(framing, 5), MessageLimits.ForVisitors, 5);
        var text = new StringBuilder();
        for (var piece = await body.ReadAsync(None); !piece.End; piece = await body.ReadAsync(None))
        {
            Assert.Equal(MessageFault.None, piece.Fault);
            Assert.False(piece.Data.IsEmpty);
            text.Append(Encoding.ASCII.GetString(piece.Data.Span));
        }

        Assert.Equal("hello", text.ToString());
    }

    private static async Task<Pipe> Filled(string text)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        await pipe.Writer.WriteAsync(Encoding.Latin1.GetBytes(text), None);
        await pipe.Writer.CompleteAsync();
        return pipe;
    }

    private static RequestHead Head(Framing framing, long length = 0) => new() { Framing = framing, ContentLength = length };

    private static async Task<string> ReadAll(PipeBody body, Pipe pipe)
    {
        var content = new StringBuilder();
        while (true)
        {
            var piece = await body.ReadAsync(None);
            content.Append(Encoding.Latin1.GetString(piece.Data.Span));
            if (piece.Fault != MessageFault.None)
            {
                return $"{piece.Fault} {content}";
            }

            if (piece.End)
            {
                break;
            }
        }

        var rest = await pipe.Reader.ReadAsync(None);
        return $"End {content}{ChunkedReading.Describe(body.Trailers)} then {Encoding.Latin1.GetString(rest.Buffer)}";
    }

    /// <summary>A reader that has one sequence, as it is.</summary>
    private sealed class OneRead(ReadOnlySequence<byte> sequence) : PipeReader
    {
        private ReadOnlySequence<byte> _rest = sequence;

        public override void AdvanceTo(SequencePosition consumed) => _rest = _rest.Slice(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => AdvanceTo(consumed);

        public override void CancelPendingRead() { }

        public override void Complete(Exception? exception = null) { }

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
            new(new ReadResult(_rest, false, true));

        public override bool TryRead(out ReadResult result)
        {
            result = new ReadResult(_rest, false, true);
            return true;
        }
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public static ReadOnlySequence<byte> Sequence(params string[] texts)
        {
            Segment? first = null;
            Segment? last = null;
            foreach (var text in texts)
            {
                var next = new Segment { Memory = Encoding.ASCII.GetBytes(text) };
                if (last is not null)
                {
                    next.RunningIndex = last.RunningIndex + last.Memory.Length;
                    last.Next = next;
                }

                first ??= next;
                last = next;
            }

            return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
        }
    }
}
