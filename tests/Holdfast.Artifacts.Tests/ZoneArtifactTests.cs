using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Holdfast.Artifacts.Zones;
using Holdfast.Model.Zones;
using Holdfast.Releases.Canonical;

namespace Holdfast.Artifacts.Tests;

public sealed class ZoneArtifactTests
{
    private static readonly Gen<string> HostName = Gen.String[Gen.Char["abcxyz019-_"], 1, 12]
        .Where(label => label[0] != '-' && label[^1] != '-')
        .Array[1, 4]
        .Select(labels => string.Join('.', labels))
        .Where(host => ZoneName.TryNormalize(host, out var name, out _) && name == host);

    private static readonly Gen<string> Name = Gen.OneOf(
        HostName,
        HostName.Select(host => "*." + host),
        Gen.OneOf(Gen.Const("*"), Gen.Const("192.0.2.1"), Gen.Const("2001:db8::1"), Gen.Const("xn--bcher-kva.example"))
    );

    private static readonly Gen<OriginUrl?> Origin = Gen.OneOf(
        Gen.Const((OriginUrl?)null),
        Gen.Select(
                Gen.OneOf(Gen.Const("http"), Gen.Const("https"), Gen.Const("h2c")),
                Gen.OneOf(Gen.Const("192.0.2.1"), Gen.Const("[2001:db8::1]"), Gen.Const("origin.example")),
                Gen.Int[1, 65_535]
            )
            .Select((scheme, host, port) => (OriginUrl?)OriginUrl.Parse($"{scheme}://{host}:{port}"))
    );

    private static readonly Gen<ZoneSettings> Settings = Gen.Select(
        Gen.Select(Gen.Enum<SslMode>(), Gen.Enum<MinTlsVersion>(), Gen.Int[1, 2]),
        Gen.Bool.Array[17],
        Gen.Select(
            Gen.Int[1, ZoneSettings.MaxUploadMegabytesLimit],
            Gen.Int[1, ZoneSettings.ProxyReadTimeoutSecondsLimit],
            Gen.Int[0, SecurityHeader.MaxAgeSecondsLimit],
            Gen.Int[0, ZoneSettings.BrowserCacheTtlSecondsLimit]
        ),
        Gen.Select(
            Gen.OneOf(Gen.Const((string?)null), HostName.Select(host => (string?)host), HostName.Select(host => (string?)$"{host}:8443")),
            Gen.OneOf(Gen.Const((string?)null), Gen.String[Gen.Char['\0', '\ud7ff'], 1, 30].Select(html => (string?)html))
        ),
        Gen.Select(Gen.Enum<CacheProfile>(), Gen.Enum<CacheLevel>(), Gen.Bool),
        (modes, switches, numbers, texts, cache) =>
            new ZoneSettings
            {
                CacheProfile = cache.Item1,
                CacheLevel = cache.Item2,
                RespectRequestCacheControl = cache.Item3,
                Ssl = modes.Item1,
                MinTlsVersion = modes.Item2,
                OriginMaxHttpVersion = modes.Item3,
                AlwaysUseHttps = switches[0],
                WebSockets = switches[1],
                ServerTiming = switches[2],
                Tls13 = switches[3] || modes.Item2 == MinTlsVersion.Tls13,
                Http2 = switches[4],
                Ipv6 = switches[5],
                Compression = switches[11],
                Brotli = switches[12],
                CacheSlice = switches[13],
                SortQueryStringForCache = switches[14],
                AlwaysOnline = switches[15],
                BrowserCacheTtlSeconds = numbers.Item4,
                CacheDebugTokenSha256 = switches[16] ? new string('a', 64) : null,
                TrueClientIpHeader = switches[6],
                SecurityHeader = new SecurityHeader
                {
                    Enabled = switches[7],
                    IncludeSubdomains = switches[8],
                    Preload = switches[9],
                    Nosniff = switches[10],
                    MaxAgeSeconds = numbers.Item3,
                },
                MaxUploadMegabytes = numbers.Item1,
                ProxyReadTimeoutSeconds = numbers.Item2,
                OriginConcurrencyLimit = switches[5] ? numbers.Item1 : null,
                OriginQueueLength = numbers.Item2,
                OriginQueueTimeoutSeconds = Math.Min(numbers.Item2, ZoneSettings.OriginQueueTimeoutSecondsLimit),
                OriginHostHeader = texts.Item1,
                ErrorPageHtml = texts.Item2,
            }
    );

    private static readonly Gen<ZoneConfig> Zone = Gen.Select(
            Gen.Byte.Array[16],
            Name,
            Origin,
            Settings,
            Gen.Select(Gen.Bool, Gen.Enum<ZoneType>(), Gen.OneOf(Gen.Const(-1), Gen.Int[0, int.MaxValue]))
        )
        .Select(
            (id, name, origin, settings, rest) =>
                new ZoneConfig
                {
                    Id = Convert.ToHexStringLower(id),
                    Name = name,
                    Origin = origin,
                    Paused = rest.Item1,
                    Type = rest.Item2,
                    DevelopmentModeUntil = rest.Item3 < 0 ? null : DateTimeOffset.FromUnixTimeSeconds(rest.Item3),
                    Settings = settings,
                }
        );

    private static readonly ZoneConfig Example = new()
    {
        Id = "0123456789abcdef0123456789abcdef",
        Name = "example.com",
        Origin = OriginUrl.Parse("https://192.0.2.10:8443"),
    };

    [Fact]
    public void Zone_WrittenAndRead_IsTheSame() =>
        Zone.Sample(zone =>
        {
            var bytes = ZoneArtifact.Write(zone);
            Assert.True(ZoneArtifact.TryParse(1, bytes, out var read, out var problems), string.Join("; ", problems));
            Assert.Equal(zone, read);
            Assert.Equal(bytes, ZoneArtifact.Write(read));
            Assert.Equal(bytes, CanonicalJson.Write(JsonNode.Parse(bytes)));
        });

    [Fact]
    public void Zone_Written_HasItsCanonicalForm() =>
        Assert.Equal(
            """{"development_mode_until":null,"id":"0123456789abcdef0123456789abcdef","name":"example.com","origin":"https://192.0.2.10:8443","paused":false,"records":[],"settings":{"always_online":"on","always_use_https":"off","brotli":"on","browser_cache_ttl":0,"cache_debug_token_sha256":null,"cache_level":"aggressive","cache_profile":"cloudflare","cache_slice":"off","compression":"on","error_page_html":null,"http2":"on","http3":"on","ipv6":"on","max_upload":100,"min_tls_version":"1.2","origin_concurrency_limit":null,"origin_host_header":null,"origin_max_http_version":"1","origin_queue_length":100,"origin_queue_timeout":10,"proxy_read_timeout":100,"respect_request_cache_control":"off","security_failure_mode":"open","security_header":{"strict_transport_security":{"enabled":false,"include_subdomains":false,"max_age":0,"nosniff":false,"preload":false}},"server_timing":"off","sort_query_string_for_cache":"off","ssl":"strict","tls_1_3":"on","true_client_ip_header":"off","websockets":"on"},"type":"full"}""",
            Encoding.UTF8.GetString(ZoneArtifact.Write(Example))
        );

    [Fact]
    public void Settings_Missing_HaveTheirDefaults()
    {
        var text = """{"id":"0123456789abcdef0123456789abcdef","name":"example.com","settings":{}}""";
        Assert.True(ZoneArtifact.TryParse(1, Encoding.UTF8.GetBytes(text), out var zone, out _));
        Assert.Equal(Example with { Origin = null }, zone);
    }

    [Theory]
    [InlineData("id", "\"x\"", "/id")]
    [InlineData("id", "7", "/id")]
    [InlineData("id", null, "/id")]
    [InlineData("name", "\"Example.com\"", "/name")]
    [InlineData("name", "\"example.com.\"", "/name")]
    [InlineData("name", "\"\"", "/name")]
    [InlineData("name", "null", "/name")]
    [InlineData("origin", "\"192.0.2.1\"", "/origin")]
    [InlineData("origin", "[]", "/origin")]
    [InlineData("settings", "[]", "/settings")]
    [InlineData("settings", null, "/settings")]
    [InlineData("settings", "{\"ssl\":\"very\"}", "/settings/ssl")]
    [InlineData("settings", "{\"ssl\":null}", "/settings/ssl")]
    [InlineData("settings", "{\"a/b~\":1}", "/settings/a~1b~0")]
    [InlineData("settings", "{\"max_upload\":99999999999999999999}", "/settings/max_upload")]
    [InlineData("settings", "{\"tls_1_3\":\"off\",\"min_tls_version\":\"1.3\"}", "/settings/tls_1_3")]
    [InlineData("settings", "{\"tls_1_3\":\"zrt\"}", "/settings/tls_1_3")]
    [InlineData("settings", "{\"security_header\":{}}", "/settings/security_header")]
    [InlineData("settings", "{\"security_header\":{\"strict_transport_security\":{\"max_age\":-1}}}", "/settings/security_header")]
    [InlineData("settings", "{\"security_header\":{\"strict_transport_security\":{\"x\":1}}}", "/settings/security_header")]
    [InlineData("paused", "\"no\"", "/paused")]
    [InlineData("type", "\"whole\"", "/type")]
    [InlineData("development_mode_until", "\"soon\"", "/development_mode_until")]
    [InlineData("extra", "1", "/extra")]
    public void Zone_OneThingWrong_IsOneProblemWithItsPointer(string member, string? value, string pointer)
    {
        var zone = JsonNode.Parse(ZoneArtifact.Write(Example))!.AsObject();
        zone.Remove(member);
        if (value is not null)
        {
            zone[member] = JsonNode.Parse(value);
        }

        Assert.False(ZoneArtifact.TryParse(1, Encoding.UTF8.GetBytes(zone.ToJsonString()), out _, out var problems));
        var problem = Assert.Single(problems);
        Assert.Equal(pointer, problem.Pointer);
        Assert.NotEmpty(problem.Allowed);
    }

    [Fact]
    public void Zone_ErrorPageTooLarge_IsRefused()
    {
        var page = new string('é', (ZoneSettings.ErrorPageHtmlBytesLimit / 2) + 1);
        var zone = Example with { Settings = new ZoneSettings { ErrorPageHtml = page } };
        Assert.Equal("/settings/error_page_html", Assert.Single(new ZoneArtifact().Check(1, ZoneArtifact.Write(zone))).Pointer);
    }

    [Fact]
    public void Zone_OfAFormatNotKnown_IsRefused() => Assert.Single(new ZoneArtifact().Check(2, ZoneArtifact.Write(Example)));

    [Fact]
    public void Check_MutatedOrCutBytes_NeverThrows()
    {
        var bytes = ZoneArtifact.Write(Example);
        Gen.Select(Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte).Array[1, 4], Gen.Int[0, bytes.Length])
            .Sample(
                (changes, length) =>
                {
                    var mutated = bytes.ToArray();
                    foreach (var (at, value) in changes)
                    {
                        mutated[at] = value;
                    }

                    new ZoneArtifact().Check(1, mutated.AsSpan(0, length));
                    Assert.NotEmpty(new ZoneArtifact().Check(1, bytes.AsSpan(0, Math.Min(length, bytes.Length - 1))));
                }
            );
    }

    [Fact]
    public void Check_AnyBytes_NeverThrows() => Gen.Byte.Array[0, 80].Sample(bytes => new ZoneArtifact().Check(1, bytes).Count > 0);

    [Theory]
    [InlineData("{\"id\":\"\\ud800\"}")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("{\"settings\":{\"\\udc00\":1,\"ssl\":\"\\ud800\"}}")]
    public void Check_HalfSurrogates_NeverThrow(string text) => Assert.NotEmpty(new ZoneArtifact().Check(1, Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Check_TenThousandLevels_NeverThrows() =>
        Assert.Single(new ZoneArtifact().Check(1, Encoding.ASCII.GetBytes(new string('[', 10_000))));
}
