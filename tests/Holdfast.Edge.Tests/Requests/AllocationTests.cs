using System.Net;
using System.Net.Sockets;
using System.Text;
using Holdfast.Artifacts.Bots;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Edge.Tests.Rules;
using Holdfast.Model.Rulesets;

namespace Holdfast.Edge.Tests.Requests;

/// <summary>Alone in its collection: the figure is of the whole process.</summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
[Collection(nameof(AllocationTests))]
public class AllocationTests
{
    private const int WarmUp = 20_000;
    private const int Rounds = 20;
    private const int RequestsPerRound = 1_000;

    // The smallest object there is. What a request allocates shows in every round; what a timer does beside it, not in the best one.
    private const double SmallestObject = 24;

    private const int Warm = 50;
    private const int Idle = 300;

    // Some 14 KB are the objects of the transport, of ours and of the visitor in this process. One request's buffers are 10 KB more.
    private const long AllowedBytesPerIdleConnection = 20_000;

    [Theory]
    [InlineData("/passed/through?with=query")]
    [InlineData("/from/the/cache.css")]
    [InlineData("/past/../many/rules.css")]
    [InlineData("/scored/by/rules.css")]
    public async Task Requests_SteadyState_AllocateNoObject(string target)
    {
        using var origin = new BlockingOrigin();
        await using var edge = await EdgeUnderTest.StartAsync(options =>
            options with
            {
                Limits = options.Limits with { RequestsPerConnection = int.MaxValue },
            }
        );
        RulesetConfig[] rulesets = target.Contains("rules", StringComparison.Ordinal) ? [Rules] : [];
        await edge.PutZoneAsync("*", $"http://127.0.0.1:{origin.Port}", change: zone => zone with { Rulesets = [.. rulesets] });
        if (target.Contains("scored", StringComparison.Ordinal))
        {
            await edge.PutBotFeaturesAsync(ShippedBotFeatures.File);
        }

        using var visitor = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        visitor.Connect(edge.Http);
        var request = Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: example.com\r\nUser-Agent: test/1.0\r\nAccept: */*\r\n\r\n");
        var buffer = new byte[4096];
        Exchange(visitor, request, buffer, WarmUp);

        var perRequest = new double[Rounds];
        for (var i = 0; i < Rounds; i++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            Exchange(visitor, request, buffer, RequestsPerRound);
            perRequest[i] = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)RequestsPerRound;
        }

        var best = perRequest.Min();
        TestContext.Current.TestOutputHelper?.WriteLine($"{best:F1} bytes a request, {perRequest.Average():F1} on average");
        Assert.True(best < SmallestObject, $"{best:F1} bytes are allocated for each request");
    }

    // Of each kind of signal one, and some that act.
    private static RulesetConfig Rules =>
        RuledSite.Ruleset(
            RuledSite.Custom,
            RuledSite.Rule("http.request.uri.path contains \"rules\" and http.host eq \"example.com\"", new LogAction()),
            RuledSite.Rule("any(lower(http.request.headers.names[*])[*] eq \"accept\")", new SkipAction(false, ["http_ratelimit"], [])),
            RuledSite.Rule("cf.bot_management.score lt 2", new LogAction()),
            RuledSite.Rule("ip.src in {192.0.2.0/24 10.0.0.0/8} or ip.src.country eq \"DE\"", new BlockAction((BlockResponse?)null)),
            RuledSite.Rule("http.request.full_uri wildcard \"*/nowhere/*\" or len(cf.ray_id) eq 3", new BlockAction((BlockResponse?)null)),
            RuledSite.Rule("http.cookie contains \"x\" or http.request.cookies[\"a\"][0] eq \"1\"", new BlockAction((BlockResponse?)null))
        );

    [Fact]
    public async Task CompressedHits_SteadyState_AllocateNoObject()
    {
        using var origin = new BlockingOrigin();
        await using var edge = await EdgeUnderTest.InFrontOfAsync(
            $"http://127.0.0.1:{origin.Port}",
            change: options => options with { Limits = options.Limits with { RequestsPerConnection = int.MaxValue } }
        );
        using var visitor = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        visitor.Connect(edge.Http);
        var buffer = new byte[16 * 1024];
        ExchangeStated(visitor, "GET /large.css HTTP/1.1\r\nHost: example.com\r\n\r\n"u8.ToArray(), buffer, 1);
        var request = "GET /large.css HTTP/1.1\r\nHost: example.com\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n\r\n"u8.ToArray();
        ExchangeStated(visitor, request, buffer, WarmUp);
        Assert.True(buffer.AsSpan().IndexOf("Content-Encoding: br\r\n"u8) > 0);

        var best = double.MaxValue;
        for (var i = 0; i < Rounds; i++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            ExchangeStated(visitor, request, buffer, RequestsPerRound);
            best = Math.Min(best, (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)RequestsPerRound);
        }

        Assert.True(best < SmallestObject, $"{best:F1} bytes are allocated for each request");
    }

    [Fact]
    public async Task IdleConnections_HoldNoBuffers()
    {
        using var origin = new BlockingOrigin();
        await using var edge = await EdgeUnderTest.InFrontOfAsync($"http://127.0.0.1:{origin.Port}");
        var request = "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"u8.ToArray();
        var buffer = new byte[4096];
        var visitors = new List<Socket>();
        try
        {
            long before = 0;
            for (var i = 0; i < Warm + Idle; i++)
            {
                if (i == Warm)
                {
                    before = GC.GetTotalMemory(forceFullCollection: true);
                }

                var visitor = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                visitors.Add(visitor);
                visitor.Connect(edge.Http);
                Exchange(visitor, request, buffer, 1);
            }

            var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Idle;
            TestContext.Current.TestOutputHelper?.WriteLine($"{each} bytes a connection");
            Assert.True(each < AllowedBytesPerIdleConnection, $"{each} bytes are held for each idle connection");
        }
        finally
        {
            visitors.ForEach(visitor => visitor.Dispose());
        }
    }

    private static void Exchange(Socket visitor, byte[] request, byte[] buffer, int times)
    {
        for (var i = 0; i < times; i++)
        {
            visitor.Send(request);
            var received = 0;
            do
            {
                var count = visitor.Receive(buffer.AsSpan(received));
                received += count > 0 ? count : throw new IOException("The edge closed the connection.");
            } while (!buffer.AsSpan(0, received).EndsWith("hello"u8));
        }
    }

    // Answers that state their length.
    private static void ExchangeStated(Socket visitor, byte[] request, byte[] buffer, int times)
    {
        for (var i = 0; i < times; i++)
        {
            visitor.Send(request);
            var received = 0;
            int expected;
            do
            {
                var count = visitor.Receive(buffer.AsSpan(received));
                received += count > 0 ? count : throw new IOException("The edge closed the connection.");
                var head = buffer.AsSpan(0, received);
                var end = head.IndexOf("\r\n\r\n"u8) + 4;
                expected = end > 3 ? end + LengthIn(head[..end]) : int.MaxValue;
            } while (received < expected);
        }
    }

    private static int LengthIn(ReadOnlySpan<byte> head)
    {
        var name = "Content-Length: "u8;
        Assert.True(System.Buffers.Text.Utf8Parser.TryParse(head[(head.IndexOf(name) + name.Length)..], out int length, out _));
        return length;
    }

    /// <summary>An origin that allocates nothing: a thread, a socket, a buffer.</summary>
    private sealed class BlockingOrigin : IDisposable
    {
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly Thread _thread;

        public BlockingOrigin()
        {
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Listen();
            _thread = new Thread(Serve) { IsBackground = true };
            _thread.Start();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

        public void Dispose() => _listener.Dispose();

        private void Serve()
        {
            try
            {
                while (true)
                {
                    var connection = _listener.Accept();
                    new Thread(() => Serve(connection)) { IsBackground = true }.Start();
                }
            }
            catch (SocketException)
            {
                // The test is over.
            }
        }

        private static void Serve(Socket connection)
        {
            try
            {
                using var owned = connection;
                connection.NoDelay = true;
                var buffer = new byte[4096];
                var response = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"u8.ToArray();
                var large = Encoding.ASCII.GetBytes(
                    $"HTTP/1.1 200 OK\r\nContent-Type: text/css\r\nETag: \"1\"\r\nVary: Origin\r\nContent-Length: 2000\r\n\r\n{new string('x', 2000)}"
                );
                var received = 0;
                while (connection.Receive(buffer.AsSpan(received)) is var count and > 0)
                {
                    received += count;
                    if (buffer.AsSpan(0, received).EndsWith("\r\n\r\n"u8))
                    {
                        connection.Send(buffer.AsSpan(0, received).IndexOf("/large"u8) > 0 ? large : response);
                        received = 0;
                    }
                }
            }
            catch (SocketException)
            {
                // The edge has closed it.
            }
        }
    }
}
