using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Holdfast.Cache.Disk;
using Holdfast.Cache.Storage;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Purging;

namespace Holdfast.Edge.Tests.Cache;

/// <summary>Many visitors on one body that is on its way, while it is purged, breaks off, or is too large to be kept.</summary>
public class StreamFaultTests
{
    private const string Fresh = "Cache-Control: max-age=600";
    private const int Pieces = 96;
    private const int PieceLength = 32 * 1024;

    [Fact]
    public async Task ManyVisitorsAndOneThatDoesNotRead_OnABodyTooLargeToKeep_TakeBoundedMemory()
    {
        const int count = 200;
        var go = new TaskCompletionSource();
        await using var site = await LargeAsync(go.Task, Pieces);
        var slow = Assert.Single(await site.VisitAsync(1, "GET /a"));
        await slow.ReadThroughAsync("\r\n\r\n");
        var visitors = await site.VisitAsync(count, "GET /a");
        foreach (var visitor in visitors)
        {
            await visitor.ReadThroughAsync("\r\n\r\n");
        }

        var most = 0L;
        using var over = new CancellationTokenSource();
        var watching = Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                most = Math.Max(most, site.Edge.Fills.Held);
                await Task.Yield();
            }
        });
        go.SetResult();
        var lengths = await Task.WhenAll(visitors.Select(v => LengthAsync(v.Socket)));
        Assert.All(lengths, length => Assert.InRange(length, Pieces * PieceLength, long.MaxValue));
        await over.CancelAsync();
        await watching;

        // What is held for the store is at most a quarter of it; what the slow one still needs has gone to the disk.
        Assert.InRange(most, 0, 1024 * 1024 / 4);
        var body = Unchunked(await slow.ReadThroughAsync("\r\n0\r\n\r\n"));
        Assert.Equal(Pieces * PieceLength, body.Length);
        for (var i = 0; i < Pieces; i++)
        {
            Assert.StartsWith($"{i:D4}", body[(i * PieceLength)..]);
        }

        Assert.Single(site.Seen);
        visitors.ForEach(v => v.Dispose());
        await EdgeUnderTest.UntilAsync(() => site.Edge.Fills is { Count: 0, Held: 0 });
        Assert.Contains("holdfast_edge_cache_spill_size_bytes 0\n", await site.Edge.MetricsAsync());
    }

    [Fact]
    public async Task ABodyThatBreaksOffWhileItIsOnTheDisk_BreaksOffForTheSlowOneTooAndLeavesNothing()
    {
        await using var site = await LargeAsync(Task.CompletedTask, Pieces, breaksOff: true);
        var slow = Assert.Single(await site.VisitAsync(1, "GET /a"));
        await slow.ReadThroughAsync("\r\n\r\n");
        var fast = Assert.Single(await site.VisitAsync(1, "GET /b"));
        Assert.InRange(await LengthAsync(fast.Socket), Pieces * PieceLength, long.MaxValue);

        var got = await slow.ReadToEndAsync();
        Assert.DoesNotContain("\r\n0\r\n\r\n", got, StringComparison.Ordinal);
        Assert.StartsWith("0000", got[(got.IndexOf('\n', StringComparison.Ordinal) + 1)..]);
        fast.Dispose();
        await EdgeUnderTest.UntilAsync(() => site.Edge.Fills is { Count: 0, Held: 0 });
        Assert.Contains("holdfast_edge_cache_spill_size_bytes 0\n", await site.Edge.MetricsAsync());
        var spilled = Path.Combine(site.Edge.Data, "cache");
        Assert.Empty(Directory.Exists(spilled) ? Directory.GetFiles(spilled) : []);
    }

    [Fact]
    public async Task WhoeverComesAfterAPurge_DoesNotGetTheFillThatBeganBeforeIt()
    {
        var go = new TaskCompletionSource();
        var asked = 0;
        await using var site = await CachedSite.StartAsync(
            async (_, c) =>
            {
                if (Interlocked.Increment(ref asked) > 1)
                {
                    await c.SendAsync(CachedSite.Ok("new", Fresh));
                    return;
                }

                await c.SendAsync($"HTTP/1.1 200 OK\r\n{Fresh}\r\nContent-Length: 6\r\n\r\nold");
                await go.Task;
                await c.SendAsync("est");
            }
        );
        var first = Assert.Single(await site.VisitAsync(1, "GET /a"));
        await first.ReadThroughAsync("\r\n\r\nold");
        await site.Edge.PurgeAsync(EdgeUnderTest.IdOf("*"), PurgeKind.Prefix, "example.com/");
        Assert.Equal("new", (await site.AskAsync("GET /a")).Body);
        go.SetResult();
        await first.ReadThroughAsync("est");
        await EdgeUnderTest.UntilAsync(() => site.Edge.Fills.Count == 0);
        var hit = await site.AskAsync("GET /a");
        Assert.Equal(("new", "HIT"), (hit.Body, hit["CF-Cache-Status"]));
    }

    [Fact]
    public async Task SeveralRangesOfABodyThatIsOnItsWay_AreAskedOfTheOrigin()
    {
        var body = string.Concat(Enumerable.Range(0, 1000).Select(i => $"{i:D4}"));
        var go = new TaskCompletionSource();
        await using var site = await CachedSite.StartAsync(
            async (head, c) =>
            {
                if (head.Contains("Range: bytes=0-3,2000-2003", StringComparison.Ordinal))
                {
                    await c.SendAsync(
                        CachedSite.Answer("206 Partial Content", "parts", Fresh, "Content-Type: multipart/byteranges; boundary=x")
                    );
                    return;
                }

                await c.SendAsync($"HTTP/1.1 200 OK\r\n{Fresh}\r\nETag: \"1\"\r\nContent-Length: {body.Length}\r\n\r\n{body[..100]}");
                await go.Task;
                await c.SendAsync(body[100..]);
            }
        );
        var first = Assert.Single(await site.VisitAsync(1, "GET /a"));
        await first.ReadThroughAsync(body[..100]);
        var several = await site.AskAsync("GET /a", "Range: bytes=0-3,2000-2003");
        Assert.Equal((206, "parts"), (several.Status, several.Body));
        Assert.Contains("collapsed=?0", several["Cache-Status"]);
        go.SetResult();
        await first.ReadThroughAsync(body[^4..]);

        // Once it is whole they come from the store; what the origin said to the several was not stored.
        var stored = await site.AskAsync("GET /a", "Range: bytes=0-3,2000-2003");
        Assert.Equal("HIT", stored["CF-Cache-Status"]);
        Assert.Contains("0500", stored.Body, StringComparison.Ordinal);
        Assert.Equal(body, (await site.AskAsync("GET /a")).Body);
        Assert.Equal(2, site.Seen.Count);
    }

    [Fact]
    public async Task ARangeThatWaitsForAPartToBeConfirmed_AsksForWhatThePartHasNot()
    {
        var go = new TaskCompletionSource();
        await using var site = await CachedSite.StartAsync(
            async (number, head, c) =>
            {
                switch (number)
                {
                    case 1:
                        await c.SendAsync(Part("01234", "0-4"));
                        break;
                    case 2:
                        Assert.Contains("If-None-Match: \"1\"", head, StringComparison.Ordinal);
                        await go.Task;
                        await c.SendAsync($"HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n{Fresh}\r\n\r\n");
                        break;
                    default:
                        Assert.Contains("Range: bytes=5-9", head, StringComparison.Ordinal);
                        await c.SendAsync(Part("56789", "5-9"));
                        break;
                }
            }
        );
        await site.AskAsync("GET /a", "Range: bytes=0-4");
        site.Time.Advance(TimeSpan.FromSeconds(3600));
        var first = Assert.Single(await site.VisitAsync(1, "GET /a", "Range: bytes=1-2"));
        await site.UntilSeenAsync(2);
        var second = Assert.Single(await site.VisitAsync(1, "GET /a", "Range: bytes=5-9"));
        await site.UntilWaitingAsync(1);
        go.SetResult();
        var confirmed = await CachedSite.ReadAsync(first);
        Assert.Equal((206, "12", "REVALIDATED"), (confirmed.Status, confirmed.Body, confirmed["CF-Cache-Status"]));
        var rest = await CachedSite.ReadAsync(second);
        Assert.Equal((206, "56789"), (rest.Status, rest.Body));
        var whole = await site.AskAsync("GET /a");
        Assert.Equal((200, "0123456789", "HIT"), (whole.Status, whole.Body, whole["CF-Cache-Status"]));
        Assert.Equal(3, site.Seen.Count);

        static string Part(string body, string range) =>
            CachedSite.Answer("206 Partial Content", body, Fresh, "ETag: \"1\"", $"Content-Range: bytes {range}/10");
    }

    // An origin whose body is larger than its edge keeps; each piece begins with its number.
    private static Task<CachedSite> LargeAsync(Task go, int pieces, bool breaksOff = false) =>
        CachedSite.StartAsync(
            async (number, head, c) =>
            {
                await c.SendAsync($"HTTP/1.1 200 OK\r\n{Fresh}\r\nTransfer-Encoding: chunked\r\n\r\n");
                await go;
                for (var i = 0; i < pieces; i++)
                {
                    await c.SendAsync($"{PieceLength:x}\r\n{i:D4}{new string('x', PieceLength - 4)}\r\n");
                }

                if (breaksOff && head.StartsWith("GET /a", StringComparison.Ordinal))
                {
                    c.Dispose();
                    return;
                }

                await c.SendAsync("0\r\n\r\n");
            },
            change: options =>
                options with
                {
                    Cache = new MemoryStoreLimits { Budget = 1024 * 1024 },
                    Disk = new DiskStoreLimits { Budget = 8 * 1024 * 1024 },
                }
        );

    // How many bytes come until a body in chunks is at its end.
    private static async Task<long> LengthAsync(Socket socket)
    {
        var buffer = new byte[64 * 1024];
        var tail = "";
        var total = 0L;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!tail.EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal))
        {
            var read = await socket.ReceiveAsync(buffer, patience.Token);
            if (read == 0)
            {
                throw new IOException($"closed after {total} bytes");
            }

            total += read;
            tail = (tail + Encoding.Latin1.GetString(buffer, Math.Max(0, read - 8), Math.Min(8, read)))[
                ^Math.Min(8, tail.Length + Math.Min(8, read))..
            ];
        }

        return total;
    }

    private static string Unchunked(string text)
    {
        var body = new StringBuilder();
        while (true)
        {
            var line = text.IndexOf("\r\n", StringComparison.Ordinal);
            var size = int.Parse(text.AsSpan(0, line), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (size == 0)
            {
                return body.ToString();
            }

            body.Append(text, line + 2, size);
            text = text[(line + 4 + size)..];
        }
    }
}
