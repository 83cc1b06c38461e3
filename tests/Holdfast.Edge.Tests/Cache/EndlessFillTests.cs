using System.Net.Sockets;
using Holdfast.Cache.Disk;
using Holdfast.Cache.Storage;
using Holdfast.Edge.Tests.Harness;

namespace Holdfast.Edge.Tests.Cache;

/// <summary>Origins that send without end, in the smallest pieces, and visitors that do not stay.</summary>
public class EndlessFillTests
{
    private const string Head = "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked\r\n\r\n";
    private const string Chunk = "1\r\nx\r\n";

    // One body at most an eighth of each.
    private static readonly MemoryStoreLimits Small = new() { Budget = 8 * 256 * 1024 };
    private static readonly DiskStoreLimits SmallDisk = new() { Budget = 8 * 1024 * 1024 };

    [Fact]
    public async Task TinyChunksWithoutEnd_WhenTheVisitorResets_EndWithTheLargestBody()
    {
        var origin = new EndlessOrigin(4096);
        await using var site = await CachedSite.StartAsync(
            (_, c) => origin.SendAsync(c),
            change: o => o with { Cache = Small, Disk = SmallDisk }
        );
        var visitor = Assert.Single(await site.VisitAsync(1, "GET /a"));
        await visitor.ReadHeadAsync();
        await visitor.ReadAsync(1);
        visitor.Reset();

        // The edge hangs up though the origin would go on, and the request of the visitor that has gone ends too.
        await origin.Gone.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        var record = Assert.Single(await site.Edge.LogRecordsAsync(1));
        Assert.Equal("/a", record.GetProperty("ClientRequestURI").GetString());
        await EdgeUnderTest.UntilAsync(() => site.Edge.Fills is { Count: 0, Held: 0, Spill.Bytes: 0 });
        Assert.Single(site.Seen);

        // What is on its way in sockets is a few megabytes of chunks at most.
        Assert.InRange(origin.Sent, 256 * 1024 - 65_536, 4 * 1024 * 1024);
    }

    [Fact]
    public async Task ATrickleWithoutEnd_WhenEveryVisitorHasLeft_EndsAfterFiveMinutes()
    {
        var origin = new SteppedOrigin();
        await using var site = await CachedSite.StartAsync((_, c) => origin.SendAsync(c));
        var visitors = await site.VisitAsync(1, "GET /a");
        await visitors[0].ReadThroughAsync(Chunk);
        visitors.AddRange(await site.VisitAsync(1, "GET /a"));
        await visitors[1].ReadThroughAsync(Chunk);
        visitors[0].Reset();

        // As long as one is there it goes on.
        for (var minutes = 0; minutes < 10; minutes++)
        {
            site.Time.Advance(TimeSpan.FromMinutes(1));
            origin.Next();
            await visitors[1].ReadThroughAsync(Chunk);
        }

        visitors[1].Reset();
        await EdgeUnderTest.UntilAsync(() =>
        {
            site.Time.Advance(TimeSpan.FromSeconds(20));
            origin.Next();
            return origin.Gone.IsCompleted;
        });
        await EdgeUnderTest.UntilAsync(() => site.Edge.Fills is { Count: 0, Held: 0 });
        Assert.Equal(2, (await site.Edge.LogRecordsAsync(2)).Count);
    }

    [Fact]
    public async Task TinyChunksWithoutEnd_WhenTheEdgeStops_EndWithTheGrace()
    {
        var origin = new EndlessOrigin(1);
        var site = await CachedSite.StartAsync((_, c) => origin.SendAsync(c));
        var visitor = Assert.Single(await site.VisitAsync(1, "GET /a"));
        await visitor.ReadHeadAsync();
        await visitor.ReadAsync(1);
        visitor.Reset();
        await site.Time.AdvanceUntilAsync(site.DisposeAsync().AsTask(), TimeSpan.FromSeconds(6));
        await origin.Gone.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    // Sends as fast as the edge takes it.
    private sealed class EndlessOrigin(int chunksAtOnce)
    {
        private readonly TaskCompletionSource _gone = new();
        private readonly string _chunks = string.Concat(Enumerable.Repeat(Chunk, chunksAtOnce));
        private long _sent;

        /// <summary>Ends when the edge has hung up.</summary>
        public Task Gone => _gone.Task;

        /// <summary>Bytes of content sent.</summary>
        public long Sent => Volatile.Read(ref _sent);

        public async Task SendAsync(Conversation conversation)
        {
            try
            {
                await conversation.SendAsync(Head);
                while (true)
                {
                    await conversation.SendAsync(_chunks);
                    Interlocked.Add(ref _sent, chunksAtOnce);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                _gone.TrySetResult();
            }
        }
    }

    // Sends a chunk when the test says so.
    private sealed class SteppedOrigin
    {
        private readonly TaskCompletionSource _gone = new();
        private readonly SemaphoreSlim _steps = new(1);

        public Task Gone => _gone.Task;

        public void Next() => _steps.Release();

        public async Task SendAsync(Conversation conversation)
        {
            try
            {
                await conversation.SendAsync(Head);
                while (true)
                {
                    await _steps.WaitAsync(TestContext.Current.CancellationToken);
                    await conversation.SendAsync(Chunk);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                _gone.TrySetResult();
            }
        }
    }
}
