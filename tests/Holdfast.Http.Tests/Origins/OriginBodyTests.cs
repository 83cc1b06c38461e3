using System.Text;
using Holdfast.Http.Bodies;
using Holdfast.Http.Messages;
using Holdfast.Http.Origins;
using Holdfast.Http.Tests.Corpus;

namespace Holdfast.Http.Tests.Origins;

public sealed class OriginBodyTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly ScriptedOrigin _origin = new();
    private readonly OriginBody _body = new();
    private readonly ResponseHead _head = new();

    public static TheoryData<string> Chunked =>
        [.. ChunkedCorpus.All.Where(c => c.Limits == MessageLimits.ForVisitors).Select(c => c.Name)];

    public void Dispose() => _origin.Dispose();

    [Fact]
    public async Task ReadAsync_Length_EndsThereAndLeavesACleanConnection()
    {
        await BeginAsync("Content-Length: 5\r\n\r\nhello");

        Assert.Equal(5, _body.Length);
        Assert.Equal("End hello", await ReadAll());
        Assert.True(_body.LeavesCleanConnection);
    }

    // The last piece says that the body is complete; nobody has to ask once more.
    [Fact]
    public async Task LeavesCleanConnection_LastPieceInHand_IsTrue()
    {
        await BeginAsync("Content-Length: 5\r\n\r\nhello");

        await _body.ReadAsync(None);

        Assert.True(_body.IsComplete);
        Assert.True(_body.LeavesCleanConnection);
    }

    [Theory]
    [InlineData("Content-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\n\r\n", "End hello")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "End ")]
    [InlineData("Content-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "End ")]
    public async Task LeavesCleanConnection_OriginSaidMore_IsFalse(string answer, string expected)
    {
        await BeginAsync(answer);

        Assert.Equal(expected, await ReadAll());
        Assert.False(_body.LeavesCleanConnection);
    }

    [Fact]
    public async Task ReadAsync_UntilClose_GivesAllAndLeavesNoConnection()
    {
        await BeginAsync("\r\nhello");

        Assert.Equal(-1, _body.Length);
        Assert.Equal("End hello", await ReadAll());
        Assert.False(_body.LeavesCleanConnection);
    }

    [Fact]
    public async Task ReadAsync_NoBody_EndsAtOnce()
    {
        await BeginAsync("Content-Length: 0\r\n\r\n");

        Assert.True(_body.IsComplete);
        Assert.Equal("End ", await ReadAll());
        Assert.True(_body.LeavesCleanConnection);
    }

    [Fact]
    public async Task ReadAsync_LengthCutOff_SaysSo()
    {
        await BeginAsync("Content-Length: 6\r\n\r\nhello");

        Assert.Equal("CutOff hello", await ReadAll());
        Assert.Equal(OriginFault.CutOff, _body.Fault);
        Assert.False(_body.LeavesCleanConnection);
    }

    [Fact]
    public async Task ReadAsync_UntilCloseByReset_IsCutOff()
    {
        var (connection, peer) = await _origin.ConnectAsync();
        await peer.SaysAsync("HTTP/1.1 200 OK\r\n\r\n");
        await connection.ReadHeadAsync(_head, KnownMethod.Get, MessageLimits.ForOrigins);
        _body.Begin(connection, _head, MessageLimits.ForOrigins);
        peer.Resets();

        Assert.Equal("CutOff ", await ReadAll());
        Assert.Equal(OriginFault.CutOff, _body.Fault);
    }

    [Fact]
    public async Task ReadAsync_OriginStops_IsReadTimeout()
    {
        var (connection, peer) = await _origin.ConnectAsync();
        await peer.SaysAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
        await connection.ReadHeadAsync(_head, KnownMethod.Get, MessageLimits.ForOrigins);
        _body.Begin(connection, _head, MessageLimits.ForOrigins);
        connection.ReadDeadline.Set(TimeSpan.FromSeconds(100));
        var reading = _body.ReadAsync(None).AsTask();

        _origin.Time.Advance(TimeSpan.FromSeconds(101));

        Assert.Equal(MessageFault.CutOff, (await reading.WaitAsync(ScriptedOrigin.Patience)).Fault);
        Assert.Equal(OriginFault.ReadTimeout, _body.Fault);
    }

    [Fact]
    public async Task ReadAsync_CallersToken_GivesUpWaiting()
    {
        using var cancel = new CancellationTokenSource();
        var (connection, peer) = await _origin.ConnectAsync();
        await peer.SaysAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
        await connection.ReadHeadAsync(_head, KnownMethod.Get, MessageLimits.ForOrigins);
        _body.Begin(connection, _head, MessageLimits.ForOrigins);
        var reading = _body.ReadAsync(cancel.Token).AsTask();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(ScriptedOrigin.Patience));
        Assert.False(_body.LeavesCleanConnection);
    }

    [Fact]
    public async Task ReadDirectAsync_LargerMemoryThanTheBody_TakesNothingBehindIt()
    {
        var (connection, peer) = await _origin.ConnectAsync();
        await peer.SaysAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
        await connection.ReadHeadAsync(_head, KnownMethod.Get, MessageLimits.ForOrigins);
        _body.Begin(connection, _head, MessageLimits.ForOrigins);
        await peer.SaysAndEndsAsync("helloHTTP/1.1 ");
        var into = new byte[100];
        var content = "";

        while (_body.DirectBytes > 0)
        {
            var read = await _body.ReadDirectAsync(into);
            content += Encoding.ASCII.GetString(into, 0, read);
        }

        Assert.Equal("hello", content);
        Assert.Equal(0, _body.DirectBytes);
        Assert.True(_body.IsComplete);
    }

    [Fact]
    public async Task DirectBytes_BytesInTheBuffer_IsZeroUntilTheyAreTaken()
    {
        var (connection, peer) = await _origin.ConnectAsync();
        await peer.SaysAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe");
        await connection.ReadHeadAsync(_head, KnownMethod.Get, MessageLimits.ForOrigins);
        _body.Begin(connection, _head, MessageLimits.ForOrigins);
        Assert.True(connection.HasUnread);
        Assert.Equal(0, _body.DirectBytes);

        var piece = await _body.ReadAsync(None);

        Assert.Equal("he", Encoding.ASCII.GetString(piece.Data.Span));
        Assert.Equal(0, _body.DirectBytes);
    }

    [Fact]
    public async Task ReadDirectAsync_OriginCloses_IsCutOff()
    {
        await BeginAsync("Content-Length: 5\r\n\r\n");

        Assert.Equal(-1, await _body.ReadDirectAsync(new byte[5]));
        Assert.Equal(OriginFault.CutOff, _body.Fault);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReadAsync_Megabytes_ComeInOrder(bool tls)
    {
        using var origin = new ScriptedOrigin(tls);
        var (connection, peer) = await origin.ConnectAsync();
        var text = string.Concat(Enumerable.Range(0, 400_000).Select(i => $"{i:x5}"));
        var saying = peer.SaysAsync($"HTTP/1.1 200 OK\r\nContent-Length: {text.Length}\r\n\r\n{text}");
        await connection.ReadHeadAsync(_head, KnownMethod.Get, MessageLimits.ForOrigins);
        _body.Begin(connection, _head, MessageLimits.ForOrigins);

        Assert.Equal("End " + text, await ReadAll());
        await saying;
    }

    [Theory]
    [MemberData(nameof(Chunked))]
    public async Task ReadAsync_ChunkedCorpusCase_IsReadAsTheTableSays(string name)
    {
        var test = ChunkedCorpus.Find(name);
        await BeginAsync("Transfer-Encoding: chunked\r\n\r\n" + test.Text);

        var result = await ReadAll();

        var expected = ChunkedReading.Of(test.Bytes, test.Limits);
        Assert.Equal(
            expected.Last switch
            {
                ChunkStep.End => $"End {expected.Content}{expected.Trailers}",
                ChunkStep.Refused => $"{expected.Fault} {expected.Content}",
                _ => $"CutOff {expected.Content}",
            },
            result
        );
        Assert.Equal(expected.Last == ChunkStep.End && expected.Consumed == test.Text.Length, _body.LeavesCleanConnection);
        if (expected.Last == ChunkStep.Refused)
        {
            Assert.Equal(OriginFault.BadAnswer, _body.Fault);
        }
    }

    private async Task BeginAsync(string answer)
    {
        var (connection, peer) = await _origin.ConnectAsync();
        await peer.SaysAndEndsAsync("HTTP/1.1 200 OK\r\n" + answer);
        Assert.Equal(OriginFault.None, (await connection.ReadHeadAsync(_head, KnownMethod.Get, MessageLimits.ForOrigins)).Fault);
        _body.Begin(connection, _head, MessageLimits.ForOrigins);
    }

    private async Task<string> ReadAll()
    {
        var content = new StringBuilder();
        while (true)
        {
            var piece = await _body.ReadAsync(None).AsTask().WaitAsync(ScriptedOrigin.Patience);
            content.Append(Encoding.Latin1.GetString(piece.Data.Span));
            if (piece.Fault != MessageFault.None)
            {
                return $"{piece.Fault} {content}";
            }

            if (piece.End)
            {
                return $"End {content}{ChunkedReading.Describe(_body.Trailers)}";
            }
        }
    }
}
