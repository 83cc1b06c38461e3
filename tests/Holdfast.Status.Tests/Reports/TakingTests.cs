using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;

namespace Holdfast.Status.Tests.Reports;

/// <summary>A visitor's report: who may make one, what is kept of it, and what is said of it.</summary>
public sealed class TakingTests
{
    private static readonly (string, string)[] Errors = [("problem", "errors")];

    [Fact]
    public async Task Report_WithWork_CountsOnceADayForAServiceAndAddressRange()
    {
        await using var page = await StatusPageHarness.StartAsync();
        await ServiceAsync(page, "Example Cloud");
        await ServiceAsync(page, "Other Cloud");
        using var visitors = new Reporter(page.Url);

        Assert.Equal(HttpStatusCode.Created, (await visitors.ReportAsync("example-cloud", "203.0.113.7")).Status);
        var again = await visitors.ReportAsync("example-cloud", "203.0.113.200");
        Assert.Equal(HttpStatusCode.OK, again.Status);
        Assert.Contains("Reported already", again.Page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Created, (await visitors.ReportAsync("other-cloud", "203.0.113.7")).Status);
        Assert.Equal(HttpStatusCode.Created, (await visitors.ReportAsync("example-cloud", "203.0.114.7")).Status);
        Assert.Equal(HttpStatusCode.Created, (await visitors.ReportAsync("example-cloud", "2001:db8:1:200::1")).Status);
        Assert.Equal(HttpStatusCode.OK, (await visitors.ReportAsync("example-cloud", "2001:db8:1:2ff::2")).Status);
        Assert.Equal(HttpStatusCode.OK, (await visitors.ReportAsync("example-cloud", "::ffff:203.0.113.9")).Status);
        Assert.Equal(3, await DayAsync(page, "example-cloud"));

        // A day later, also after another start, it counts again.
        await page.RestartAsync();
        using var later = new Reporter(page.Url);
        Assert.Equal(HttpStatusCode.OK, (await later.ReportAsync("example-cloud", "203.0.113.7")).Status);
        page.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(HttpStatusCode.Created, (await later.ReportAsync("example-cloud", "203.0.113.7")).Status);
    }

    [Fact]
    public async Task Report_WithoutWork_TakesASecondStepAfterTenSeconds()
    {
        await using var page = await StatusPageHarness.StartAsync();
        await ServiceAsync(page, "Example Cloud");
        using var visitors = new Reporter(page.Url);

        var first = await visitors.PostAsync("example-cloud", "203.0.113.7", ("problem", "slow"), ("comment", "It <b>crawls</b>."));
        Assert.Equal(HttpStatusCode.OK, first.Status);
        Assert.Contains("One more step", first.Page, StringComparison.Ordinal);
        Assert.Contains("value=\"slow\"", first.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", first.Page, StringComparison.Ordinal);
        (string, string)[] second = [("problem", "slow"), ("comment", "It <b>crawls</b>."), ("ticket", Reporter.Ticket(first.Page))];

        page.Clock.Advance(TimeSpan.FromSeconds(9));
        var early = await visitors.PostAsync("example-cloud", "203.0.113.7", second);
        Assert.Contains("A few seconds more", early.Page, StringComparison.Ordinal);
        Assert.Equal(second[2].Item2, Reporter.Ticket(early.Page));
        Assert.Equal(0, await DayAsync(page, "example-cloud"));

        page.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("One more step", (await visitors.PostAsync("example-cloud", "203.0.114.7", second)).Page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Created, (await visitors.PostAsync("example-cloud", "203.0.113.7", second)).Status);
        page.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, await DayAsync(page, "example-cloud"));
    }

    [Fact]
    public async Task Report_WithoutWork_IsLimitedByNetwork()
    {
        await using var page = await StatusPageHarness.StartAsync();
        await ServiceAsync(page, "Example Cloud");
        using var visitors = new Reporter(page.Url);
        var tickets = new List<(string Address, string Ticket)>();
        for (var i = 0; i < 22; i++)
        {
            var address = i == 21 ? "198.51.100.1" : $"203.0.{i}.1";
            tickets.Add((address, Reporter.Ticket((await visitors.PostAsync("example-cloud", address, Errors)).Page)));
        }

        page.Clock.Advance(TimeSpan.FromSeconds(10));
        var statuses = new List<HttpStatusCode>();
        foreach (var (address, ticket) in tickets)
        {
            statuses.Add((await visitors.PostAsync("example-cloud", address, ("problem", "errors"), ("ticket", ticket))).Status);
        }

        Assert.All(statuses[..20], status => Assert.Equal(HttpStatusCode.Created, status));
        Assert.Equal([HttpStatusCode.TooManyRequests, HttpStatusCode.Created], statuses[20..]);
    }

    [Fact]
    public async Task Work_OfAnotherOrTooOld_IsNone()
    {
        await using var page = await StatusPageHarness.StartAsync();
        await ServiceAsync(page, "Example Cloud");
        await ServiceAsync(page, "Other Cloud");
        using var visitors = new Reporter(page.Url);
        var (challenge, nonce) = await visitors.WorkAsync("example-cloud", "203.0.113.7");
        (string, string)[] form = [("problem", "errors"), ("challenge", challenge), ("nonce", nonce)];

        Assert.Contains("One more step", (await visitors.PostAsync("example-cloud", "198.51.100.1", form)).Page, StringComparison.Ordinal);
        Assert.Contains("One more step", (await visitors.PostAsync("other-cloud", "203.0.113.7", form)).Page, StringComparison.Ordinal);
        foreach (var wrong in new[] { "", "x", "-1", new string('1', 21) })
        {
            var page2 = await visitors.PostAsync(
                "example-cloud",
                "203.0.113.7",
                ("problem", "errors"),
                ("challenge", challenge + (wrong == "x" ? "x" : "")),
                ("nonce", wrong == "x" ? nonce : wrong)
            );
            Assert.Equal(HttpStatusCode.OK, page2.Status);
        }

        page.Clock.Advance(TimeSpan.FromHours(3));
        Assert.Contains("One more step", (await visitors.PostAsync("example-cloud", "203.0.113.7", form)).Page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("problem", "nothing", "choose what is wrong")]
    [InlineData("problem", "0", "choose what is wrong")]
    [InlineData("comment", "a\u0007b", "control character")]
    public async Task Form_ThatIsWrong_IsRefusedWithItsPlace(string field, string value, string says)
    {
        await using var page = await StatusPageHarness.StartAsync();
        await ServiceAsync(page, "Example Cloud");
        using var visitors = new Reporter(page.Url);

        var (status, answer) = await visitors.PostAsync(
            "example-cloud",
            "203.0.113.7",
            field == "problem" ? (field, value) : ("problem", "errors"),
            field == "problem" ? ("comment", "") : (field, value)
        );

        Assert.Equal(HttpStatusCode.UnprocessableContent, status);
        Assert.Contains(says, answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Form_ThatIsTooLong_IsRefused()
    {
        await using var page = await StatusPageHarness.StartAsync();
        await ServiceAsync(page, "Example Cloud");
        using var visitors = new Reporter(page.Url);

        var words = await visitors.PostAsync("example-cloud", "203.0.113.7", ("problem", "errors"), ("comment", new string('w', 501)));
        Assert.Equal(HttpStatusCode.UnprocessableContent, words.Status);
        var body = await visitors.PostAsync("example-cloud", "203.0.113.7", ("problem", "errors"), ("comment", new string('w', 20_000)));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, body.Status);
        var many = await visitors.PostAsync("example-cloud", "203.0.113.7", [.. Enumerable.Range(0, 20).Select(i => ($"f{i}", ""))]);
        Assert.Equal(HttpStatusCode.BadRequest, many.Status);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site", false)]
    [InlineData("Sec-Fetch-Site", "same-site", false)]
    [InlineData("Sec-Fetch-Site", "same-origin", true)]
    [InlineData("Origin", "https://evil.example", false)]
    [InlineData("Origin", "null", false)]
    [InlineData("Origin", "https://127.0.0.1:1", true)]
    public async Task Form_OfAnotherSite_IsRefused(string header, string value, bool isOurs)
    {
        await using var page = await StatusPageHarness.StartAsync();
        await ServiceAsync(page, "Example Cloud");
        using var visitors = new Reporter(page.Url);

        var (status, _) = await visitors.SendAsync("example-cloud", "203.0.113.7", Errors, [(header, value)]);

        Assert.Equal(isOurs ? HttpStatusCode.OK : HttpStatusCode.Forbidden, status);
    }

    [Fact]
    public async Task AddressThatNobodyTrustedNames_IsNotBelieved()
    {
        await using var page = await StatusPageHarness.StartAsync();
        await ServiceAsync(page, "Example Cloud");
        using var visitors = new Reporter(page.Url);

        // What stands before the proxy's own entry is what the visitor wrote.
        Assert.Equal(HttpStatusCode.Created, (await visitors.ReportAsync("example-cloud", "10.1.1.1, 203.0.113.7")).Status);
        Assert.Equal(HttpStatusCode.OK, (await visitors.ReportAsync("example-cloud", "10.2.2.2, 203.0.113.7, 127.0.0.1")).Status);
        Assert.Equal(HttpStatusCode.OK, (await visitors.ReportAsync("example-cloud", "203.0.113.7:4711")).Status);
        Assert.Equal(HttpStatusCode.Created, (await visitors.ReportAsync("example-cloud", "[2001:db8::1]:4711")).Status);
        Assert.Equal(2, await DayAsync(page, "example-cloud"));
    }

    [Fact]
    public async Task TriesOfANetwork_AreLimitedByTheMinute()
    {
        await using var page = await StatusPageHarness.StartAsync();
        await ServiceAsync(page, "Example Cloud");
        using var visitors = new Reporter(page.Url);
        for (var i = 0; i < 1_500; i++)
        {
            Assert.NotEqual(HttpStatusCode.TooManyRequests, (await visitors.PostAsync("example-cloud", "203.0.113.7", Errors)).Status);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await visitors.PostAsync("example-cloud", "203.0.99.7", Errors)).Status);
        Assert.Equal(HttpStatusCode.OK, (await visitors.PostAsync("example-cloud", "203.1.99.7", Errors)).Status);
        page.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.OK, (await visitors.PostAsync("example-cloud", "203.0.99.7", Errors)).Status);
    }

    /// <summary>Whatever is on the disk: no address in any form, and with the day what its hashes were keyed with is gone.</summary>
    [Fact]
    public async Task Disk_HoldsNothingPersonal_AndForgetsTheDay()
    {
        await using var page = await StatusPageHarness.StartAsync();
        await ServiceAsync(page, "Example Cloud");
        using (var visitors = new Reporter(page.Url))
        {
            await visitors.ReportAsync("example-cloud", "203.0.113.7", comment: "Words of mine");
            page.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        var salt = (byte[])Scalar(page, "SELECT salt FROM day")!;
        Assert.Equal(1L, Scalar(page, "SELECT count(*) FROM person"));
        byte[][] forms =
        [
            [.. "203.0.113"u8],
            [.. "cb0071"u8],
            [.. "CB0071"u8],
        ];
        Assert.All(forms, form => Assert.Equal(-1, Files(page).IndexOf(form)));
        Assert.NotEqual(-1, Files(page).IndexOf(salt));

        page.Clock.Advance(TimeSpan.FromDays(1));
        using (var visitors = new Reporter(page.Url))
        {
            await visitors.ReportAsync("example-cloud", "198.51.100.7");
        }

        Assert.Equal(1L, Scalar(page, "SELECT count(*) FROM person"));
        Assert.NotEqual(salt, (byte[])Scalar(page, "SELECT salt FROM day")!);
        Assert.Equal(-1, Files(page).IndexOf(salt));
    }

    private static ReadOnlySpan<byte> Files(StatusPageHarness page)
    {
        using var all = new MemoryStream();
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(page.Database)!))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            stream.CopyTo(all);
        }

        return all.ToArray();
    }

    private static object? Scalar(StatusPageHarness page, string sql)
    {
        var path = Path.Combine(Path.GetDirectoryName(page.Database)!, "reports.db");
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private static async Task ServiceAsync(StatusPageHarness page, string name) =>
        await page.WriteAsync("POST", "/services", $$$"""{"service":{"name":"{{{name}}}"}}""");

    private static async Task<int> DayAsync(StatusPageHarness page, string slug)
    {
        page.Clock.Advance(TimeSpan.FromSeconds(30));
        return ((JsonNode)(await page.ReadAsync($"/api/v2/reports/{slug}.json"))["service"]!)["reports_in_day"]!.GetValue<int>();
    }
}
