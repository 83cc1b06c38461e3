using System.IO.Compression;
using System.Text;
using Holdfast.Edge.Tests.Cache;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Tests.Compression;

/// <summary>The phase http_response_compression in a whole edge: RFC 9110 sections 8.4, 8.8 and 12.5.3.</summary>
public class ResponseCompressionTests
{
    private static readonly string Text = string.Concat(Enumerable.Range(0, 400).Select(i => $"line {i} of a text\n"));

    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("br", "br")]
    [InlineData("zstd", "zstd")]
    [InlineData("gzip, deflate, br, zstd", "br")]
    [InlineData("gzip;q=0.5, zstd;q=0.6", "zstd")]
    [InlineData("*;q=0.1", "br")]
    public async Task AMissAndItsHits_AreCompressedAsTheVisitorLikesIt(string accept, string coding)
    {
        await using var site = await CachedSite.AnsweringAsync(
            CachedSite.Ok(
                Text,
                "Cache-Control: max-age=60",
                "Content-Type: text/html; charset=utf-8",
                "ETag: \"1\"",
                "Vary: Origin",
                "Accept-Ranges: bytes",
                "Content-MD5: x",
                "Digest: x",
                "Content-Digest: x",
                "Repr-Digest: x"
            )
        );
        var miss = await site.AskAsync("GET /a", $"Accept-Encoding: {accept}");
        var made = await site.AskAsync("GET /a", $"Accept-Encoding: {accept}");
        var kept = await site.AskAsync("GET /a", $"Accept-Encoding: {accept}");
        var head = await site.AskAsync("HEAD /a", $"Accept-Encoding: {accept}");
        var plain = await site.AskAsync("GET /a");

        Assert.Equal(
            ("MISS", "HIT", "HIT", "HIT"),
            (miss["CF-Cache-Status"], made["CF-Cache-Status"], kept["CF-Cache-Status"], head["CF-Cache-Status"])
        );
        foreach (var reply in new[] { miss, made, kept, head })
        {
            Assert.Equal((coding, "W/\"1\"", "Origin, Accept-Encoding"), (reply["Content-Encoding"], reply["ETag"], reply["Vary"]));
            Assert.Null(
                reply["Accept-Ranges"] ?? reply["Content-MD5"] ?? reply["Digest"] ?? reply["Content-Digest"] ?? reply["Repr-Digest"]
            );
        }

        foreach (var reply in new[] { miss, made, kept })
        {
            Assert.Equal(Text, Decoded(reply));
            Assert.True(reply.Body.Length < Text.Length / 2);
        }

        Assert.Null(miss["Content-Length"]);
        Assert.Equal(kept.Body.Length.ToString(), made["Content-Length"]);
        Assert.Equal(kept["Content-Length"], head["Content-Length"]);
        Assert.Equal((Text, null, "\"1\"", "bytes"), (plain.Body, plain["Content-Encoding"], plain["ETag"], plain["Accept-Ranges"]));
        Assert.Equal("Origin, Accept-Encoding", plain["Vary"]);
        Assert.Single(site.Seen);
    }

    [Theory]
    [InlineData("Content-Type: image/png")]
    [InlineData("Content-Type: text/event-stream")]
    [InlineData("Content-Type: application/grpc+proto")]
    [InlineData("X-No: type")]
    [InlineData("Content-Type: text/html\r\nContent-Encoding: deflate")]
    [InlineData("Content-Type: text/html\r\nCache-Control: no-transform")]
    public async Task WhatIsExcluded_PassesUntouched(string fields)
    {
        var answer = CachedSite.Ok(Text, [.. fields.Split("\r\n"), "ETag: \"1\"", "Accept-Ranges: bytes"]);
        await using var site = await CachedSite.AnsweringAsync(answer);
        var reply = await site.AskAsync("GET /a", "Accept-Encoding: gzip, deflate, br, zstd");
        Assert.Equal((Text, "\"1\"", "bytes", null), (reply.Body, reply["ETag"], reply["Accept-Ranges"], reply["Vary"]));
        Assert.Equal(Text.Length.ToString(), reply["Content-Length"]);
    }

    [Theory]
    [InlineData("Accept-Encoding: deflate")]
    [InlineData("Accept-Encoding: *;q=0")]
    [InlineData("Accept-Encoding: gzip\r\nCache-Control: no-transform")]
    public async Task WhoTakesNoCoding_GetsTheBytesAsTheyAre(string fields)
    {
        await using var site = await CachedSite.AnsweringAsync(
            CachedSite.Ok(Text, "Content-Type: text/html", "ETag: \"1\"", "Cache-Control: max-age=60")
        );
        foreach (var status in new[] { "MISS", "HIT" })
        {
            var reply = await site.AskAsync("GET /a", fields.Split("\r\n"));
            Assert.Equal((status, Text, "\"1\"", null), (reply["CF-Cache-Status"], reply.Body, reply["ETag"], reply["Content-Encoding"]));
            Assert.Equal("Accept-Encoding", reply["Vary"]);
        }
    }

    [Fact]
    public async Task TinyBodies_AreLeftAlone()
    {
        await using var site = await CachedSite.AnsweringAsync(
            CachedSite.Ok(new string('x', 511), "Content-Type: text/html", "ETag: \"1\"", "Cache-Control: max-age=60")
        );
        for (var i = 0; i < 2; i++)
        {
            var reply = await site.AskAsync("GET /a", "Accept-Encoding: gzip");
            Assert.Equal((511, "\"1\"", null), (reply.Body.Length, reply["ETag"], reply["Vary"]));
        }
    }

    [Fact]
    public async Task BytesThatDoNotShrink_AreKeptAsTheyAre()
    {
        var random = new Random(1);
        var noise = new string([.. Enumerable.Range(0, 3000).Select(_ => (char)random.Next(256))]);
        await using var site = await CachedSite.AnsweringAsync(
            CachedSite.Ok(noise, "Content-Type: text/plain", "ETag: \"1\"", "Cache-Control: max-age=60")
        );
        await site.AskAsync("GET /a");
        for (var i = 0; i < 2; i++)
        {
            var reply = await site.AskAsync("GET /a", "Accept-Encoding: gzip");
            Assert.Equal((noise, "\"1\"", null), (reply.Body, reply["ETag"], reply["Content-Encoding"]));
        }
    }

    [Theory]
    [InlineData("br", true, "br")]
    [InlineData("br", false, null)]
    [InlineData("br, gzip;q=0.1", false, "gzip")]
    public async Task TheBrotliSetting_TakesBrotliOutOfTheOffer(string accept, bool on, string? coding)
    {
        await using var site = await CachedSite.StartAsync(
            (_, c) => c.SendAsync(CachedSite.Ok(Text, "Content-Type: text/html")),
            new ZoneSettings { Brotli = on }
        );
        Assert.Equal(coding, (await site.AskAsync("GET /a", $"Accept-Encoding: {accept}"))["Content-Encoding"]);
    }

    [Fact]
    public async Task WithTheSettingOff_NothingIsCompressed()
    {
        await using var site = await CachedSite.StartAsync(
            (_, c) => c.SendAsync(CachedSite.Ok(Text, "Content-Type: text/html", "Cache-Control: max-age=60")),
            new ZoneSettings { Compression = false, CacheProfile = CacheProfile.Standard }
        );
        for (var i = 0; i < 2; i++)
        {
            var reply = await site.AskAsync("GET /a", "Accept-Encoding: gzip");
            Assert.Equal((Text, null), (reply.Body, reply["Vary"]));
        }
    }

    [Fact]
    public async Task AStream_IsDecodableAsFarAsItHasCome()
    {
        var go = new TaskCompletionSource();
        await using var site = await CachedSite.StartAsync(
            async (_, c) =>
            {
                await c.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
                await go.Task;
                await c.SendAsync("6\r\nsecond\r\n0\r\n\r\n");
            }
        );
        using var visitor = await Conversation.ConnectAsync(site.Edge.Http);
        await visitor.SendAsync("GET /a HTTP/1.1\r\nHost: example.com\r\nAccept-Encoding: gzip\r\n\r\n");
        Assert.Contains("Content-Encoding: gzip\r\n", await visitor.ReadHeadAsync());

        var coded = new StringBuilder();
        while (Prefix(coded.ToString()) != "first")
        {
            coded.Append(await ReadChunkAsync(visitor));
        }

        go.SetResult();
        string chunk;
        do
        {
            chunk = await ReadChunkAsync(visitor);
            coded.Append(chunk);
        } while (chunk.Length > 0);

        Assert.Equal("firstsecond", Prefix(coded.ToString()));
    }

    [Fact]
    public async Task AStreamWithAStrongTag_IsLeftAlone()
    {
        await using var site = await CachedSite.StartAsync(
            (_, c) =>
                c.SendAsync(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nETag: \"1\"\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
                )
        );
        var reply = await site.AskAsync("GET /a", "Accept-Encoding: gzip");
        Assert.Equal(("ok", "\"1\"", null), (reply.Body, reply["ETag"], reply["Content-Encoding"]));
    }

    [Fact]
    public async Task ABodyThatBreaksOff_IsNotMadeToLookWhole()
    {
        await using var site = await CachedSite.StartAsync(
            async (_, c) =>
            {
                await c.SendAsync($"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9000\r\n\r\n{Text[..1000]}");
                c.Dispose();
            }
        );
        using var visitor = await Conversation.ConnectAsync(site.Edge.Http);
        await visitor.SendAsync("GET /a HTTP/1.1\r\nHost: example.com\r\nAccept-Encoding: gzip\r\n\r\n");
        Assert.DoesNotContain("\r\n0\r\n\r\n", await visitor.ReadToEndAsync());
    }

    [Fact]
    public async Task ConditionsAndRanges_HoldForTheRightBytes()
    {
        await using var site = await CachedSite.AnsweringAsync(
            CachedSite.Ok(
                Text,
                "Content-Type: text/html",
                "ETag: \"1\"",
                "Cache-Control: max-age=60",
                "Last-Modified: Thu, 01 Jan 2015 00:00:00 GMT"
            )
        );
        await site.AskAsync("GET /a");
        var weak = await site.AskAsync("GET /a", "Accept-Encoding: gzip", "If-None-Match: W/\"1\"");
        Assert.Equal((304, "W/\"1\"", "Accept-Encoding"), (weak.Status, weak["ETag"], weak["Vary"]));
        var strong = await site.AskAsync("GET /a", "Accept-Encoding: gzip", "If-None-Match: \"1\"");
        Assert.Equal((304, "\"1\""), (strong.Status, strong["ETag"]));

        var part = await site.AskAsync("GET /a", "Accept-Encoding: gzip", "Range: bytes=5-9");
        Assert.Equal((206, Text[5..10], "\"1\"", null), (part.Status, part.Body, part["ETag"], part["Content-Encoding"]));
        var sure = await site.AskAsync("GET /a", "Accept-Encoding: gzip", "Range: bytes=5-9", "If-Range: \"1\"");
        Assert.Equal((206, Text[5..10]), (sure.Status, sure.Body));
        foreach (var condition in new[] { "W/\"1\"", "Thu, 01 Jan 2015 00:00:00 GMT" })
        {
            var whole = await site.AskAsync("GET /a", "Accept-Encoding: gzip", "Range: bytes=5-9", $"If-Range: {condition}");
            Assert.Equal((200, "gzip", Text), (whole.Status, whole["Content-Encoding"], Decoded(whole)));
        }

        var dated = await site.AskAsync("GET /a", "Range: bytes=5-9", "If-Range: Thu, 01 Jan 2015 00:00:00 GMT");
        Assert.Equal((206, Text[5..10]), (dated.Status, dated.Body));
    }

    [Fact]
    public async Task AnOrigins304_KeepsTheTagThatTheVisitorHas()
    {
        await using var site = await CachedSite.StartAsync((_, c) => c.SendAsync("HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n"));
        Assert.Equal("W/\"1\"", (await site.AskAsync("GET /a", "If-None-Match: W/\"1\""))["ETag"]);
        Assert.Equal("\"1\"", (await site.AskAsync("GET /a", "If-None-Match: \"1\""))["ETag"]);
    }

    [Fact]
    public async Task AnOrigins304_WhereNothingIsCompressed_HasTheOriginsTag()
    {
        await using var site = await CachedSite.StartAsync(
            (_, c) => c.SendAsync("HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n"),
            new ZoneSettings { Compression = false }
        );
        Assert.Equal("\"1\"", (await site.AskAsync("GET /a", "If-None-Match: W/\"1\""))["ETag"]);
    }

    [Fact]
    public async Task HeadFromTheOrigin_SaysTheFieldsOfGetWithoutALength()
    {
        await using var site = await CachedSite.StartAsync(
            (_, c) => c.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nETag: \"1\"\r\nContent-Length: 9000\r\n\r\n")
        );
        var reply = await site.AskAsync("HEAD /a", "Accept-Encoding: gzip");
        Assert.Equal(
            ("gzip", "W/\"1\"", null, null),
            (reply["Content-Encoding"], reply["ETag"], reply["Content-Length"], reply["Transfer-Encoding"])
        );
    }

    [Fact]
    public async Task ALargeStoredBody_IsEncodedOnItsWay()
    {
        var large = string.Concat(Enumerable.Repeat(Text, 700));
        await using var site = await CachedSite.AnsweringAsync(
            CachedSite.Ok(large, "Content-Type: text/html", "ETag: \"1\"", "Cache-Control: max-age=60")
        );
        await site.AskAsync("GET /a");
        for (var i = 0; i < 2; i++)
        {
            var reply = await site.AskAsync("GET /a", "Accept-Encoding: zstd");
            Assert.Equal(("HIT", "zstd", null), (reply["CF-Cache-Status"], reply["Content-Encoding"], reply["Content-Length"]));
            Assert.Equal(large, Decoded(reply));
        }
    }

    private static string Decoded(Reply reply)
    {
        var bytes = new MemoryStream(Encoding.Latin1.GetBytes(reply.Body));
        using Stream decoder = reply["Content-Encoding"] switch
        {
            "gzip" => new GZipStream(bytes, CompressionMode.Decompress),
            "br" => new BrotliStream(bytes, CompressionMode.Decompress),
            "zstd" => new ZstdSharp.DecompressionStream(bytes),
            var other => throw new InvalidOperationException($"unexpected coding {other}"),
        };
        return new StreamReader(decoder, Encoding.Latin1).ReadToEnd();
    }

    // What a decoder makes of the bytes so far.
    private static string Prefix(string coded)
    {
        using var decoder = new GZipStream(new MemoryStream(Encoding.Latin1.GetBytes(coded)), CompressionMode.Decompress);
        var buffer = new byte[100];
        var length = 0;
        try
        {
            while (decoder.Read(buffer, length, buffer.Length - length) is var count and > 0)
            {
                length += count;
            }
        }
        catch (InvalidDataException)
        {
            // The rest has not come.
        }

        return Encoding.Latin1.GetString(buffer, 0, length);
    }

    private static async Task<string> ReadChunkAsync(Conversation visitor)
    {
        var size = Convert.ToInt32((await visitor.ReadThroughAsync("\r\n"))[..^2], 16);
        return (await visitor.ReadAsync(size + 2))[..size];
    }
}
