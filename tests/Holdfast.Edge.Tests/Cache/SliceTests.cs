using System.Collections.Concurrent;
using System.Globalization;
using Holdfast.Cache.Exchange;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Purging;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Tests.Cache;

/// <summary>The setting cache_slice in a whole edge, in front of an origin that has one large file.</summary>
public class SliceTests
{
    private const int Slice = (int)CacheExchange.SliceLength;

    private static readonly string File = MakeFile((3 * Slice) + 1000);

    [Fact]
    public async Task ASeek_FetchesOnlyTheSlicesThatItTouches()
    {
        await using var origin = await FileOrigin.StartAsync(File);
        var first = await origin.AskAsync("Range: bytes=2097150-2097160");
        Assert.Equal((206, File[2097150..2097161], "bytes 2097150-2097160/3146728"), (first.Status, first.Body, first["Content-Range"]));
        Assert.Equal(
            ("MISS", "Holdfast; fwd=uri-miss; fwd-status=206; stored"),
            (first["CF-Cache-Status"], first["Cache-Status"]!.Split("; ttl")[0])
        );
        Assert.Equal([1, 2], origin.Slices);

        var again = await origin.AskAsync("Range: bytes=1500000-2500000");
        Assert.Equal((206, File[1500000..2500001], "HIT"), (again.Status, again.Body, again["CF-Cache-Status"]));
        var tail = await origin.AskAsync("Range: bytes=-10");
        Assert.Equal((206, File[^10..]), (tail.Status, tail.Body));
        Assert.Equal([1, 2, 3], origin.Slices);

        var none = await origin.AskAsync("Range: bytes=9999999-");
        Assert.Equal((416, "bytes */3146728"), (none.Status, none["Content-Range"]));
        var same = await origin.AskAsync("If-None-Match: \"1\"");
        Assert.Equal(304, same.Status);
        Assert.Equal([1, 2, 3], origin.Slices);
    }

    [Fact]
    public async Task AfterAPurge_SlicesAreKeptAgain()
    {
        await using var origin = await FileOrigin.StartAsync(File);
        await origin.AskAsync("Range: bytes=0-1");
        await origin.Site.Edge.PurgeAsync(EdgeUnderTest.IdOf("*"), PurgeKind.Everything);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(File[5..2097160], (await origin.AskAsync("Range: bytes=5-2097159")).Body);
        }

        Assert.Equal([0, 0, 1, 2], origin.Slices);
    }

    [Fact]
    public async Task AVisitorWithoutRange_GetsTheWholeSliceBySlice()
    {
        await using var origin = await FileOrigin.StartAsync(File);
        var whole = await origin.AskAsync();
        Assert.Equal((200, "MISS", null), (whole.Status, whole["CF-Cache-Status"], whole["Content-Range"]));
        Assert.Equal(File.Length.ToString(CultureInfo.InvariantCulture), whole["Content-Length"]);
        Assert.True(whole.Body == File);
        Assert.Equal([0, 1, 2, 3], origin.Slices);

        // Each slice after the first names the version.
        Assert.Equal([null, "\"1\"", "\"1\"", "\"1\""], origin.Conditions);
        var again = await origin.AskAsync();
        Assert.Equal((200, "HIT"), (again.Status, again["CF-Cache-Status"]));
        Assert.True(again.Body == File);
        Assert.Equal(4, origin.Slices.Count);
    }

    [Fact]
    public async Task SeveralRanges_ComeFromTheSlicesTheyTouch()
    {
        await using var origin = await FileOrigin.StartAsync(File);
        await origin.AskAsync("Range: bytes=0-1");
        var reply = await origin.AskAsync("Range: bytes=10-11,3146720-3146727");
        Assert.Equal(206, reply.Status);
        Assert.StartsWith("multipart/byteranges; boundary=", reply["Content-Type"]);
        Assert.Contains($"Content-Range: bytes 10-11/3146728\r\n\r\n{File[10..12]}\r\n--", reply.Body);
        Assert.Contains($"Content-Range: bytes 3146720-3146727/3146728\r\n\r\n{File[^8..]}\r\n--", reply.Body);
        Assert.Equal([0, 3], origin.Slices);
    }

    [Fact]
    public async Task AFileThatChangesMidway_BreaksTheAnswerOffAndIsFetchedAnew()
    {
        await using var origin = await FileOrigin.StartAsync(File);
        var other = new string([.. File.Reverse()]);
        origin.Before(slice => slice == 2, () => origin.Replace(other, "\"2\""));
        using var visitor = await Conversation.ConnectAsync(origin.Site.Edge.Http);
        await visitor.SendAsync("GET /a.mp4 HTTP/1.1\r\nHost: example.com\r\n\r\n");
        var broken = await visitor.ReadToEndAsync();
        Assert.EndsWith(File[..(2 * Slice)], broken);

        var whole = await origin.AskAsync();
        Assert.Equal((200, "\"2\""), (whole.Status, whole["ETag"]));
        Assert.True(whole.Body == other);
    }

    [Fact]
    public async Task AStaleFile_IsConfirmedOnceAndItsSlicesHoldAgain()
    {
        await using var origin = await FileOrigin.StartAsync(File);
        await origin.AskAsync();
        origin.Site.Time.Advance(TimeSpan.FromHours(2));
        var again = await origin.AskAsync();
        Assert.True(again.Body == File);
        Assert.Equal(5, origin.Site.Seen.Count);
        Assert.Contains("If-None-Match: \"1\"\r\n", origin.Site.Seen[4]);
    }

    [Fact]
    public async Task AStaleFileThatChanged_IsFetchedAnew()
    {
        await using var origin = await FileOrigin.StartAsync(File);
        await origin.AskAsync();
        origin.Site.Time.Advance(TimeSpan.FromHours(2));
        var other = new string([.. File.Reverse()]);
        origin.Replace(other, "\"2\"");
        var again = await origin.AskAsync();
        Assert.True(again.Body == other);
        Assert.Equal("\"2\"", again["ETag"]);
    }

    [Fact]
    public async Task ASmallFile_IsAWholeAfterOneSlice()
    {
        await using var origin = await FileOrigin.StartAsync("small", "text/css");
        var miss = await origin.AskAsync();
        Assert.Equal((200, "small", "MISS"), (miss.Status, miss.Body, miss["CF-Cache-Status"]));
        var hit = await origin.AskAsync();
        Assert.Equal((200, "small", "HIT"), (hit.Status, hit.Body, hit["CF-Cache-Status"]));
        Assert.Equal([0], origin.Slices);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nCache-Control: max-age=60\r\n\r\nhello", "hello")]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\nCache-Control: max-age=60\r\n\r\nnone", "none")]
    [InlineData(
        "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-4/9000000\r\nETag: \"1\"\r\nContent-Length: 5\r\n\r\nhello",
        "hello"
    )]
    public async Task AnOriginThatSendsNoSlice_IsAskedAsTheVisitorAsksAndNotInVainAgain(string answer, string body)
    {
        await using var site = await CachedSite.StartAsync(
            (_, c) => c.SendAsync(answer.Replace("max-age=60", "max-age=60, no-store", StringComparison.Ordinal)),
            new ZoneSettings { CacheSlice = true }
        );
        Assert.Equal(body, (await site.AskAsync("GET /a.mp4")).Body);
        Assert.Equal(body, (await site.AskAsync("GET /a.mp4")).Body);
        Assert.Equal(3, site.Seen.Count);
        Assert.Contains("Range: bytes=0-1048575\r\n", site.Seen[0]);
        Assert.DoesNotContain("Range:", site.Seen[1]);
        Assert.DoesNotContain("Range:", site.Seen[2]);
    }

    [Theory]
    [InlineData("GET /a", "X: 1")]
    [InlineData("HEAD /a.mp4", "X: 1")]
    [InlineData("GET /a.mp4", "If-Match: \"1\"")]
    [InlineData("GET /a.mp4", "Range: bytes=-5")]
    public async Task WhatIsNotForSlices_GoesToTheOriginAsItIs(string line, string field)
    {
        await using var site = await CachedSite.StartAsync(
            (head, c) =>
                c.SendAsync(head.StartsWith("HEAD", StringComparison.Ordinal) ? "HTTP/1.1 200 OK\r\n\r\n" : CachedSite.Ok("hello")),
            new ZoneSettings { CacheSlice = true }
        );
        await site.AskAsync(line, field);
        Assert.Contains($"{field}\r\n", Assert.Single(site.Seen));
        Assert.DoesNotContain("bytes=0-", site.Seen[0]);
    }

    private static string MakeFile(int length)
    {
        var random = new Random(7);
        return string.Create(
            length,
            random,
            (span, r) =>
            {
                for (var i = 0; i < span.Length; i++)
                {
                    span[i] = (char)('a' + r.Next(26));
                }
            }
        );
    }

    /// <summary>One file at /a.mp4, with ranges and conditions.</summary>
    private sealed class FileOrigin : IAsyncDisposable
    {
        private readonly ConcurrentQueue<string> _conditions = new();
        private readonly ConcurrentQueue<int> _slices = new();
        private volatile Version _version;
        private Func<int, bool> _before = _ => false;
        private Action _then = () => { };

        private FileOrigin(string file, string type) => _version = new Version(file, "\"1\"", type);

        public CachedSite Site { get; private set; } = null!;

        public IReadOnlyList<int> Slices => [.. _slices];

        public IReadOnlyList<string?> Conditions => [.. _conditions.Select(c => c.Length == 0 ? null : c)];

        public static async Task<FileOrigin> StartAsync(string file, string type = "video/mp4")
        {
            var origin = new FileOrigin(file, type);
            origin.Site = await CachedSite.StartAsync(origin.AnswerAsync, new ZoneSettings { CacheSlice = true });
            return origin;
        }

        public Task<Reply> AskAsync(params string[] fields) => Site.AskAsync("GET /a.mp4", fields);

        public void Before(Func<int, bool> slice, Action then) => (_before, _then) = (slice, then);

        public void Replace(string file, string tag) => _version = _version with { File = file, Tag = tag };

        public ValueTask DisposeAsync() => Site.DisposeAsync();

        private async Task AnswerAsync(string head, Conversation edge)
        {
            var asked = new Reply(head, "");
            var range = asked["Range"]!["bytes=".Length..].Split('-');
            var start = int.Parse(range[0], CultureInfo.InvariantCulture);
            _slices.Enqueue(start / Slice);
            _conditions.Enqueue(asked["If-Match"] ?? "");
            if (_before(start / Slice))
            {
                _before = _ => false;
                _then();
            }

            var (file, tag, type) = _version;
            var fields = $"ETag: {tag}\r\nCache-Control: max-age=3600\r\nContent-Type: {type}\r\n";
            if (asked["If-Match"] is { } match && match != tag)
            {
                await edge.SendAsync("HTTP/1.1 412 Precondition Failed\r\nContent-Length: 0\r\n\r\n");
                return;
            }

            if (asked["If-None-Match"] == tag)
            {
                await edge.SendAsync($"HTTP/1.1 304 Not Modified\r\n{fields}\r\n");
                return;
            }

            var end = Math.Min(int.Parse(range[1], CultureInfo.InvariantCulture) + 1, file.Length);
            await edge.SendAsync(
                $"HTTP/1.1 206 Partial Content\r\n{fields}Content-Range: bytes {start}-{end - 1}/{file.Length}\r\nContent-Length: {end - start}\r\n\r\n"
                    + file[start..end]
            );
        }

        private sealed record Version(string File, string Tag, string Type);
    }
}
