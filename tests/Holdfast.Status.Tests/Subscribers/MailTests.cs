using System.Net;
using System.Text.RegularExpressions;
using Holdfast.Status.Subscribers;

namespace Holdfast.Status.Tests.Subscribers;

/// <summary>From the wish to be told to the mail, with a mail server of its own.</summary>
public sealed partial class MailTests : IAsyncLifetime
{
    private readonly HttpClient client = new(new SocketsHttpHandler { UseProxy = false });
    private Postbox postbox = null!;
    private StatusPageHarness page = null!;

    public async ValueTask InitializeAsync()
    {
        postbox = new Postbox();
        page = await StatusPageHarness.StartAsync();
        await RestartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await page.DisposeAsync();
        await postbox.DisposeAsync();
    }

    [Fact]
    public async Task Reader_IsAskedFirst_ThenTold_AndLeavesWithOneClick()
    {
        Assert.Contains("Look into your mail", await PostAsync("/subscribe", ("email", " Reader@Example.com ")), StringComparison.Ordinal);
        await PostIncidentAsync("Before anybody said yes");
        await page.DeliverAsync();
        var question = Assert.Single(postbox.Mails);
        Assert.Equal("reader@example.com", question.To);
        var confirm = Path(question.Text, "subscribe");

        // A mail program that opens links by itself changes nothing.
        Assert.Contains("Yes, tell me", await page.PageAsync(confirm), StringComparison.Ordinal);
        await PostIncidentAsync("Still before");
        await page.DeliverAsync();
        Assert.Single(postbox.Mails);

        await PostAsync(confirm);
        await PostIncidentAsync("Errors in Zurich");
        await page.DeliverAsync();
        var mail = postbox.Mails[1].Text;
        Assert.Contains("Subject: Example Hosting: Errors in Zurich (investigating)", mail, StringComparison.Ordinal);
        Assert.Contains("https://status.example.com/incidents/", mail, StringComparison.Ordinal);
        Assert.Contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click", mail, StringComparison.Ordinal);
        Assert.Contains("From: Example <status@example.com>", mail, StringComparison.Ordinal);

        // RFC 8058: the program of the reader posts to the address in the header.
        var header = Unfolded(mail).Split('\n').Single(line => line.StartsWith("List-Unsubscribe:", StringComparison.Ordinal));
        var leave = header.Split('<')[1].Split('>')[0].Replace("https://status.example.com", "", StringComparison.Ordinal);
        await page.PageAsync(leave);
        Assert.Single((await page.WriteAsync("GET", "/subscribers")).AsArray());
        await PostAsync(leave, ("List-Unsubscribe", "One-Click"));
        Assert.Empty((await page.WriteAsync("GET", "/subscribers")).AsArray());
        await PostIncidentAsync("After");
        await page.DeliverAsync();
        Assert.Equal(2, postbox.Mails.Count);

        // The audit log, which is kept for ever, never knew the address.
        Assert.DoesNotContain("reader@", (await page.WriteAsync("GET", "/audit")).ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/subscribe/abcdefghijkl00000000000000000000000000000000")]
    [InlineData("/unsubscribe/abcdefghijkl00000000000000000000000000000000")]
    [InlineData("/unsubscribe/x")]
    public async Task Link_ThatIsNotOurs_DoesNothing(string path)
    {
        await SubscribeAsync("reader@example.com");

        using var response = await client.PostAsync(
            new Uri(page.Url, path),
            new FormUrlEncodedContent([]),
            TestContext.Current.CancellationToken
        );

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Single((await page.WriteAsync("GET", "/subscribers")).AsArray());
    }

    [Theory]
    [InlineData("no address")]
    [InlineData("a@example.com\r\nBcc: b@example.com")]
    [InlineData("a@example.com,b@example.com")]
    [InlineData("\"<b@example.com>\"@example.com")]
    public async Task Address_ThatIsNone_IsRefused(string email)
    {
        Assert.Contains("no e-mail address", await PostAsync("/subscribe", ("email", email)), StringComparison.Ordinal);

        await page.DeliverAsync();
        Assert.Empty(postbox.Mails);
    }

    [Fact]
    public async Task SameAddress_AskedByAnybody_GetsOneQuestionInHalfAnHour()
    {
        for (var i = 0; i < 5; i++)
        {
            await PostAsync("/subscribe", ("email", "reader@example.com"));
        }

        await page.DeliverAsync();
        Assert.Single(postbox.Mails);

        page.Clock.Advance(SubscriberLimits.AskAgain);
        await PostAsync("/subscribe", ("email", "reader@example.com"));
        await page.DeliverAsync();
        Assert.Equal(2, postbox.Mails.Count);

        // Who does not answer is forgotten, when the next one asks.
        page.Clock.Advance(SubscriberLimits.Answer + TimeSpan.FromSeconds(1));
        await PostAsync("/subscribe", ("email", "another@example.com"));
        Assert.Equal(
            "another@example.com",
            Assert.Single((await page.WriteAsync("GET", "/subscribers")).AsArray())!["email"]!.GetValue<string>()
        );
    }

    [Fact]
    public async Task Reader_OfOneComponent_IsToldAboutThatOne()
    {
        var (zurich, api) = (await page.ComponentAsync("Zurich"), await page.ComponentAsync("API"));
        await SubscribeAsync("zurich@example.com", zurich);
        await SubscribeAsync("all@example.com");
        var before = postbox.Mails.Count;

        await PostIncidentAsync("API slow", $",\"component_ids\":[\"{api}\"]");
        await PostIncidentAsync("Zurich dark", $",\"component_ids\":[\"{zurich}\"]");
        await PostIncidentAsync("Nobody is told", ",\"deliver_notifications\":false");
        await page.DeliverAsync();

        var told = postbox.Mails.Skip(before).Select(mail => $"{mail.To} {Subject(mail.Text)}").Order(StringComparer.Ordinal);
        Assert.Equal(
            [
                "all@example.com Example Hosting: API slow (investigating)",
                "all@example.com Example Hosting: Zurich dark (investigating)",
                "zurich@example.com Example Hosting: Zurich dark (investigating)",
            ],
            told
        );
    }

    [Fact]
    public async Task Mail_ThatIsNotTaken_IsTriedAgainLaterAndLater_ThenTheReaderIsDisabled()
    {
        await SubscribeAsync("away@example.com");
        await SubscribeAsync("here@example.com");
        var before = postbox.Mails.Count;
        postbox.Refuses = to => to == "away@example.com";
        await PostIncidentAsync("Errors");
        await page.DeliverAsync();
        Assert.Equal("here@example.com", Assert.Single(postbox.Mails.Skip(before)).To);

        // Back after a while: nothing was lost, and nobody got it twice.
        page.Clock.Advance(SubscriberLimits.Pause(1));
        await page.DeliverAsync();
        postbox.Refuses = _ => false;
        await page.DeliverAsync();
        Assert.Single(postbox.Mails.Skip(before));
        page.Clock.Advance(SubscriberLimits.Pause(2));
        await page.DeliverAsync();
        Assert.Equal(
            ["away@example.com", "here@example.com"],
            postbox.Mails.Skip(before).Select(mail => mail.To).Order(StringComparer.Ordinal)
        );

        postbox.Refuses = to => to == "away@example.com";
        await PostIncidentAsync("More errors");
        for (var i = 0; i < SubscriberLimits.Tries; i++)
        {
            await page.DeliverAsync();
            page.Clock.Advance(TimeSpan.FromHours(1));
        }

        var rows = (await page.WriteAsync("GET", "/subscribers")).AsArray();
        Assert.Equal("disabled", rows.Single(row => row!["email"]!.GetValue<string>() == "away@example.com")!["state"]!.GetValue<string>());
        Assert.Equal("active", rows.Single(row => row!["email"]!.GetValue<string>() == "here@example.com")!["state"]!.GetValue<string>());
    }

    /// <summary>What is on the disk goes on where it was, with the same message ids, so that a reader's program sees a repetition as one.</summary>
    [Fact]
    public async Task Killed_WhileItSends_LosesNone_AndRepeatsOnlyThoseInFlight()
    {
        const int readers = 50;
        for (var i = 0; i < readers; i++)
        {
            await SubscribeAsync($"reader{i}@example.com");
        }

        var before = postbox.Mails.Count;
        await PostIncidentAsync("Errors");

        // The disk stops when some mails have been taken, as a kill stops it: what became of them is never written.
        var copy = Directory.CreateTempSubdirectory("holdfast-status-").FullName;
        var taken = 0;
        postbox.Taken = () =>
        {
            if (Interlocked.Increment(ref taken) == 20)
            {
                CopyStore(copy);
            }
        };
        await page.DeliverAsync();
        postbox.Taken = () => { };
        var first = postbox.Mails.Skip(before).ToList();
        Assert.Equal(readers, first.Count);

        await RestartAsync(copy);
        await page.DeliverAsync();

        var all = postbox.Mails.Skip(before).ToList();
        Assert.Equal(readers, all.Select(mail => mail.To).Distinct().Count());
        var again = all.Skip(readers).Where(mail => first.Take(20).Any(one => one.To == mail.To)).ToList();
        Assert.InRange(again.Count, 1, SubscriberLimits.AtOnce);
        Assert.All(again, mail => Assert.Equal(MessageId(first.Single(one => one.To == mail.To).Text), MessageId(mail.Text)));
        Assert.Equal(readers, all.Take(20).Concat(all.Skip(readers)).Select(mail => mail.To).Distinct().Count());
        await RestartAsync();
        Directory.Delete(copy, recursive: true);
    }

    private void CopyStore(string directory)
    {
        Directory.CreateDirectory(System.IO.Path.Combine(directory, "status"));
        foreach (var file in Directory.GetFiles(System.IO.Path.GetDirectoryName(page.Database)!))
        {
            File.Copy(file, System.IO.Path.Combine(directory, "status", System.IO.Path.GetFileName(file)));
        }
    }

    private Task RestartAsync(string? directory = null) =>
        page.RestartAsync(options =>
            options with
            {
                DataDirectory = directory ?? options.DataDirectory,
                Mail = MailSettings.Read($"smtp://127.0.0.1:{postbox.Port}", "Example <status@example.com>"),
            }
        );

    private async Task SubscribeAsync(string email, string? component = null)
    {
        var components = component is null ? "" : $",\"component_ids\":[\"{component}\"]";
        await page.WriteAsync("POST", "/subscribers", $$$"""{"subscriber":{"email":"{{{email}}}"{{{components}}}}}""");
        await page.DeliverAsync();
        await PostAsync(Path(postbox.Mails[^1].Text, "subscribe"));
    }

    private Task PostIncidentAsync(string name, string more = "") =>
        page.WriteAsync("POST", "/incidents", $$$"""{"incident":{"name":"{{{name}}}","body":"We look."{{{more}}}}}""");

    private async Task<string> PostAsync(string path, params (string Name, string Value)[] fields)
    {
        using var response = await client.PostAsync(
            new Uri(page.Url, path),
            new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))),
            TestContext.Current.CancellationToken
        );
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private static string Unfolded(string mail) => Folds().Replace(mail, " ");

    private static string Subject(string mail) =>
        Unfolded(mail).Split('\n').Single(line => line.StartsWith("Subject: ", StringComparison.Ordinal))["Subject: ".Length..];

    private static string MessageId(string mail) =>
        Unfolded(mail).Split('\n').Single(line => line.StartsWith("Message-Id: ", StringComparison.OrdinalIgnoreCase));

    /// <summary>The path of the link in a mail, whose lines may be broken with a = at their end.</summary>
    private static string Path(string mail, string name) =>
        Regex
            .Match(
                mail.Replace("=\n", "", StringComparison.Ordinal),
                $"https://status.example.com(/{name}/[a-z0-9]{{44}})",
                RegexOptions.None,
                TimeSpan.FromSeconds(5)
            )
            .Groups[1]
            .Value;

    [GeneratedRegex("\n[ \t]+")]
    private static partial Regex Folds();
}
