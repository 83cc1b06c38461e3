using System.Text;
using Holdfast.Http.Messages;
using Holdfast.Http.Origins;
using Holdfast.Http.Tests.Corpus;

namespace Holdfast.Http.Tests.Origins;

public sealed class OriginConnectionTests : IDisposable
{
    private readonly ScriptedOrigin _origin = new();
    private readonly ResponseHead _head = new();

    public static TheoryData<string> Names => [.. ResponseCorpus.All.Select(c => c.Name)];

    public void Dispose() => _origin.Dispose();

    [Fact]
    public async Task ReadHeadAsync_Answer_LeavesTheBodyUnread()
    {
        var (connection, peer) = await _origin.ConnectAsync();
        await connection.WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        Assert.Equal("GET / HTTP/1.1\r\n\r\n", await peer.HearsAsync(18));
        await peer.SaysAndEndsAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");

        Assert.Equal(OriginFault.None, await Fault(connection));

        Assert.Equal(200, _head.Status);
        var body = new OriginBody();
        body.Begin(connection, _head, MessageLimits.ForOrigins);
        Assert.Equal("hello", Encoding.ASCII.GetString((await body.ReadAsync(CancellationToken.None)).Data.Span));
    }

    [Fact]
    public async Task ReadHeadAsync_InterimAnswers_ComeOneByOne()
    {
        var (connection, peer) = await _origin.ConnectAsync();
        await peer.SaysAsync("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n");

        foreach (var (status, interim) in new[] { (100, true), (103, true), (200, false) })
        {
            Assert.Equal(OriginFault.None, await Fault(connection));
            Assert.Equal((status, interim), (_head.Status, _head.IsInterim));
        }
    }

    [Theory]
    [InlineData("", OriginFault.ClosedEarly)]
    [InlineData("H", OriginFault.CutOff)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", OriginFault.CutOff)]
    public async Task ReadHeadAsync_OriginCloses_SaysWhetherAByteCame(string before, OriginFault fault)
    {
        var (connection, peer) = await _origin.ConnectAsync();
        await peer.SaysAndEndsAsync(before);

        Assert.Equal(fault, await Fault(connection));
    }

    // Nothing is sent twice after an answer has begun: "closed early" is what allows a second attempt.
    [Fact]
    public async Task ReadHeadAsync_OriginClosesAfterAnInterimAnswer_IsCutOff()
    {
        var (connection, peer) = await _origin.ConnectAsync();
        await peer.SaysAndEndsAsync("HTTP/1.1 103 Early Hints\r\n\r\n");
        Assert.Equal(OriginFault.None, await Fault(connection));

        Assert.Equal(OriginFault.CutOff, await Fault(connection));
    }

    [Fact]
    public async Task ReadHeadAsync_NextExchange_ClosedEarlyAgainMeansNothingCame()
    {
        var (connection, peer) = await _origin.ConnectAsync();
        await peer.SaysAndEndsAsync("HTTP/1.1 204 No Content\r\n\r\n");
        Assert.Equal(OriginFault.None, await Fault(connection));

        connection.Begin();

        Assert.Equal(2, connection.Exchanges);
        Assert.Equal(OriginFault.ClosedEarly, await Fault(connection));
    }

    [Fact]
    public async Task ReadHeadAsync_OriginResets_IsClosedEarly()
    {
        var (connection, peer) = await _origin.ConnectAsync();
        peer.Resets();

        Assert.Equal(OriginFault.ClosedEarly, await Fault(connection));
    }

    [Fact]
    public async Task ReadHeadAsync_OriginIsSilent_IsReadTimeout()
    {
        var (connection, _) = await _origin.ConnectAsync();
        connection.ReadDeadline.Set(TimeSpan.FromSeconds(100));
        var reading = Fault(connection);

        _origin.Time.Advance(TimeSpan.FromSeconds(101));

        Assert.Equal(OriginFault.ReadTimeout, await reading);
    }

    [Fact]
    public async Task ReadHeadAsync_RequestWasNotTaken_IsWriteTimeout()
    {
        var (connection, _) = await _origin.ConnectAsync();
        connection.WriteDeadline.Set(TimeSpan.FromSeconds(30));
        var reading = Fault(connection);

        _origin.Time.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal(OriginFault.WriteTimeout, await reading);
    }

    [Fact]
    public async Task ReadHeadAsync_HeadOfManyReads_IsReadWhole()
    {
        var (connection, peer) = await _origin.ConnectAsync();
        var value = new string('v', 100_000);
        var saying = peer.SaysAsync($"HTTP/1.1 200 OK\r\nX: {value}\r\nContent-Length: 0\r\n\r\n");

        Assert.Equal(OriginFault.None, await Fault(connection));
        await saying;

        Assert.True(_head.Headers.TryGet("X"u8, out var found));
        Assert.Equal(value, Encoding.ASCII.GetString(found));
    }

    [Fact]
    public async Task ReadHeadAsync_EndlessHead_IsRefusedAtItsLimit()
    {
        var (connection, peer) = await _origin.ConnectAsync();
        var saying = peer.SaysAsync("HTTP/1.1 200 OK\r\nX: " + new string('v', 128 * 1024));

        var (fault, detail) = await connection.ReadHeadAsync(_head, KnownMethod.Get, MessageLimits.ForOrigins);
        await saying;

        Assert.Equal((OriginFault.BadAnswer, MessageFault.FieldsTooLarge), (fault, detail));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task ReadHeadAsync_CorpusCase_IsReadAsTheTableSays(string name)
    {
        var test = ResponseCorpus.Find(name);
        var (connection, peer) = await _origin.ConnectAsync();
        var saying = peer.SaysAndEndsAsync(test.Text);

        var (fault, detail) = await connection.ReadHeadAsync(_head, test.Method, test.Limits);
        await saying;

        switch (test.Result)
        {
            case HeadResult.Complete:
                Assert.Equal(OriginFault.None, fault);
                Assert.Equal(test.Reading, ResponseCase.Describe(_head));
                break;
            case HeadResult.Refused:
                Assert.Equal((OriginFault.BadAnswer, test.Fault), (fault, detail));
                break;
            default:
                Assert.Equal((OriginFault.CutOff, MessageFault.CutOff), (fault, detail));
                break;
        }
    }

    [Fact]
    public async Task Dispose_WhileAReadWaits_EndsTheRead()
    {
        var (connection, _) = await _origin.ConnectAsync();
        var reading = Fault(connection);

        connection.Dispose();

        Assert.Equal(OriginFault.ClosedEarly, await reading);
        Assert.True(connection.IsDisposed);
        Assert.Equal(0, _origin.Sweep.Count);
    }

    [Fact]
    public async Task FillAsync_Disposed_IsBroken()
    {
        var (connection, _) = await _origin.ConnectAsync();
        connection.Dispose();

        var broken = await Assert.ThrowsAnyAsync<Exception>(async () => await connection.FillAsync(1000));

        Assert.True(OriginConnection.IsBroken(broken));
    }

    [Fact]
    public async Task Take_MoreThanThereIs_Throws()
    {
        var (connection, _) = await _origin.ConnectAsync();

        Assert.Throws<ArgumentOutOfRangeException>(() => connection.Take(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => connection.Take(-1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WriteAsync_Megabytes_ArriveInOrder(bool tls)
    {
        using var origin = new ScriptedOrigin(tls);
        var (connection, peer) = await origin.ConnectAsync();
        var text = string.Concat(Enumerable.Range(0, 400_000).Select(i => $"{i:x5}"));

        var hearing = peer.HearsAsync(text.Length + 1);
        await connection.WriteAsync(Encoding.ASCII.GetBytes(text));
        await connection.ShutdownSendAsync();

        Assert.Equal(text, await hearing);
    }

    [Fact]
    public async Task ShutdownSendAsync_ConnectionIsGone_SaysNothing()
    {
        var (connection, _) = await _origin.ConnectAsync();
        connection.Dispose();

        await connection.ShutdownSendAsync();
    }

    private async Task<OriginFault> Fault(OriginConnection connection) =>
        (
            await connection.ReadHeadAsync(_head, KnownMethod.Get, MessageLimits.ForOrigins).AsTask().WaitAsync(ScriptedOrigin.Patience)
        ).Fault;
}
