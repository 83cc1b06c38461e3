using System.Text;
using System.Text.Json;
using CsCheck;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Reporting;

namespace Holdfast.Edge.Tests.Reporting;

public class AccessLogFormatTests
{
    private static readonly byte[] Node = ",\"Node\":\"edge-1\""u8.ToArray();

    [Fact]
    public void Write_FullRecord_HasLogpushNamesAndTypes()
    {
        var json = Parse(
            new AccessLogEntry
            {
                RayId = "9a3f"u8,
                EdgeStart = new DateTime(2026, 11, 23, 18, 44, 55, DateTimeKind.Utc).AddTicks(1234567),
                EdgeEnd = new DateTime(2026, 11, 23, 18, 44, 56, DateTimeKind.Utc),
                ClientIp = "2001:db8::1"u8,
                ClientSourcePort = 50123,
                ClientCountry = "NZ"u8,
                Method = "GET"u8,
                Scheme = "https"u8,
                Host = "example.com"u8,
                Path = "/a"u8,
                Uri = "/a?b=\"c\""u8,
                Protocol = "HTTP/1.1"u8,
                UserAgent = "curl/8"u8,
                RequestBytes = 5_000_000_000,
                TlsProtocol = "TLSv1.3"u8,
                TlsCipher = "AES128-GCM-SHA256"u8,
                Status = 521,
                OriginDuration = TimeSpan.FromMilliseconds(12.9),
                OriginDns = TimeSpan.FromMilliseconds(-5),
                ZoneName = "example.com"u8,
                Generation = 7,
                Error = EdgeError.OriginRefused,
                ConnectionRequests = 3,
                TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"u8,
            }
        );

        Assert.Equal("2026-11-23T18:44:55.123456700Z", json.GetProperty("EdgeStartTimestamp").GetString());
        Assert.Equal("2026-11-23T18:44:56.000000000Z", json.GetProperty("EdgeEndTimestamp").GetString());
        Assert.Equal(50123, json.GetProperty("ClientSrcPort").GetInt32());
        Assert.Equal("/a?b=\"c\"", json.GetProperty("ClientRequestURI").GetString());
        Assert.Equal(5_000_000_000, json.GetProperty("ClientRequestBytes").GetInt64());
        Assert.Equal(12, json.GetProperty("OriginResponseDurationMs").GetInt64());
        Assert.Equal(0, json.GetProperty("OriginDNSResponseTimeMs").GetInt64());
        Assert.Equal("unknown", json.GetProperty("CacheCacheStatus").GetString());
        Assert.Equal(521, json.GetProperty("ErrorCode").GetInt32());
        Assert.Equal("origin", json.GetProperty("Blame").GetString());
        Assert.Equal("edge-1", json.GetProperty("Node").GetString());
        Assert.Equal("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", json.GetProperty("TraceParent").GetString());
        Assert.False(json.TryGetProperty("RefusedReason", out _));
        Assert.False(json.TryGetProperty("Truncated", out _));
    }

    [Fact]
    public void Write_RefusedByParser_NeedsNoRequestFields()
    {
        var json = Parse(new AccessLogEntry { RefusedReason = "bare_lf"u8, Error = EdgeError.BadRequest });

        Assert.Equal("", json.GetProperty("ClientRequestMethod").GetString());
        Assert.Equal("none", json.GetProperty("ClientSSLProtocol").GetString());
        Assert.Equal("bare_lf", json.GetProperty("RefusedReason").GetString());
        Assert.Equal("visitor", json.GetProperty("Blame").GetString());
    }

    [Fact]
    public void Write_AnyBytes_ParsesToTheSameTextAfterReplacement()
    {
        // Half of the samples come from bytes that matter to UTF-8 and JSON, so that the rare paths are common here.
        var bytes = Gen.OneOf(
            Gen.Byte.Array[0, 60],
            Gen.OneOf<byte>(
                0,
                7,
                10,
                13,
                31,
                34,
                47,
                92,
                127,
                0x80,
                0xBF,
                0xC0,
                0xC3,
                0xA9,
                0xE2,
                0x82,
                0xAC,
                0xED,
                0xA0,
                0xF0,
                0x9F,
                0x98,
                0x80,
                0xF5,
                0xFF
            ).Array[0, 40],
            Gen.String.Select(Encoding.UTF8.GetBytes)
        );
        Check.Sample(
            Gen.Select(bytes, bytes, bytes),
            (uri, agent, host) =>
            {
                var json = Parse(
                    new AccessLogEntry
                    {
                        Uri = uri,
                        UserAgent = agent,
                        Host = host,
                    }
                );
                return json.GetProperty("ClientRequestURI").GetString() == Encoding.UTF8.GetString(uri)
                    && json.GetProperty("ClientRequestUserAgent").GetString() == Encoding.UTF8.GetString(agent)
                    && json.GetProperty("ClientRequestHost").GetString() == Encoding.UTF8.GetString(host);
            },
            iter: 20_000
        );
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Write_LongText_IsCutAfterAWholeCharacter(int shift)
    {
        var text = new string('a', shift) + string.Concat(Enumerable.Repeat("😀", 2000));

        var json = Parse(new AccessLogEntry { Uri = Encoding.UTF8.GetBytes(text) });

        var cut = json.GetProperty("ClientRequestURI").GetString()!;
        Assert.StartsWith(cut, text);
        Assert.InRange(Encoding.UTF8.GetByteCount(cut), 4093, 4096);
        Assert.True(json.GetProperty("Truncated").GetBoolean());
    }

    [Fact]
    public void Write_LongTextOfStrayBytes_StillFits()
    {
        var worst = new byte[10_000];
        var json = Parse(
            new AccessLogEntry
            {
                Method = worst,
                Host = worst,
                Path = worst,
                Uri = worst,
                Referer = worst,
                UserAgent = worst,
                Protocol = worst,
                ResponseContentType = worst,
            }
        );

        Assert.Equal(4096, json.GetProperty("ClientRequestMethod").GetString()!.Length);
    }

    [Fact]
    public void Write_TooLittleRoom_Gives0()
    {
        var room = new byte[2000];
        var entry = new AccessLogEntry { Uri = "/"u8 };
        var length = AccessLogFormat.Write(room, entry, Node);

        for (var i = 0; i < length; i++)
        {
            Assert.Equal(0, AccessLogFormat.Write(room.AsSpan(0, i), entry, Node));
        }

        Assert.Equal(length, AccessLogFormat.Write(room.AsSpan(0, length), entry, Node));
    }

    private static JsonElement Parse(in AccessLogEntry entry)
    {
        var line = new byte[AccessLogFormat.MaxLineBytes];
        var length = AccessLogFormat.Write(line, entry, Node);
        Assert.Equal((byte)'\n', line[length - 1]);
        Assert.Equal(length - 1, line.AsSpan().IndexOf((byte)'\n'));
        using var json = JsonDocument.Parse(line.AsMemory(0, length));
        return json.RootElement.Clone();
    }
}
