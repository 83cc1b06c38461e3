using System.Net;
using System.Text.RegularExpressions;
using Holdfast.Status.Access;
using OtpNet;

namespace Holdfast.Status.Tests.Operating;

/// <summary>Operators' sign-in: its own, bounded, and of no use to another site.</summary>
public sealed partial class SignInTests
{
    [Fact]
    public async Task FirstOperator_IsMadeWithTheToken_AndSignsIn()
    {
        await using var page = await StatusPageHarness.StartAsync();
        using var browser = new OperatorBrowser(page);

        await browser.GetAsync("/operate");
        Assert.Equal("/operate/sign-in?to=%2Foperate", browser.Location);
        await browser.BeginAsync();
        await browser.GetAsync("/operate");

        Assert.Contains("Signed in as ops@example.com", browser.Text, StringComparison.Ordinal);
        var cookie = Assert.Single(browser.Cookies, cookie => cookie.Name == "holdfast_status_session");
        Assert.True(cookie.HttpOnly);
        Assert.Equal("/operate", cookie.Path);

        // It survives the process, is kept as a hash alone, and the password is nowhere.
        await page.RestartAsync();
        await browser.GetAsync("/operate");
        Assert.Equal(HttpStatusCode.OK, browser.Status);
        var file = await File.ReadAllBytesAsync(page.Database);
        Assert.DoesNotContain(cookie.Value, System.Text.Encoding.Latin1.GetString(file), StringComparison.Ordinal);
        Assert.DoesNotContain(OperatorBrowser.Password, System.Text.Encoding.Latin1.GetString(file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FirstOperator_WithAWrongTokenOrPassword_IsNotMade()
    {
        await using var page = await StatusPageHarness.StartAsync();
        using var browser = new OperatorBrowser(page);
        await browser.GetAsync("/operate/sign-in");

        await browser.PostAsync("/operate/first", ("token", "wrong"), ("email", "a@example.com"), ("password", OperatorBrowser.Password));
        Assert.Equal(HttpStatusCode.Unauthorized, browser.Status);
        await browser.PostAsync(
            "/operate/first",
            ("token", StatusPageHarness.Token),
            ("email", "a@example.com"),
            ("password", "too short")
        );
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.Contains("12 to 200 characters", browser.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"a@example.com\"", browser.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("value=\"too short\"", browser.Text, StringComparison.Ordinal);

        Assert.Empty((await page.WriteAsync("GET", "/operators")).AsArray());
    }

    [Theory]
    [InlineData("ops@example.com", "another grey goose walks home")]
    [InlineData("nobody@example.com", OperatorBrowser.Password)]
    public async Task SignIn_ThatIsWrong_SaysNotWhat(string email, string password)
    {
        await using var page = await StatusPageHarness.StartAsync();
        using var browser = new OperatorBrowser(page);
        await browser.BeginAsync();
        browser.ForgetCookies();

        await browser.SignInAsync(password, email: email);

        Assert.Equal(HttpStatusCode.Unauthorized, browser.Status);
        Assert.Contains("e-mail address, password or code is wrong", browser.Text, StringComparison.Ordinal);
        await browser.GetAsync("/operate");
        Assert.Equal(HttpStatusCode.SeeOther, browser.Status);
    }

    [Fact]
    public async Task SignIn_TooOftenWrong_WaitsAMinute()
    {
        await using var page = await StatusPageHarness.StartAsync();
        using var browser = new OperatorBrowser(page);
        await browser.BeginAsync();
        browser.ForgetCookies();
        for (var i = 0; i < Sessions.TriesPerMinute; i++)
        {
            await browser.SignInAsync("wrong");
            Assert.Equal(HttpStatusCode.Unauthorized, browser.Status);
        }

        await browser.SignInAsync();
        Assert.Equal(HttpStatusCode.TooManyRequests, browser.Status);
        Assert.Equal("60", Assert.Single(browser.Last!.Headers.GetValues("Retry-After")));

        page.Clock.Advance(TimeSpan.FromMinutes(1));
        await browser.SignInAsync();
        Assert.Equal(HttpStatusCode.SeeOther, browser.Status);
    }

    [Fact]
    public async Task Session_EndsByIdleTime_ByAge_AndBySigningOut()
    {
        await using var page = await StatusPageHarness.StartAsync();
        using var browser = new OperatorBrowser(page);
        await browser.BeginAsync();
        for (var spent = TimeSpan.Zero; spent < Sessions.Longest - Sessions.Idle; spent += Sessions.Idle / 2)
        {
            page.Clock.Advance(Sessions.Idle / 2);
            await browser.GetAsync("/operate");
            Assert.Equal(HttpStatusCode.OK, browser.Status);
        }

        page.Clock.Advance(Sessions.Idle / 2);
        await browser.GetAsync("/operate");
        page.Clock.Advance(Sessions.Idle / 2);
        await browser.GetAsync("/operate");
        Assert.Equal(HttpStatusCode.SeeOther, browser.Status);

        await browser.SignInAsync();
        page.Clock.Advance(Sessions.Idle);
        await browser.GetAsync("/operate");
        Assert.Equal(HttpStatusCode.SeeOther, browser.Status);

        await browser.SignInAsync();
        var cookie = browser.Cookies.Single(cookie => cookie.Name == "holdfast_status_session").Value;
        await browser.DoAsync("/operate", "/operate/sign-out");
        using var old = await page.GetAsync("/operate", ("Cookie", $"holdfast_status_session={cookie}"));
        Assert.Equal(HttpStatusCode.SeeOther, old.StatusCode);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task Form_OfAnotherSite_IsRefused(string? form)
    {
        await using var page = await StatusPageHarness.StartAsync();
        using var browser = new OperatorBrowser(page);
        await browser.BeginAsync();

        // The browser sends the cookies along; what it can't know is the word.
        await browser.PostWithAsync(form, "/operate/incidents/new", ("name", "Forged"), ("body", "Forged"), ("status", "investigating"));
        Assert.Equal(HttpStatusCode.Forbidden, browser.Status);
        await browser.PostWithAsync(form, "/operate/sign-in", ("email", "evil@example.com"), ("password", "evil evil evil"));
        Assert.Equal(HttpStatusCode.Forbidden, browser.Status);

        Assert.Empty((await page.ReadAsync("/api/v2/incidents.json"))["incidents"]!.AsArray());
    }

    [Fact]
    public async Task Form_AfterTheSessionEnded_DoesNothingAndKeepsTheWords()
    {
        await using var page = await StatusPageHarness.StartAsync();
        using var browser = new OperatorBrowser(page);
        await browser.BeginAsync();
        await browser.GetAsync("/operate/incidents/new");
        page.Clock.Advance(Sessions.Idle);

        await browser.PostAsync("/operate/incidents/new", ("name", "Errors"), ("body", "Long words that <took> minutes to write"));

        Assert.Equal(HttpStatusCode.Unauthorized, browser.Status);
        Assert.Contains("Long words that &lt;took&gt; minutes to write", browser.Text, StringComparison.Ordinal);
        Assert.Empty((await page.ReadAsync("/api/v2/incidents.json"))["incidents"]!.AsArray());
    }

    [Fact]
    public async Task SecondFactor_OnceOn_IsNeeded_AndACodeWorksOnce()
    {
        await using var page = await StatusPageHarness.StartAsync();
        using var browser = new OperatorBrowser(page);
        await browser.BeginAsync();
        await browser.GetAsync("/operate/account/second-factor");
        var secret = Secret().Match(browser.Text).Groups[1].Value;
        await browser.PostAsync("/operate/account/second-factor", ("secret", secret), ("code", "000000"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.Contains(secret, browser.Text, StringComparison.Ordinal);
        await browser.PostAsync("/operate/account/second-factor", ("secret", secret), ("code", Code()));
        Assert.Equal("/operate/account?done=saved", browser.Location);
        browser.ForgetCookies();

        await browser.SignInAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, browser.Status);
        await browser.SignInAsync(code: Code());
        Assert.Equal(HttpStatusCode.Unauthorized, browser.Status);
        page.Clock.Advance(TimeSpan.FromSeconds(30));
        await browser.SignInAsync(code: Code());
        Assert.Equal(HttpStatusCode.SeeOther, browser.Status);

        // A copy of the store alone does not tell the secret.
        Assert.DoesNotContain(
            System.Text.Encoding.Latin1.GetString(Base32Encoding.ToBytes(secret)),
            System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(page.Database)),
            StringComparison.Ordinal
        );

        // Lost: a token takes it away.
        var id = (await page.WriteAsync("GET", "/operators"))[0]!["id"]!.GetValue<string>();
        await page.WriteAsync("PATCH", $"/operators/{id}", """{"operator":{"second_factor":false}}""");
        await browser.SignInAsync();
        Assert.Equal(HttpStatusCode.SeeOther, browser.Status);

        string Code() => new Totp(Base32Encoding.ToBytes(secret)).ComputeTotp(page.Clock.GetUtcNow().UtcDateTime);
    }

    [Fact]
    public async Task Password_Changed_EndsTheOtherSessions()
    {
        await using var page = await StatusPageHarness.StartAsync();
        using var phone = new OperatorBrowser(page);
        using var desk = new OperatorBrowser(page);
        await phone.BeginAsync();
        await desk.SignInAsync();

        await desk.GetAsync("/operate/account");
        await desk.PostAsync("/operate/account/password", ("password", "wrong"), ("new", "eight black swans swim away"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, desk.Status);
        await desk.PostAsync("/operate/account/password", ("password", OperatorBrowser.Password), ("new", "eight black swans swim away"));
        Assert.Equal(HttpStatusCode.SeeOther, desk.Status);

        await desk.GetAsync("/operate");
        Assert.Equal(HttpStatusCode.OK, desk.Status);
        await phone.GetAsync("/operate");
        Assert.Equal(HttpStatusCode.SeeOther, phone.Status);
    }

    [Theory]
    [InlineData("/operate/incidents", "/operate/incidents")]
    [InlineData("//evil.example", "/operate")]
    [InlineData("/operate//evil.example", "/operate")]
    [InlineData("https://evil.example/operate", "/operate")]
    [InlineData("/operate/../evil", "/operate")]
    public async Task SignIn_LeadsOnlyToPagesOfOurs(string to, string expected)
    {
        await using var page = await StatusPageHarness.StartAsync();
        using var browser = new OperatorBrowser(page);
        await browser.BeginAsync();
        await browser.GetAsync("/operate/sign-in");

        await browser.PostAsync("/operate/sign-in", ("email", OperatorBrowser.Email), ("password", OperatorBrowser.Password), ("to", to));

        Assert.Equal(expected, browser.Location);
    }

    [GeneratedRegex("name=\"secret\" value=\"([A-Z2-7]+)\"")]
    private static partial Regex Secret();
}
