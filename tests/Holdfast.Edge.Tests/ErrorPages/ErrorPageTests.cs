using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CsCheck;
using Holdfast.Edge.ErrorPages;

namespace Holdfast.Edge.Tests.ErrorPages;

public partial class ErrorPageTests
{
    private static readonly DateTimeOffset Time = new(2026, 11, 23, 18, 44, 55, TimeSpan.FromHours(1));

    public static TheoryData<string> Errors => [.. EdgeErrorCatalog.All.Select(info => info.Error.ToString())];

    [Fact]
    public void Catalog_EveryError_HasOneEntry() =>
        Assert.Equal(Enum.GetValues<EdgeError>().Where(e => e != EdgeError.None), EdgeErrorCatalog.All.Select(info => info.Error));

    [Theory]
    [InlineData("BadRequest", 400, 400, "Visitor")]
    [InlineData("EdgeFault", 500, 500, "Edge")]
    [InlineData("OriginUnknownError", 520, 520, "Origin")]
    [InlineData("OriginRefused", 521, 521, "Origin")]
    [InlineData("OriginConnectTimeout", 522, 522, "Origin")]
    [InlineData("OriginUnreachable", 523, 523, "Origin")]
    [InlineData("OriginTimeout", 524, 524, "Origin")]
    [InlineData("OriginTlsHandshake", 525, 525, "Origin")]
    [InlineData("OriginCertificate", 526, 526, "Origin")]
    [InlineData("OriginAddressProhibited", 530, 1000, "Origin")]
    [InlineData("NoSuchHost", 421, 1001, "Origin")]
    [InlineData("OriginDns", 530, 1016, "Origin")]
    [InlineData("Loop", 530, 1019, "Origin")]
    [InlineData("OriginQueueFull", 503, 1200, "Origin")]
    public void Catalog_Error_HasKnownNumbers(string error, int status, int code, string blame)
    {
        var info = EdgeErrorCatalog.Get(Enum.Parse<EdgeError>(error));

        Assert.Equal((status, code, blame), (info.Status, info.Code, info.Blame.ToString()));
    }

    [Theory]
    [MemberData(nameof(Errors))]
    public void Render_EveryErrorAsHtml_SaysEverythingAndIsSelfContained(string name)
    {
        var info = EdgeErrorCatalog.Get(Enum.Parse<EdgeError>(name));

        var html = Render(info.Error, ErrorFormat.Html);

        Assert.True(html.Length < 12 * 1024);
        Assert.DoesNotContain("{{", html);
        Assert.Contains($"<h1>{System.Net.WebUtility.HtmlEncode(info.Title)}</h1>", html);
        Assert.Contains($"Error {info.Code}", html);
        Assert.Contains("ray-1", html);
        Assert.Contains("192.0.2.7", html);
        Assert.Contains("2026-11-23 17:44:55 UTC", html);
        Assert.Contains("href=\"https://status.example.com/\"", html);
        Assert.Contains("<main>", html);
        Assert.Contains("<html lang=\"en\">", html);
        Assert.Single(BadStation().Matches(html));
        Assert.DoesNotContain("<script", html);
        Assert.DoesNotMatch("(?i)(src|url\\()=?[\"'(]?https?:", html);
    }

    [Theory]
    [MemberData(nameof(Errors))]
    public void Render_EveryErrorAsProblem_IsValidJson(string name)
    {
        var info = EdgeErrorCatalog.Get(Enum.Parse<EdgeError>(name));

        using var json = JsonDocument.Parse(Render(info.Error, ErrorFormat.Json));

        var root = json.RootElement;
        Assert.Equal($"urn:holdfast:error:{info.Code}", root.GetProperty("type").GetString());
        Assert.Equal(info.Title, root.GetProperty("title").GetString());
        Assert.Equal(info.Status, root.GetProperty("status").GetInt32());
        Assert.Equal("urn:holdfast:ray:ray-1", root.GetProperty("instance").GetString());
        Assert.Equal("ray-1", root.GetProperty("ray_id").GetString());
        Assert.Equal(info.Code, root.GetProperty("error_code").GetInt32());
        Assert.Equal(info.Blame.ToString().ToLowerInvariant(), root.GetProperty("blame").GetString());
        Assert.Equal(33, root.GetProperty("retry_after").GetInt32());
        Assert.Equal("2026-11-23T17:44:55Z", root.GetProperty("timestamp").GetString());
    }

    [Theory]
    [MemberData(nameof(Errors))]
    public void Render_EveryErrorAsText_SaysWhoseFaultItIs(string name)
    {
        var info = EdgeErrorCatalog.Get(Enum.Parse<EdgeError>(name));

        var text = Render(info.Error, ErrorFormat.Text);

        Assert.StartsWith($"Error {info.Code}: {info.Title}\nexample.com\n", text);
        var station = info.Blame switch
        {
            Blame.Visitor => "You   Problem here",
            Blame.Edge => "Edge  Problem here",
            _ => info.Error == EdgeError.NoSuchHost ? "Host  Not found" : "Host  Problem here",
        };
        Assert.Contains(station, text);
        Assert.Contains("Ray ID: ray-1\n", text);
    }

    [Fact]
    public void Render_HostileTexts_AreEscapedInEveryFormat()
    {
        var hostile = "<script>'\"&\r\nX: \u202Emoc\0</script>\\"u8.ToArray().Concat(new byte[] { 0xff, 0xc0 }).ToArray();

        var html = Render(EdgeError.BadRequest, ErrorFormat.Html, hostile);
        var json = JsonDocument.Parse(Render(EdgeError.BadRequest, ErrorFormat.Json, hostile)).RootElement;
        var text = Render(EdgeError.BadRequest, ErrorFormat.Text, hostile);

        Assert.Contains("&lt;script&gt;&#39;&quot;&amp;\uFFFD\uFFFDX: \uFFFDmoc\uFFFD&lt;/script&gt;\\\uFFFD\uFFFD", html);
        Assert.DoesNotContain("<script", html);
        Assert.Equal("<script>'\"&\uFFFD\uFFFDX: \uFFFDmoc\uFFFD</script>\\\uFFFD\uFFFD", json.GetProperty("host").GetString());
        Assert.Contains("<script>'\"&\uFFFD\uFFFDX: \uFFFDmoc", text);
    }

    [Fact]
    public void Render_AnyBytes_GivesValidJsonAndNoMarkup() =>
        Check.Sample(
            Gen.Byte.Array[0, 200],
            bytes =>
            {
                var html = Render(EdgeError.OriginRefused, ErrorFormat.Html, bytes);
                var plain = Render(EdgeError.OriginRefused, ErrorFormat.Html, "a"u8.ToArray());
                using var json = JsonDocument.Parse(Render(EdgeError.OriginRefused, ErrorFormat.Json, bytes));
                return html.Count(c => c is '<' or '>') == plain.Count(c => c is '<' or '>');
            }
        );

    [Fact]
    public void Render_StatusPageThatIsNoWebAddress_IsLeftOut() =>
        Assert.DoesNotContain("javascript", Render(EdgeError.EdgeFault, ErrorFormat.Html, status: "javascript:alert(1)"));

    [Fact]
    public void Render_Replacement_FillsItsTokensEscaped()
    {
        var page = ReplacementPage.Compile("<p>::ERROR_CODE:: ::ERROR_TITLE::</p>::RAY_ID::::CLIENT_IP:: ::UNKNOWN:: é");

        var html = Render(EdgeError.OriginRefused, ErrorFormat.Html, replacement: page);
        var text = Render(EdgeError.OriginRefused, ErrorFormat.Text, replacement: page);

        Assert.Equal("<p>521 The server is down</p>ray-1192.0.2.7 ::UNKNOWN:: é", html);
        Assert.StartsWith("Error 521", text);
    }

    [Fact]
    public void Render_SteadyState_AllocatesNothing()
    {
        var output = new ArrayBufferWriter<byte>(64 * 1024);
        Fill(output);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 100; i++)
        {
            Fill(output);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);

        static void Fill(ArrayBufferWriter<byte> output)
        {
            output.ResetWrittenCount();
            ErrorPage.Render(Request(EdgeError.OriginTimeout, "example.com"u8, "https://status.example.com/"u8), ErrorFormat.Html, output);
        }
    }

    [Fact]
    public void RetryAfter_AnyRandom_IsSpreadOverTwiceTheLeast()
    {
        var info = EdgeErrorCatalog.Get(EdgeError.OriginRefused);

        Assert.Equal(30, info.RetryAfter(0));
        Assert.Equal(60, info.RetryAfter(30));
        Assert.InRange(info.RetryAfter(uint.MaxValue), 30, 60);
        Assert.Equal(0, EdgeErrorCatalog.Get(EdgeError.OriginCertificate).RetryAfter(7));
    }

    [Fact]
    public void Catalog_TryAgainIsSaid_ExactlyWhereThereIsARetryAfter() =>
        Assert.All(
            EdgeErrorCatalog.All,
            info => Assert.Equal(info.RetryAfterSeconds > 0, info.VisitorAdvice.Contains("try again", StringComparison.OrdinalIgnoreCase))
        );

    [Fact]
    public void Welcome_InThreeFormats_SaysWhatToDoNext()
    {
        foreach (var format in Enum.GetValues<ErrorFormat>())
        {
            var output = new ArrayBufferWriter<byte>();
            WelcomePage.Render(
                new WelcomePageRequest
                {
                    Node = "edge-1"u8,
                    RayId = "ray-1"u8,
                    ClientAddress = "192.0.2.7"u8,
                    Time = Time,
                },
                format,
                output
            );
            var page = Encoding.UTF8.GetString(output.WrittenSpan);

            Assert.Contains("holdfast zone add example.com", page);
            Assert.Contains("ray-1", page);
            Assert.Contains("edge-1", page);
            Assert.True(page.Length < 12 * 1024);
            if (format == ErrorFormat.Json)
            {
                using var json = JsonDocument.Parse(page);
            }
        }
    }

    private static string Render(
        EdgeError error,
        ErrorFormat format,
        byte[]? host = null,
        string status = "https://status.example.com/",
        ReplacementPage? replacement = null
    )
    {
        var output = new ArrayBufferWriter<byte>();
        ErrorPage.Render(Request(error, host ?? "example.com"u8, Encoding.UTF8.GetBytes(status), replacement), format, output);
        return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(output.WrittenSpan);
    }

    private static ErrorPageRequest Request(
        EdgeError error,
        ReadOnlySpan<byte> host,
        ReadOnlySpan<byte> status,
        ReplacementPage? replacement = null
    ) =>
        new()
        {
            Error = error,
            RayId = "ray-1"u8,
            ClientAddress = "192.0.2.7"u8,
            Host = host,
            Time = Time,
            StatusPage = status,
            RetryAfterSeconds = 33,
            Replacement = replacement,
        };

    [GeneratedRegex("<li class=\"bad")]
    private static partial Regex BadStation();
}
