using System.Net;
using System.Text.RegularExpressions;

namespace Holdfast.Status.Tests.Operating;

/// <summary>A browser without scripts: it keeps cookies, follows redirects when asked, and sends a page's form back with its hidden fields.</summary>
internal sealed partial class OperatorBrowser : IDisposable
{
    public const string Email = "ops@example.com";
    public const string Password = "seven grey geese walk home";

    private readonly CookieContainer cookies = new();
    private readonly HttpClient client;
    private readonly StatusPageHarness page;

    public OperatorBrowser(StatusPageHarness page)
    {
        this.page = page;
        client = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseProxy = false,
                CookieContainer = cookies,
            }
        );
    }

    /// <summary>The last page that was shown.</summary>
    public string Text { get; private set; } = "";

    public HttpStatusCode Status { get; private set; }

    public string? Location { get; private set; }

    public HttpResponseMessage? Last { get; private set; }

    /// <summary>Makes the first operator with the tests' token, who is signed in then.</summary>
    public async Task BeginAsync()
    {
        await GetAsync("/operate/sign-in");
        await PostAsync("/operate/first", ("token", StatusPageHarness.Token), ("email", Email), ("name", "Ops"), ("password", Password));
        Assert.True(Status == HttpStatusCode.SeeOther, Text);
    }

    public async Task SignInAsync(string password = Password, string? code = null, string email = Email)
    {
        await GetAsync("/operate/sign-in");
        await PostAsync("/operate/sign-in", ("email", email), ("password", password), ("code", code ?? ""));
    }

    public Task GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(page.Url, path)));

    /// <summary>Posts with the word of the page that was shown last.</summary>
    public Task PostAsync(string path, params (string Name, string Value)[] fields) =>
        PostWithAsync(Form().Match(Text).Groups[1].Value, path, fields);

    /// <summary>Posts with another word, or none.</summary>
    public Task PostWithAsync(string? form, string path, params (string Name, string Value)[] fields)
    {
        var all = fields.Select(field => KeyValuePair.Create(field.Name, field.Value)).ToList();
        if (form is not null)
        {
            all.Add(KeyValuePair.Create("form", form));
        }

        return SendAsync(new HttpRequestMessage(HttpMethod.Post, new Uri(page.Url, path)) { Content = new FormUrlEncodedContent(all) });
    }

    /// <summary>Opens a page and posts its form; both have to work.</summary>
    /// <returns>Where it leads.</returns>
    public async Task<string> DoAsync(string open, string path, params (string Name, string Value)[] fields)
    {
        await GetAsync(open);
        Assert.Equal(HttpStatusCode.OK, Status);
        await PostAsync(path, fields);
        Assert.True(Status == HttpStatusCode.SeeOther, $"{(int)Status}: {Text}");
        return Location!;
    }

    public IEnumerable<Cookie> Cookies => cookies.GetAllCookies();

    public void ForgetCookies()
    {
        foreach (var cookie in cookies.GetAllCookies().Cast<Cookie>())
        {
            cookie.Expired = true;
        }
    }

    public void Dispose()
    {
        Last?.Dispose();
        client.Dispose();
    }

    private async Task SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            Last?.Dispose();
            Last = await client.SendAsync(request, TestContext.Current.CancellationToken);
            Text = await Last.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Status = Last.StatusCode;
            Location = Last.Headers.Location?.ToString();
        }
    }

    [GeneratedRegex("name=\"form\" value=\"([0-9a-f]+)\"")]
    private static partial Regex Form();
}
