using Holdfast.Http.Messages;
using Holdfast.Http.Origins;

namespace Holdfast.Http.Tests.Origins;

public sealed class OriginPoolTests : IDisposable
{
    private readonly ScriptedOrigin _origin = new();
    private readonly OriginPool _pool;

    public OriginPoolTests() => _pool = new OriginPool(_origin.Endpoint, _origin.Limits, _origin.Sweep);

    public void Dispose()
    {
        _pool.Dispose();
        _origin.Dispose();
    }

    [Fact]
    public void TryTake_Empty_IsNull() => Assert.Null(_pool.TryTake());

    [Fact]
    public async Task TryTake_ReturnedConnection_IsThatOneAndOnlyOnce()
    {
        var (connection, _) = await _origin.ConnectAsync();
        _pool.Return(connection);
        Assert.Equal(1, _pool.IdleCount);

        Assert.Same(connection, _pool.TryTake());
        Assert.Null(_pool.TryTake());
        Assert.False(connection.IsDisposed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task TryTake_SomeAreOfTheThreadsOwn_IsOneOfThoseFirstThenAnyOther(int own)
    {
        var connections = new[] { (await _origin.ConnectAsync()).Connection, (await _origin.ConnectAsync()).Connection };
        _pool.Return(connections[0]);
        _pool.Return(connections[1]);
        connections[own].HomeThread = Environment.CurrentManagedThreadId;

        Assert.Same(connections[own], _pool.TryTake());
        Assert.Same(connections[1 - own], _pool.TryTake());
        Assert.Null(_pool.TryTake());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TryTake_UsedAgain_CarriesTheNextExchange(bool tls)
    {
        using var origin = new ScriptedOrigin(tls);
        using var pool = new OriginPool(origin.Endpoint, origin.Limits, origin.Sweep);
        var (connection, peer) = await origin.ConnectAsync();
        var head = new ResponseHead();
        for (var i = 0; i < 5; i++)
        {
            await connection.WriteAsync("hi"u8.ToArray());
            Assert.Equal("hi", await peer.HearsAsync(2));
            await peer.SaysAsync("HTTP/1.1 204 No Content\r\n\r\n");
            Assert.Equal(OriginFault.None, (await connection.ReadHeadAsync(head, KnownMethod.Get, MessageLimits.ForOrigins)).Fault);
            pool.Return(connection);
            Assert.Same(connection, pool.TryTake());
            connection.Begin();
        }

        Assert.Equal(6, connection.Exchanges);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TryTake_OriginClosedMeanwhile_IsNull(bool tls)
    {
        using var origin = new ScriptedOrigin(tls);
        using var pool = new OriginPool(origin.Endpoint, origin.Limits, origin.Sweep);
        var (connection, peer) = await origin.ConnectAsync();
        pool.Return(connection);
        peer.Closes();
        await ScriptedOrigin.UntilAsync(() => !connection.IsUsable());

        Assert.Null(pool.TryTake());
        Assert.True(connection.IsDisposed);
    }

    // An answer that nobody asked for would be taken for the next request's.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TryTake_OriginSpokeMeanwhile_IsNull(bool tls)
    {
        using var origin = new ScriptedOrigin(tls);
        using var pool = new OriginPool(origin.Endpoint, origin.Limits, origin.Sweep);
        var (connection, peer) = await origin.ConnectAsync();
        pool.Return(connection);
        await peer.SaysAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        await ScriptedOrigin.UntilAsync(() => !connection.IsUsable());

        Assert.Null(pool.TryTake());
    }

    // The body's last bytes and a second answer in one TLS record: the rest of it lies inside the stream, and the socket shows nothing.
    [Fact]
    public async Task TryTake_SecondAnswerInsideTheTlsStream_IsNull()
    {
        using var origin = new ScriptedOrigin(tls: true);
        using var pool = new OriginPool(origin.Endpoint, origin.Limits, origin.Sweep);
        var (connection, peer) = await origin.ConnectAsync();
        var head = new ResponseHead();
        var body = new OriginBody();
        await peer.SaysAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
        Assert.Equal(OriginFault.None, (await connection.ReadHeadAsync(head, KnownMethod.Get, MessageLimits.ForOrigins)).Fault);
        body.Begin(connection, head, MessageLimits.ForOrigins);
        await peer.SaysAsync("helloHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged");
        Assert.Equal(5, await body.ReadDirectAsync(new byte[100]));
        Assert.True(body.LeavesCleanConnection);

        pool.Return(connection);

        Assert.Null(pool.TryTake());
    }

    [Fact]
    public async Task TryTake_AbortedConnection_IsNull()
    {
        var (connection, _) = await _origin.ConnectAsync();
        connection.Abort();
        _pool.Return(connection);

        Assert.Null(_pool.TryTake());
        Assert.True(connection.IsDisposed);
    }

    [Theory]
    [InlineData(50, true)]
    [InlineData(51, false)]
    public async Task TryTake_IdleAtAndPastTheLimit_IsTakenOrClosed(int seconds, bool taken)
    {
        var (connection, _) = await _origin.ConnectAsync();
        _pool.Return(connection);

        _origin.Time.Advance(TimeSpan.FromSeconds(seconds));

        Assert.Equal(taken, _pool.TryTake() is not null);
        Assert.Equal(!taken, connection.IsDisposed);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task TryTake_OldAtAndPastTheLimit_IsTakenOrClosed(int secondsMore, bool taken)
    {
        var (connection, _) = await _origin.ConnectAsync();
        _origin.Time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        _pool.Return(connection);

        _origin.Time.Advance(TimeSpan.FromSeconds(1 + secondsMore));

        Assert.Equal(taken, _pool.TryTake() is not null);
        Assert.Equal(!taken, connection.IsDisposed);
    }

    [Fact]
    public async Task Return_OldConnection_ClosesIt()
    {
        var (connection, _) = await _origin.ConnectAsync();
        _origin.Time.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1));

        _pool.Return(connection);

        Assert.True(connection.IsDisposed);
        Assert.Equal(0, _pool.IdleCount);
    }

    [Fact]
    public async Task Return_FullPool_ClosesTheConnection()
    {
        var connections = new List<OriginConnection>();
        for (var i = 0; i < 3; i++)
        {
            connections.Add((await _origin.ConnectAsync()).Connection);
        }

        connections.ForEach(_pool.Return);

        Assert.Equal(2, _pool.IdleCount);
        Assert.Equal([false, false, true], connections.Select(c => c.IsDisposed));
    }

    [Fact]
    public async Task Return_DeadlinesSet_AreLifted()
    {
        var (connection, _) = await _origin.ConnectAsync();
        connection.ReadDeadline.Set(TimeSpan.FromSeconds(1));
        connection.WriteDeadline.Set(TimeSpan.FromSeconds(1));

        _pool.Return(connection);
        _origin.Time.Advance(TimeSpan.FromSeconds(10));

        Assert.Same(connection, _pool.TryTake());
    }

    [Fact]
    public async Task Trim_SomeTooOld_ClosesThoseAlone()
    {
        var (old, _) = await _origin.ConnectAsync();
        _pool.Return(old);
        _origin.Time.Advance(TimeSpan.FromSeconds(30));
        var (young, _) = await _origin.ConnectAsync();
        _pool.Return(young);
        _origin.Time.Advance(TimeSpan.FromSeconds(21));

        _pool.Trim();

        Assert.True(old.IsDisposed);
        Assert.False(young.IsDisposed);
        Assert.Same(young, _pool.TryTake());
    }

    [Fact]
    public async Task Dispose_IdleAndBorrowed_ClosesTheOneNowTheOtherOnItsReturn()
    {
        var (idle, _) = await _origin.ConnectAsync();
        var (borrowed, _) = await _origin.ConnectAsync();
        _pool.Return(idle);

        _pool.Dispose();
        Assert.True(idle.IsDisposed);
        Assert.False(borrowed.IsDisposed);

        _pool.Return(borrowed);
        Assert.True(borrowed.IsDisposed);
        Assert.Null(_pool.TryTake());
    }

    [Fact]
    public void Pool_ThatIsNotInUse_CostsLittle()
    {
        // A million zones may have a million origins.
        const int Pools = 1000;
        var pools = new OriginPool[Pools];

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Pools; i++)
        {
            pools[i] = new OriginPool(_origin.Endpoint, _origin.Limits, _origin.Sweep);
            Assert.Null(pools[i].TryTake());
            pools[i].Trim();
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / Pools, 1, 200);
    }
}
