using System.Net;
using System.Net.Sockets;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Tests.Harness;

namespace Holdfast.Edge.Tests.Origins;

/// <summary>Origins' names, asked of a name server on loopback.</summary>
public sealed class DnsOriginResolverTests : IDisposable
{
    private const string Name = "origin.test.example";
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly LoopbackDns _dns = new();

    public void Dispose() => _dns.Dispose();

    [Theory]
    [InlineData(120, 120)]
    [InlineData(0, 1)] // else every request would ask
    [InlineData(86_400, 300)] // else an origin that moves is lost for a day
    public async Task Name_WithATimeToLive_HoldsAsLongWithinBounds(int said, int holds)
    {
        _dns.Say(Name, said, "192.0.2.1", "2001:db8::1", "192.0.2.2");

        var name = await Resolver().ResolveAsync(Name, TestContext.Current.CancellationToken);

        Assert.Equal(TimeSpan.FromSeconds(holds), name.TimeToLive);
        Assert.Equal(["192.0.2.1", "192.0.2.2", "2001:db8::1"], name.Addresses.Select(a => a.ToString()));
    }

    [Theory]
    [InlineData(false)] // there is no such name
    [InlineData(true)] // the name server has failed
    public async Task Name_ThatOnlyTheSystemKnows_HoldsForItsTime(bool fails)
    {
        _dns.Fails = fails;
        var resolver = new DnsOriginResolver(
            _dns.EndPoint,
            Patience,
            (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("2001:db8::1"), IPAddress.Parse("192.0.2.1")])
        );

        var name = await resolver.ResolveAsync(Name, TestContext.Current.CancellationToken);

        Assert.Equal(DnsOriginResolver.SystemTimeToLive, name.TimeToLive);
        Assert.Equal(["192.0.2.1", "2001:db8::1"], name.Addresses.Select(a => a.ToString()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Name_ThatNobodyKnows_IsNone(bool fails)
    {
        _dns.Fails = fails;

        var fault = await Assert.ThrowsAsync<OriginNameException>(() =>
            Resolver().ResolveAsync(Name, TestContext.Current.CancellationToken)
        );

        Assert.Contains(Name, fault.Message, StringComparison.Ordinal);
        Assert.True(_dns.Queries >= 2);
    }

    [Theory]
    [InlineData("intranet")]
    [InlineData("app.localhost")]
    public async Task Name_OfTheMachineAlone_IsAskedOfNoNameServer(string name)
    {
        await Assert.ThrowsAsync<OriginNameException>(() => Resolver().ResolveAsync(name, TestContext.Current.CancellationToken));

        Assert.Equal(0, _dns.Queries);
    }

    [Fact]
    public async Task Addresses_OfWhichTheFirstDoesNotListen_AreTriedInTurn()
    {
        await using var origin = ScriptedOrigin.Answering(Ok);
        _dns.Say(Name, 60, "127.0.0.2", "127.0.0.1");
        await using var edge = await InFrontOfAsync(origin, new ShiftedTime());
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        Assert.Equal(200, await visitor.StatusAsync("a.example"));
    }

    [Fact]
    public async Task Answer_ThatAgesWhileRequestsCome_IsRenewedBehindThem()
    {
        await using var origin = ScriptedOrigin.Answering(Ok);
        var time = new ShiftedTime();
        _dns.Say(Name, 100, "127.0.0.1");
        await using var edge = await InFrontOfAsync(origin, time);
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        Assert.Equal(200, await visitor.StatusAsync("a.example"));
        var asked = _dns.Queries;

        // Well within its time nobody asks again.
        time.Advance(TimeSpan.FromSeconds(50));
        Assert.Equal(200, await visitor.StatusAsync("a.example"));
        Assert.Equal(asked, _dns.Queries);

        time.Advance(TimeSpan.FromSeconds(35));
        Assert.Equal(200, await visitor.StatusAsync("a.example"));
        await EdgeUnderTest.UntilAsync(() => _dns.Queries > asked);
    }

    [Fact]
    public async Task Answer_WithAnotherAddress_PooledConnectionsToTheOldOneServeNoMore()
    {
        await using var old = ScriptedOrigin.Answering("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold");
        var port = new Uri(old.Url).Port;
        await using var moved = ScriptedOrigin.Answering(
            "HTTP/1.1 201 Created\r\nContent-Length: 3\r\n\r\nnew",
            new IPEndPoint(IPAddress.Parse("127.0.0.2"), port)
        );
        var time = new ShiftedTime();
        _dns.Say(Name, 100, "127.0.0.1");
        await using var edge = await InFrontOfAsync(old, time);
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        Assert.Equal(200, await visitor.StatusAsync("a.example"));
        Assert.Equal(200, await visitor.StatusAsync("a.example"));
        Assert.Equal(1, old.Connections);

        _dns.Say(Name, 100, "127.0.0.2");
        time.Advance(TimeSpan.FromMinutes(1));
        time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(201, await visitor.StatusAsync("a.example"));
        Assert.Equal(1, old.Connections);
    }

    [Fact]
    public async Task Answer_ThatHasExpiredWhileTheNameServerFails_IsUsedOn()
    {
        await using var origin = ScriptedOrigin.Answering(Ok);
        var time = new ShiftedTime();
        _dns.Say(Name, 100, "127.0.0.1");
        await using var edge = await InFrontOfAsync(origin, time);
        using var visitor = await Conversation.ConnectAsync(edge.Http);
        Assert.Equal(200, await visitor.StatusAsync("a.example"));
        var asked = _dns.Queries;

        _dns.Fails = true;
        time.Advance(TimeSpan.FromMinutes(1));
        time.Advance(TimeSpan.FromMinutes(1));
        using var later = await Conversation.ConnectAsync(edge.Http);

        Assert.Equal(200, await later.StatusAsync("a.example"));
        Assert.True(_dns.Queries > asked);
    }

    [Fact]
    public async Task Name_ThatNeverWasResolved_Is1016AndIsAskedAgain()
    {
        await using var origin = ScriptedOrigin.Answering(Ok);
        await using var edge = await InFrontOfAsync(origin, new ShiftedTime());
        using var visitor = await Conversation.ConnectAsync(edge.Http);

        Assert.Equal(530, await visitor.StatusAsync("a.example"));
        Assert.Equal(1016, (await edge.LogRecordsAsync(1))[0].GetProperty("ErrorCode").GetInt32());

        _dns.Say(Name, 60, "127.0.0.1");
        Assert.Equal(200, await visitor.StatusAsync("a.example"));
    }

    private DnsOriginResolver Resolver() =>
        new(_dns.EndPoint, Patience, (_, _) => throw new SocketException((int)SocketError.HostNotFound));

    private Task<EdgeUnderTest> InFrontOfAsync(ScriptedOrigin origin, ShiftedTime time) =>
        EdgeUnderTest.InFrontOfAsync(
            origin.Url.Replace("127.0.0.1", Name, StringComparison.Ordinal),
            change: o => o with { Time = time, Resolver = Resolver(), Limits = o.Limits with { IdleTimeout = TimeSpan.FromHours(1) } }
        );
}
