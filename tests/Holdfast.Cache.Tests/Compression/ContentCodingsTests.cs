using System.Text;
using Holdfast.Cache.Compression;
using Holdfast.Cache.Tests.Conversations;

namespace Holdfast.Cache.Tests.Compression;

/// <summary>RFC 9110 section 12.5.3.</summary>
public class ContentCodingsTests
{
    [Theory]
    [InlineData("", ContentCoding.Identity)]
    [InlineData("gzip, deflate, br, zstd", ContentCoding.Brotli)]
    [InlineData("gzip, deflate, zstd", ContentCoding.Zstd)]
    [InlineData("gzip, deflate", ContentCoding.Gzip)]
    [InlineData("GZIP", ContentCoding.Gzip)]
    [InlineData("x-gzip", ContentCoding.Gzip)]
    [InlineData("deflate", ContentCoding.Identity)]
    [InlineData("identity", ContentCoding.Identity)]
    [InlineData("gzip;q=0", ContentCoding.Identity)]
    [InlineData("gzip;q=0.5, br;q=0.4", ContentCoding.Gzip)]
    [InlineData("gzip ; q=0.5,br; Q=0.501", ContentCoding.Brotli)]
    [InlineData("br;q=0, gzip;q=0.001", ContentCoding.Gzip)]
    [InlineData("*", ContentCoding.Brotli)]
    [InlineData("*;q=0", ContentCoding.Identity)]
    [InlineData("*;q=0, gzip", ContentCoding.Gzip)]
    [InlineData("br;q=0, *", ContentCoding.Zstd)]
    [InlineData("identity;q=0", ContentCoding.Identity)]
    [InlineData("identity;q=0, gzip;q=0.1", ContentCoding.Gzip)]
    [InlineData("identity, gzip;q=0.5", ContentCoding.Identity)]
    [InlineData("identity;q=0.5, gzip;q=0.5", ContentCoding.Gzip)]
    [InlineData("gzip;q=2", ContentCoding.Identity)]
    [InlineData("gzip;q=1.001", ContentCoding.Identity)]
    [InlineData("gzip;q=", ContentCoding.Identity)]
    [InlineData("gzip;q=0.12345", ContentCoding.Identity)]
    [InlineData("gzip;x=1", ContentCoding.Identity)]
    [InlineData("gzip;q=1.", ContentCoding.Gzip)]
    [InlineData(",,gzip,,", ContentCoding.Gzip)]
    public void TheBestCoding_IsTheOneWithTheHighestWeightThenTheSmallest(string accept, ContentCoding coding) =>
        Assert.Equal(coding, ContentCodings.Choose(Encoding.ASCII.GetBytes(accept), brotli: true));

    [Fact]
    public void WithoutBrotli_TheNextIsTaken() =>
        Assert.Equal(ContentCoding.Gzip, ContentCodings.Choose("br, gzip;q=0.3"u8, brotli: false));

    [Theory]
    [InlineData(true, 200, "Content-Type: text/html; charset=utf-8")]
    [InlineData(true, 404, "Content-Type: APPLICATION/JSON")]
    [InlineData(true, 200, "Content-Type: image/svg+xml")]
    [InlineData(false, 200, "X: 1")]
    [InlineData(false, 206, "Content-Type: text/html")]
    [InlineData(false, 304, "Content-Type: text/html")]
    [InlineData(false, 500, "Content-Type: text/html")]
    [InlineData(false, 200, "Content-Type: image/png")]
    [InlineData(false, 200, "Content-Type: text/event-stream")]
    [InlineData(false, 200, "Content-Type: application/grpc")]
    [InlineData(false, 200, "Content-Type: text/htmlx")]
    [InlineData(false, 200, "Content-Type: text/html, Content-Encoding: gzip")]
    [InlineData(false, 200, "Content-Type: text/html, Content-Encoding: identity")]
    [InlineData(false, 200, "Content-Type: text/html, Content-Range: bytes 0-1/2")]
    [InlineData(false, 200, "Content-Type: text/html, Cache-Control: max-age=5; No-Transform")]
    public void WhatIsCompressed_IsDecidedByStatusTypeAndWhatTheResponseSays(bool expected, int status, string fields) =>
        Assert.Equal(
            expected,
            Compressibility.IsCompressible(
                status,
                new TextFields([.. fields.Split(", ").Select(f => f.Replace("; No", ", No", StringComparison.Ordinal))])
            )
        );
}
