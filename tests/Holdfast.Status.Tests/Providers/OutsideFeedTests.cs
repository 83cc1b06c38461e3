using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Status.Tests.Watching;

namespace Holdfast.Status.Tests.Providers;

/// <summary>Providers' own status feeds: read as each writes them, and used where a site stands on the provider. The clock is at 11:28 UTC on 18 November 2025.</summary>
public sealed class OutsideFeedTests : IAsyncLifetime
{
    private StatusPageHarness page = null!;
    private OutsidePage outside = null!;

    public async ValueTask InitializeAsync()
    {
        page = await StatusPageHarness.StartAsync();
        outside = await OutsidePage.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await outside.DisposeAsync();
        await page.DisposeAsync();
    }

    [Fact]
    public async Task Amazon_NewestUpdateOfEachServiceCounts_WithItsRegion()
    {
        outside.Document = Amazon(
            Item("ec2-us-east-1_1763464200", "Service disruption: Increased error rates", "03:10:00 PST"),
            Item("sns-eu-west-1_1763463000", "Service is operating normally: [RESOLVED] Delayed messages", "02:50:00 PST"),
            Item("sns-eu-west-1_1763460000", "Informational message: Delayed messages", "02:00:00 PST"),
            Item("ec2-us-east-1_1763460600", "Informational message: We are looking into error rates", "02:10:00 PST")
        );

        var trouble = Assert.Single((await ReadAsync())["troubles"]!.AsArray())!;
        Assert.Equal("Service disruption: Increased error rates", Text(trouble, "title"));
        Assert.Equal("2025-11-18T11:10:00.000Z", Text(trouble, "told_at"));
        Assert.Equal(["us-east-1"], trouble["regions"]!.AsArray().Select(region => region!.GetValue<string>()));
    }

    [Fact]
    public async Task Amazon_TroubleOfLastWeekThatNobodyEnded_CountsNoMore()
    {
        outside.Document = Amazon(Item("ec2-us-east-1_1762800000", "Service disruption: Increased error rates", "03:10:00 PST", day: 10));

        Assert.Equal("well", Text(await ReadAsync(), "state"));
    }

    [Fact]
    public async Task Azure_EveryEntryIsTrouble_UntilItIsMitigated()
    {
        outside.Document = Azure("Example Front Door - Connectivity issues", "Customers in West Europe and East US 2 may see errors.");
        var trouble = Assert.Single((await ReadAsync())["troubles"]!.AsArray())!;
        Assert.Equal("Example Front Door - Connectivity issues", Text(trouble, "title"));
        Assert.Equal(["eastus2", "westeurope"], trouble["regions"]!.AsArray().Select(region => region!.GetValue<string>()));

        outside.Document = Azure("Example Front Door - Connectivity issues - Mitigated", "It is over, in West Europe too.");
        Assert.Equal("well", Text(await AgainAsync(), "state"));

        outside.Document = Azure("Example Front Door - Some connectivity issues unresolved", "");
        Assert.Equal("trouble", Text(await AgainAsync(), "state"));

        outside.Document = """<?xml version="1.0"?><rss version="2.0"><channel><title>Azure Status</title></channel></rss>""";
        Assert.Equal("well", Text(await AgainAsync(), "state"));
    }

    [Fact]
    public async Task Google_AtomWithAnEntryForEachUpdate_TheNewestCounts()
    {
        outside.Document = Google(
            ("abc", "3", "UPDATE: Example Storage has elevated errors in europe-west1", "2025-11-18T11:05:00+00:00"),
            ("abc", "2", "RESOLVED: Example Storage has elevated errors", "2025-11-18T10:05:00+00:00"),
            ("def", "9", "RESOLVED: Example Console is slow", "2025-11-18T09:05:00+00:00"),
            ("def", "8", "UPDATE: Example Console is slow", "2025-11-18T08:05:00+00:00")
        );

        var trouble = Assert.Single((await ReadAsync())["troubles"]!.AsArray())!;
        Assert.StartsWith("UPDATE: Example Storage", Text(trouble, "title"), StringComparison.Ordinal);
        Assert.Equal(["europe-west1"], trouble["regions"]!.AsArray().Select(region => region!.GetValue<string>()));
    }

    [Fact]
    public async Task Google_IncidentsJson_ThoseWithoutAnEndCount()
    {
        outside.Document = """
            [{"id":"a","begin":"2025-11-18T10:00:00+00:00","modified":"2025-11-18T11:00:00+00:00","external_desc":"Example Run fails",
              "currently_affected_locations":[{"title":"Iowa (us-central1)","id":"us-central1"}]},
             {"id":"b","begin":"2025-11-17T10:00:00+00:00","end":"2025-11-17T12:00:00+00:00","external_desc":"Example SQL is slow"}]
            """;

        var trouble = Assert.Single((await ReadAsync())["troubles"]!.AsArray())!;
        Assert.Equal("Example Run fails", Text(trouble, "title"));
        Assert.Equal("us-central1", trouble["regions"]![0]!.GetValue<string>());
    }

    [Theory]
    [InlineData("Investigating", "trouble")]
    [InlineData("Identified", "trouble")]
    [InlineData("Resolved", "well")]
    [InlineData("Scheduled", "well")]
    [InlineData("Completed", "well")]
    public async Task StatuspagesHistory_TheFirstUpdatesStateCounts(string state, string expected)
    {
        outside.Document =
            $"""<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><item><title>Delays</title><description>&lt;p&gt;&lt;small&gt;Nov 18&lt;/small&gt;&lt;br&gt;&lt;strong&gt;{state}&lt;/strong&gt; - Words.&lt;/p&gt;&lt;p&gt;&lt;strong&gt;Investigating&lt;/strong&gt; - Words.&lt;/p&gt;</description><pubDate>Tue, 18 Nov 2025 11:00:00 +0000</pubDate><guid>https://status.example.com/incidents/1</guid></item></channel></rss>""";

        Assert.Equal(expected, Text(await ReadAsync(), "state"));
    }

    [Theory]
    [InlineData("""<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss><channel/></rss>""", "it is no XML that is read here")]
    [InlineData("""<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><rss><channel/></rss>""", "it is no XML that is read here")]
    [InlineData("<html><body>Hello</body></html>", "neither rss with a channel nor Atom's feed")]
    [InlineData("<rss><channel>", "it is no XML that is read here")]
    [InlineData("[{\"id\":1}]", "external_desc is missing")]
    [InlineData("  ", "it is empty")]
    public async Task DocumentThatIsNone_SaysNothingOfTheService_AndWhatIsWrong(string document, string problem)
    {
        outside.Document = document;

        var service = await ReadAsync();
        Assert.Equal("unreadable", Text(service, "state"));
        Assert.Contains(problem, Text(service, "problem"), StringComparison.Ordinal);
        Assert.Empty((await page.WriteAsync("GET", "/drafts")).AsArray());
    }

    [Fact]
    public async Task Document_TooDeepOrTooLong_IsNotRead()
    {
        outside.Document = string.Concat(Enumerable.Repeat("<a>", 5_000));
        Assert.Contains("nested more than 32 deep", Text(await ReadAsync(), "problem"), StringComparison.Ordinal);

        outside.Document = "<rss>" + new string(' ', 5 << 20);
        Assert.Equal("unreadable", Text(await AgainAsync(), "state"));
    }

    [Theory]
    [InlineData("/hop/3", "trouble")]
    [InlineData("/hop/4", "unreadable")]
    [InlineData("/file", "unreadable")]
    [InlineData("/elsewhere", "unreadable")]
    public async Task Redirections_AreFollowedThreeTimes_AndOnlyToWebPagesOfTheSameSite(string path, string expected)
    {
        outside.Document = Azure("Example Front Door - Connectivity issues", "");

        Assert.Equal(expected, Text(await ReadAsync(path), "state"));
    }

    [Fact]
    public async Task PageThatIsUnchanged_IsNotSentAgain_AndCounts()
    {
        outside.Document = Azure("Example Front Door - Connectivity issues", "");
        await ReadAsync();
        Assert.Equal("trouble", Text(await AgainAsync(), "state"));

        Assert.Equal((1, 1), (outside.Sent, outside.Unchanged));
    }

    [Fact]
    public async Task PageThatFails_CountsWithItsLastWordForAnHour()
    {
        outside.Document = Azure("Example Front Door - Connectivity issues", "");
        await ReadAsync();
        outside.Status = 503;

        Assert.Equal("trouble", Text(await AgainAsync(), "state"));
        await page.LookAsync(TimeSpan.FromMinutes(60), 60);
        Assert.Equal(
            ("unreadable", "its page cannot be read: status 503"),
            (Text(await ServiceAsync(), "state"), Text(await ServiceAsync(), "problem"))
        );
    }

    [Fact]
    public async Task OriginThatFails_IsToldWithTroubleOfItsRegion_AndNotOfAnother()
    {
        await using var edge = await FakeEdge.StartAsync();
        edge.Origin = ("web-2.us-east-1.elb.amazonaws.com", "192.0.2.10");
        outside.Document = Amazon(Item("ec2-eu-west-1_1763464200", "Service disruption: Errors elsewhere", "03:10:00 PST"));
        await page.WriteAsync("POST", "/watches", $$$"""{"watch":{"name":"Zurich","kind":"edge","target":"{{{edge.Url}}}"}}""");
        await page.WriteAsync(
            "POST",
            "/watches",
            $$$"""{"watch":{"name":"The cloud","kind":"feed","provider":"aws","target":"{{{outside.Url}}}"}}"""
        );
        await page.LookAsync(TimeSpan.FromMinutes(70), 10, edge.Serve);
        edge.OriginErrors = 60;
        await page.LookAsync(TimeSpan.FromSeconds(60), 10, edge.Serve);

        var draft = Assert.Single((await page.WriteAsync("GET", "/drafts")).AsArray())!;
        Assert.DoesNotContain("The cloud", Text(draft, "body"), StringComparison.Ordinal);

        var map = (await page.WriteAsync("GET", "/providers"))["providers"]![0]!;
        Assert.Equal("aws/us-east-1", Text(map, "name"));
        Assert.Equal("well", Text(map["outside"]![0]!, "state"));

        outside.Document = Amazon(Item("ec2-us-east-1_1763464201", "Service disruption: Errors here", "03:11:00 PST"));
        await page.LookAsync(TimeSpan.FromSeconds(60), 10, edge.Serve);

        draft = Assert.Single((await page.WriteAsync("GET", "/drafts")).AsArray())!;
        Assert.Contains(
            "The outside service The cloud reports trouble too: Service disruption: Errors here.",
            Text(draft, "body"),
            StringComparison.Ordinal
        );
        map = (await page.WriteAsync("GET", "/providers"))["providers"]![0]!;
        Assert.Equal("Service disruption: Errors here", Text(map["outside"]![0]!, "said"));
    }

    private async Task<JsonNode> ReadAsync(string path = "/")
    {
        await page.WriteAsync(
            "POST",
            "/watches",
            $$$"""{"watch":{"name":"Elsewhere","kind":"feed","target":"{{{outside.Url}}}{{{path}}}"}}"""
        );
        await page.LookAsync(TimeSpan.FromSeconds(10));
        return await ServiceAsync();
    }

    private async Task<JsonNode> AgainAsync()
    {
        await page.LookAsync(TimeSpan.FromSeconds(60));
        return await ServiceAsync();
    }

    private async Task<JsonNode> ServiceAsync() => Assert.Single((await page.WriteAsync("GET", "/providers"))["outside"]!.AsArray())!;

    private static string Text(JsonNode node, string member) => node[member]!.GetValue<string>();

    private static string Item(string guid, string title, string time, int day = 18) =>
        $"""
            <item>
              <title><![CDATA[{title}]]></title>
              <link>https://status.example.com/</link>
              <pubDate>Tue, {day} Nov 2025 {time}</pubDate>
              <guid isPermaLink="false">https://status.example.com/#{guid}</guid>
              <description><![CDATA[We are investigating. <br/> More will follow.]]></description>
            </item>
            """;

    private static string Amazon(params string[] items) =>
        $"""
            <?xml version="1.0" encoding="UTF-8"?>
            <rss version="2.0">
              <channel>
                <title><![CDATA[Example Cloud Service Status]]></title>
                <link>https://status.example.com/</link>
                <pubDate>Tue, 18 Nov 2025 03:20:00 PST</pubDate>
                <ttl>5</ttl>
                {string.Concat(items)}
              </channel>
            </rss>
            """;

    private static string Azure(string title, string text) =>
        $"""
            <?xml version="1.0" encoding="utf-8"?><rss xmlns:a10="http://www.w3.org/2005/Atom" version="2.0"><channel><title>Example Status</title>
            <item><guid isPermaLink="false">1_abcd</guid><link>https://status.example.com/</link><category>Example Front Door</category>
            <title>{title}</title><description>{text}</description><pubDate>Tue, 18 Nov 2025 10:00:00 Z</pubDate>
            <a10:updated>2025-11-18T11:20:00Z</a10:updated></item></channel></rss>
            """;

    private static string Google(params (string Incident, string Update, string Title, string At)[] entries)
    {
        var text = new StringBuilder(
            """<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Example</title>"""
        );
        foreach (var (incident, update, title, at) in entries)
        {
            text.Append(
                $"""<entry><title>{title}</title><link href="https://status.example.com/incidents/{incident}" rel="alternate" type="text/html"></link><id>tag:status.example.com,2025:feed:{incident}.{update}</id><updated>{at}</updated><summary type="html">&lt;p&gt; Incident began at &lt;strong&gt;2025-11-18 02:00&lt;/strong&gt;&lt;/p&gt;</summary></entry>"""
            );
        }

        return text.Append("</feed>").ToString();
    }
}
