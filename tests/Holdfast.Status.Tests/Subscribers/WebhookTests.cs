using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Status.Subscribers;
using Holdfast.Status.Tests.Operating;

namespace Holdfast.Status.Tests.Subscribers;

/// <summary>What programs are told.</summary>
public sealed class WebhookTests
{
    [Fact]
    public async Task Webhook_GetsStatuspagesShape_Signed()
    {
        await using var page = await StatusPageHarness.StartAsync();
        await using var hook = await Hook.StartAsync();
        var added = await page.WriteAsync("POST", "/subscribers", $$$"""{"subscriber":{"endpoint":"{{{hook.Url}}}"}}""");
        var secret = added["secret"]!.GetValue<string>();

        await page.WriteAsync("POST", "/incidents", """{"incident":{"name":"Errors","body":"We look.","impact_override":"major"}}""");
        await page.DeliverAsync();

        var (body, headers) = Assert.Single(hook.Calls);
        var told = JsonNode.Parse(body)!;
        Assert.Equal("Errors", told["incident"]!["name"]!.GetValue<string>());
        Assert.Equal("major", told["page"]!["status_indicator"]!.GetValue<string>());
        Assert.Equal("We look.", told["incident"]!["incident_updates"]![0]!["body"]!.GetValue<string>());
        var signature = headers[WebhookSender.SignatureHeader];
        var seconds = long.Parse(signature.Split(',')[0]["t=".Length..], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(page.Clock.GetUtcNow().ToUnixTimeSeconds(), seconds);
        Assert.Equal(WebhookSender.Sign(Encoding.UTF8.GetBytes(secret), seconds, Encoding.UTF8.GetBytes(body)), signature);
        Assert.DoesNotContain(secret, (await page.WriteAsync("GET", "/subscribers")).ToJsonString(), StringComparison.Ordinal);

        // Nothing is sent twice.
        await page.DeliverAsync();
        Assert.Single(hook.Calls);
    }

    /// <summary>The signature as a receiver in any language computes it.</summary>
    [Fact]
    public void Signature_IsHmacSha256OfSecondsAndBody() =>
        Assert.Equal(
            "t=1492774577,v1=" + Convert.ToHexStringLower(System.Security.Cryptography.HMACSHA256.HashData("key"u8, "1492774577.{}"u8)),
            WebhookSender.Sign("key"u8.ToArray(), 1492774577, "{}"u8)
        );

    [Fact]
    public async Task SlackAndDiscord_GetWhatTheyTake()
    {
        await using var page = await StatusPageHarness.StartAsync();
        await using var slack = await Hook.StartAsync();
        await using var discord = await Hook.StartAsync();
        await page.WriteAsync("POST", "/subscribers", $$$"""{"subscriber":{"endpoint":"{{{slack.Url}}}","mode":"slack"}}""");
        await page.WriteAsync("POST", "/subscribers", $$$"""{"subscriber":{"endpoint":"{{{discord.Url}}}","mode":"discord"}}""");

        await page.WriteAsync("POST", "/incidents", """{"incident":{"name":"<!channel> & errors","body":"We look."}}""");
        await page.DeliverAsync();

        var text = JsonNode.Parse(Assert.Single(slack.Calls).Body)!["text"]!.GetValue<string>();
        Assert.Contains("Example Hosting: &lt;!channel&gt; &amp; errors", text, StringComparison.Ordinal);
        Assert.Contains("We look.", text, StringComparison.Ordinal);
        var embed = JsonNode.Parse(Assert.Single(discord.Calls).Body)!;
        Assert.Equal("Example Hosting: <!channel> & errors", embed["embeds"]![0]!["title"]!.GetValue<string>());
        Assert.Empty(embed["allowed_mentions"]!["parse"]!.AsArray());
    }

    [Fact]
    public async Task Webhook_ThatNeverTakesIt_IsDisabled_UntilAnOperatorSaysOtherwise()
    {
        await using var page = await StatusPageHarness.StartAsync();
        await using var hook = await Hook.StartAsync();
        using var browser = new OperatorBrowser(page);
        await browser.BeginAsync();
        await browser.GetAsync("/operate/subscribers");
        await browser.PostAsync("/operate/subscribers", ("endpoint", hook.Url), ("kind", "webhook"));
        Assert.Contains("shown this once", browser.Text, StringComparison.Ordinal);
        var id = (await page.WriteAsync("GET", "/subscribers"))[0]!["id"]!;
        hook.Status = 500;
        await page.WriteAsync("POST", "/incidents", """{"incident":{"name":"Errors","body":"We look."}}""");
        for (var i = 0; i < SubscriberLimits.Tries + 3; i++)
        {
            await page.DeliverAsync();
            page.Clock.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal(SubscriberLimits.Tries, hook.Calls.Count);
        Assert.Single(hook.Calls.Select(call => call.Headers["Holdfast-Message"]).Distinct());
        Assert.Equal("disabled", (await page.WriteAsync("GET", $"/subscribers/{id}"))["state"]!.GetValue<string>());

        hook.Status = 204;
        await browser.SignInAsync();
        await browser.DoAsync("/operate/subscribers", $"/operate/subscribers/{id}/enable");
        await page.WriteAsync("POST", "/incidents", """{"incident":{"name":"More","body":"We look."}}""");
        await page.DeliverAsync();
        Assert.Contains("More", hook.Calls[^1].Body, StringComparison.Ordinal);

        await browser.DoAsync("/operate/subscribers", $"/operate/subscribers/{id}/remove");
        Assert.Empty((await page.WriteAsync("GET", "/subscribers")).AsArray());
    }

    [Theory]
    [InlineData("""{"subscriber":{"endpoint":"ftp://example.com"}}""", "has to begin with https:")]
    [InlineData("""{"subscriber":{"endpoint":"https://user:pw@example.com"}}""", "has to begin with https:")]
    [InlineData("""{"subscriber":{}}""", "it has an email, or an endpoint")]
    [InlineData("""{"subscriber":{"email":"a@example.com"}}""", "mail is not set up")]
    [InlineData("""{"subscriber":{"endpoint":"https://example.com","component_ids":["abcdefghijkl"]}}""", "there is no component")]
    public async Task Subscriber_ThatIsWrong_IsRefused(string json, string says)
    {
        await using var page = await StatusPageHarness.StartAsync();

        Assert.Contains(
            says,
            await page.RefusedAsync(HttpStatusCode.UnprocessableEntity, "POST", "/subscribers", json),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("smtp://mail.example.com", "mail.example.com", 587, false, null)]
    [InlineData("smtps://user:p%40ss@mail.example.com", "mail.example.com", 465, true, "p@ss")]
    [InlineData("smtp://user:pass@127.0.0.1:2525", "127.0.0.1", 2525, false, "pass")]
    public void MailSettings_AreRead(string address, string host, int port, bool tls, string? password)
    {
        var settings = MailSettings.Read(address, "status@example.com");

        Assert.Equal((host, port, tls, password), (settings.Host, settings.Port, settings.IsTls, settings.Password));
        Assert.DoesNotContain("ss@", settings.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://mail.example.com", "status@example.com")]
    [InlineData("mail.example.com", "status@example.com")]
    [InlineData("smtp://mail.example.com", "")]
    public void MailSettings_ThatAreWrong_AreRefused(string address, string from) =>
        Assert.Throws<FormatException>(() => MailSettings.Read(address, from));
}
