using Holdfast.Edge.Tests.Cache;
using Holdfast.Edge.Tests.Harness;
using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;
using static Holdfast.Edge.Tests.Rules.RuledSite;

namespace Holdfast.Edge.Tests.Rules;

/// <summary>Rules of the phase http_response_compression.</summary>
public class CompressionRuleTests
{
    private const string Phase = "http_response_compression";
    private static readonly string Text = new('x', 2000);

    [Theory]
    [InlineData("text/html", "gzip, br, zstd", "br")]
    [InlineData("text/html", "gzip, br, zstd", "zstd", CompressionAlgorithm.Zstd, CompressionAlgorithm.Gzip)]
    [InlineData("text/html", "gzip, br", "gzip", CompressionAlgorithm.Zstd, CompressionAlgorithm.Gzip)]
    [InlineData("text/html", "br", null, CompressionAlgorithm.Zstd, CompressionAlgorithm.Gzip)]
    [InlineData("text/html", "br", "br", CompressionAlgorithm.Gzip, CompressionAlgorithm.Auto)]
    [InlineData("text/html", "gzip, br", null, CompressionAlgorithm.None)]
    [InlineData("text/html", "gzip, br", "br", CompressionAlgorithm.Default)]
    [InlineData("text/html", "*;q=0.5, gzip;q=0", "br", CompressionAlgorithm.Gzip, CompressionAlgorithm.Brotli)]
    [InlineData("text/csv", "gzip, br", null)]
    [InlineData("text/csv", "gzip, br", null, CompressionAlgorithm.Default)]
    [InlineData("text/csv", "gzip, br", "br", CompressionAlgorithm.Auto)]
    [InlineData("text/csv", "gzip, br", "gzip", CompressionAlgorithm.Gzip, CompressionAlgorithm.Default)]
    [InlineData("text/csv", "br", null, CompressionAlgorithm.Gzip, CompressionAlgorithm.Default)]
    public async Task Algorithms_AreTriedInTheirOrder_AlsoOfWhatIsStored(
        string type,
        string accept,
        string? coding,
        params CompressionAlgorithm[] algorithms
    )
    {
        RuleConfig[] rules = algorithms.Length == 0 ? [] : [Rule("true", new CompressResponseAction([.. algorithms]))];
        await using var site = await StartAsync(Origin(type), null, Ruleset(Phase, rules));

        foreach (var target in (string[])["/a.css", "/a.css", "/page"])
        {
            var reply = await AskAsync(site, target, $"Accept-Encoding: {accept}");
            Assert.Equal(coding, reply["Content-Encoding"]);
            Assert.Equal(coding is null, reply.Body == Text);
        }
    }

    [Fact]
    public async Task Rules_ReadTheAnswer_AndTheLastOneCounts()
    {
        await using var site = await StartAsync(
            Origin("text/html"),
            null,
            Ruleset(
                Phase,
                Rule("http.response.content_type.media_type eq \"text/html\"", Compress(CompressionAlgorithm.Gzip)),
                Rule("http.request.uri.path eq \"/page\"", Compress(CompressionAlgorithm.Zstd)),
                Rule("http.response.code ne 200", Compress(CompressionAlgorithm.None))
            )
        );

        Assert.Equal("gzip", (await AskAsync(site, "/", "Accept-Encoding: br, gzip, zstd"))["Content-Encoding"]);
        Assert.Equal("zstd", (await AskAsync(site, "/page", "Accept-Encoding: br, gzip, zstd"))["Content-Encoding"]);
    }

    [Fact]
    public async Task Algorithm_ThatIsNamed_GoesBeforeTheZonesSettings()
    {
        await using var site = await StartAsync(
            Origin("text/html"),
            new ZoneSettings { Compression = false, Brotli = false },
            Ruleset(Phase, Rule("http.request.uri.path eq \"/page\"", Compress(CompressionAlgorithm.Brotli)))
        );

        var reply = await AskAsync(site, "/page", "Accept-Encoding: br, gzip");
        Assert.Equal(("br", "Accept-Encoding"), (reply["Content-Encoding"], reply["Vary"]));
        Assert.Null((await AskAsync(site, "/", "Accept-Encoding: br, gzip"))["Content-Encoding"]);
    }

    [Theory]
    [InlineData("Content-Type: application/grpc+proto\r\n")]
    [InlineData("Content-Encoding: br\r\n")]
    [InlineData("Cache-Control: max-age=60, no-transform\r\n")]
    [InlineData("ETag: \"strong\"\r\n", true)]
    public async Task WhatMayNotBeChanged_StaysAsItIs(string fields, bool isChunked = false)
    {
        await using var origin = new ScriptedOrigin(async c =>
        {
            while (await c.ReadHeadAsync() is { })
            {
                var (length, body) = isChunked
                    ? ("Transfer-Encoding: chunked", $"{Text.Length:x}\r\n{Text}\r\n0\r\n\r\n")
                    : ($"Content-Length: {Text.Length}", Text);
                await c.SendAsync(
                    $"HTTP/1.1 200 OK\r\n{(fields.Contains("Type", StringComparison.Ordinal) ? "" : "Content-Type: text/csv\r\n")}{fields}{length}\r\n\r\n{body}"
                );
            }
        });
        await using var site = await StartAsync(origin, null, Ruleset(Phase, Rule("true", Compress(CompressionAlgorithm.Auto))));

        var reply = await AskAsync(site, "/a", "Accept-Encoding: gzip");

        Assert.Equal(Text, reply.Body);
        Assert.Equal(fields.StartsWith("Content-Encoding", StringComparison.Ordinal) ? "br" : null, reply["Content-Encoding"]);
    }

    // A visitor that takes codings may hold the beginning of coded bytes, and the same date for them.
    [Fact]
    public async Task Range_OfWhatWasCoded_IsNotGivenForItsDate()
    {
        const string date = "Mon, 01 Jan 2024 00:00:00 GMT";
        await using var origin = new ScriptedOrigin(async c =>
        {
            while (await c.ReadHeadAsync() is { })
            {
                await c.SendAsync(
                    $"HTTP/1.1 200 OK\r\nContent-Type: image/bmp\r\nCache-Control: max-age=60\r\nLast-Modified: {date}\r\nContent-Length: {Text.Length}\r\n\r\n{Text}"
                );
            }
        });
        await using var site = await StartAsync(origin, null, Ruleset(Phase, Rule("true", Compress(CompressionAlgorithm.Gzip))));
        Assert.Equal("gzip", (await AskAsync(site, "/a.bmp", "Accept-Encoding: gzip"))["Content-Encoding"]);

        string[] range = [$"Range: bytes=100-199", $"If-Range: {date}"];
        Assert.Equal(200, (await AskAsync(site, "/a.bmp", ["Accept-Encoding: gzip", .. range])).Status);
        var part = await AskAsync(site, "/a.bmp", range);
        Assert.Equal((206, 100), (part.Status, part.Body.Length));
    }

    // A rule that reads what a 304 does not have cannot say again what it said of the answer.
    [Fact]
    public async Task NotModified_OfWhatWasCoded_HasTheTagThatTheVisitorHas()
    {
        await using var site = await StartAsync(
            ScriptedOrigin.Answering(
                $"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nCache-Control: max-age=60\r\nETag: \"1\"\r\nContent-Length: {Text.Length}\r\n\r\n{Text}"
            ),
            new ZoneSettings { Compression = false },
            Ruleset(Phase, Rule("http.response.content_type.media_type eq \"text/csv\"", Compress(CompressionAlgorithm.Gzip)))
        );
        await AskAsync(site, "/a.csv");
        var coded = await AskAsync(site, "/a.csv", "Accept-Encoding: gzip");
        Assert.Equal(("gzip", "W/\"1\""), (coded["Content-Encoding"], coded["ETag"]));

        var same = await AskAsync(site, "/a.csv", "Accept-Encoding: gzip", "If-None-Match: W/\"1\"");

        Assert.Equal((304, "W/\"1\""), (same.Status, same["ETag"]));
        Assert.Contains("Accept-Encoding", same["Vary"], StringComparison.OrdinalIgnoreCase);
    }

    private static CompressResponseAction Compress(CompressionAlgorithm algorithm) => new([algorithm]);

    private static ScriptedOrigin Origin(string type) =>
        ScriptedOrigin.Answering(
            $"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nCache-Control: max-age=60\r\nContent-Length: {Text.Length}\r\n\r\n{Text}"
        );

    private static async Task<Reply> AskAsync(RuledSite site, string target, params string[] fields)
    {
        using var visitor = await Conversation.ConnectAsync(site.Edge.Http);
        await visitor.SendAsync($"GET {target} HTTP/1.1\r\nHost: example.com\r\n{string.Concat(fields.Select(f => f + "\r\n"))}\r\n");
        return await CachedSite.ReadAsync(visitor);
    }
}
