using System.Net;
using System.Text.RegularExpressions;

namespace Holdfast.Status.Tests.Operating;

/// <summary>Who may write: tokens with scopes, and operators.</summary>
public sealed partial class AccessTests
{
    [Fact]
    public async Task Token_MayWhatItsScopesSay()
    {
        await using var page = await StatusPageHarness.StartAsync();
        var none = await TokenAsync(page, "reader", "");
        var incidents = await TokenAsync(page, "poster", "\"incidents\"");
        var components = await TokenAsync(page, "prober", "\"components\"");
        var (incident, component, profile) = (
            """{"incident":{"name":"A","body":"B"}}""",
            """{"component":{"name":"A"}}""",
            """{"page":{"name":"A"}}"""
        );

        foreach (
            var (token, method, path, body, expected) in new[]
            {
                (none, "GET", "/components", null, HttpStatusCode.OK),
                (none, "POST", "/components", component, HttpStatusCode.Forbidden),
                (none, "POST", "/incidents", incident, HttpStatusCode.Forbidden),
                (none, "GET", "/audit", null, HttpStatusCode.Forbidden),
                (none, "GET", "/tokens", null, HttpStatusCode.Forbidden),
                (incidents, "POST", "/incidents", incident, HttpStatusCode.Created),
                (incidents, "POST", "/components", component, HttpStatusCode.Forbidden),
                (incidents, "PATCH", "", profile, HttpStatusCode.Forbidden),
                (components, "POST", "/components", component, HttpStatusCode.Created),
                (components, "POST", "/incidents", incident, HttpStatusCode.Forbidden),
                (components, "GET", "/operators", null, HttpStatusCode.Forbidden),
                (StatusPageHarness.Token, "PATCH", "", profile, HttpStatusCode.OK),
            }
        )
        {
            using var response = await page.TryWriteAsync(method, path, body, token);
            Assert.True(expected == response.StatusCode, $"{method} {path}: {response.StatusCode}");
        }
    }

    [Fact]
    public async Task Token_IsShownOnce_AndVoidWhenRemoved()
    {
        await using var page = await StatusPageHarness.StartAsync();
        using var browser = new OperatorBrowser(page);
        await browser.BeginAsync();
        await browser.GetAsync("/operate/tokens");

        await browser.PostAsync("/operate/tokens", ("name", "Monitoring"), ("scope.components", "on"));

        Assert.Equal(HttpStatusCode.OK, browser.Status);
        var token = Shown().Match(browser.Text).Value;
        using (var response = await page.TryWriteAsync("POST", "/components", """{"component":{"name":"A"}}""", token))
        {
            Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        }

        await browser.GetAsync("/operate/tokens");
        Assert.DoesNotContain(token, browser.Text, StringComparison.Ordinal);
        var row = (await page.WriteAsync("GET", "/tokens")).AsArray().Single(one => one!["name"]!.GetValue<string>() == "Monitoring")!;
        Assert.DoesNotContain(token, row.ToJsonString(), StringComparison.Ordinal);

        await browser.DoAsync("/operate/tokens", $"/operate/tokens/{row["id"]}/remove");
        using var after = await page.TryWriteAsync("GET", "/components", null, token);
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
    }

    [Theory]
    [InlineData("""{"token":{"name":"a@example.com"}}""", "token.name")]
    [InlineData("""{"token":{"name":"first"}}""", "'first' is taken")]
    [InlineData("""{"token":{"name":"x","scopes":["all"]}}""", "components, incidents, evidence, manage")]
    [InlineData("""{"token":{"scopes":[]}}""", "token.name")]
    public async Task Token_ThatIsWrong_IsRefused(string json, string says)
    {
        await using var page = await StatusPageHarness.StartAsync();

        Assert.Contains(
            says,
            await page.RefusedAsync(HttpStatusCode.UnprocessableEntity, "POST", "/tokens", json),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Operator_IsAddedSignsInAndIsRemoved()
    {
        await using var page = await StatusPageHarness.StartAsync();
        using var browser = new OperatorBrowser(page);
        using var other = new OperatorBrowser(page);
        await browser.BeginAsync();

        await browser.DoAsync(
            "/operate/operators",
            "/operate/operators",
            ("email", " Second@Example.com "),
            ("name", "Second"),
            ("password", "nine brown hens stay home")
        );
        await other.SignInAsync("nine brown hens stay home", email: "second@example.com");
        await other.GetAsync("/operate");
        Assert.Contains("Signed in as second@example.com", other.Text, StringComparison.Ordinal);

        var rows = (await page.WriteAsync("GET", "/operators")).AsArray();
        var second = rows.Single(row => row!["email"]!.GetValue<string>() == "second@example.com")!["id"];
        await browser.DoAsync("/operate/operators", $"/operate/operators/{second}/remove");
        await other.GetAsync("/operate");
        Assert.Equal(HttpStatusCode.SeeOther, other.Status);
        await other.SignInAsync("nine brown hens stay home", email: "second@example.com");
        Assert.Equal(HttpStatusCode.Unauthorized, other.Status);

        // What each did, without a password in it.
        var log = (await page.WriteAsync("GET", "/audit")).ToJsonString();
        Assert.Contains("operator.create", log, StringComparison.Ordinal);
        Assert.DoesNotContain("pbkdf2", log, StringComparison.Ordinal);
        await browser.GetAsync("/operate/audit");
        Assert.Contains("the chain is whole", browser.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not an address", "nine brown hens stay home", "no e-mail address")]
    [InlineData("a@example.com", "short", "12 to 200 characters")]
    [InlineData("a@example.com", "aaaaaaaaaaaaaaaa", "different characters")]
    [InlineData("somebody@example.com", "somebody12345", "made of the e-mail address")]
    public async Task Operator_ThatIsWrong_IsRefused(string email, string password, string says)
    {
        await using var page = await StatusPageHarness.StartAsync();

        Assert.Contains(
            says,
            await page.RefusedAsync(
                HttpStatusCode.UnprocessableEntity,
                "POST",
                "/operators",
                $$$"""{"operator":{"email":"{{{email}}}","password":"{{{password}}}"}}"""
            ),
            StringComparison.Ordinal
        );
    }

    private static async Task<string> TokenAsync(StatusPageHarness page, string name, string scopes) =>
        (await page.WriteAsync("POST", "/tokens", $$$"""{"token":{"name":"{{{name}}}","scopes":[{{{scopes}}}]}}"""))[
            "token"
        ]!.GetValue<string>();

    [GeneratedRegex("hfs_[0-9a-f]{40}")]
    private static partial Regex Shown();
}
