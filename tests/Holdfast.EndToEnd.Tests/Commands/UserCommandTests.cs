using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Commands;

/// <summary>The commands about people and tokens, beside a running program.</summary>
public sealed class UserCommandTests(SharedHoldfast shared) : SharedTests(shared)
{
    private const string Email = "ops@example.com";

    [Fact]
    public async Task User_AddSetRemove_SignsInAsWasSaid()
    {
        using var files = new TemporaryDirectory();
        await File.WriteAllTextAsync(files["first"], "seven grey geese walk home\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(files["second"], "eight brown cows stay there\n", TestContext.Current.CancellationToken);

        var added = await RunAsync("user", "add", "Ops@Example.com", "--role", "editor", "--password-file", files["first"]);
        Assert.Equal($"user {Email} can sign in\n", added.Succeeded().Out);
        Assert.Equal(5, (await RunAsync("user", "add", Email, "--password-file", files["first"])).ExitCode);
        Assert.Equal("ok", await SignInAsync("seven grey geese walk home"));

        (await RunAsync("user", "set", Email, "--name", "Alex", "--role", "viewer", "--password-file", files["second"])).Succeeded();
        var shown = JsonNode.Parse((await RunAsync("user", "show", Email, "--json")).Succeeded().Out)!;
        Assert.Equal(("Alex", "viewer"), (shown["name"]!.GetValue<string>(), shown["role"]!.GetValue<string>()));
        Assert.Equal("refused", await SignInAsync("seven grey geese walk home"));
        Assert.Equal("ok", await SignInAsync("eight brown cows stay there"));

        (await RunAsync("user", "set", Email, "--disable", "--remove-totp", "--remove-api-key")).Succeeded();
        Assert.Equal("refused", await SignInAsync("eight brown cows stay there"));
        Assert.Contains("disabled", (await RunAsync("user", "list")).Succeeded().Out);

        (await RunAsync("user", "remove", Email)).Succeeded();
        Assert.Equal(3, (await RunAsync("user", "show", Email)).ExitCode);
    }

    [Fact]
    public async Task User_WrittenWrongly_IsSaid()
    {
        using var files = new TemporaryDirectory();
        await File.WriteAllTextAsync(files["short"], "short\n", TestContext.Current.CancellationToken);
        Assert.Equal(7, (await RunAsync("user", "add", "a@example.com", "--password-file", files["short"])).ExitCode);
        Assert.Equal(2, (await RunAsync("user", "add", "a@example.com", "--password-file", files["none"])).ExitCode);
        Assert.Contains("--password-file", (await RunAsync("user", "add", "a@example.com")).Error);
        Assert.Equal(3, (await RunAsync("user", "set", "nobody@example.com", "--enable")).ExitCode);
    }

    [Fact]
    public async Task Token_Verify_SaysWhetherItIsGood()
    {
        Assert.Contains(" is active, for ever", (await RunAsync("token", "verify")).Succeeded().Out);
        var made = (
            await RunAsync("token", "add", "verified", "--allow", "Zone Read", "--all-zones", "--expires", "2099-01-31")
        ).Succeeded();
        var verified = await RunAsync("token", "verify", "--json", "--token", made.Out.Trim());
        Assert.Equal("active", JsonNode.Parse(verified.Succeeded().Out)!["status"]!.GetValue<string>());
        Assert.Equal(4, (await RunAsync("token", "verify", "--token", "hf_nothing")).ExitCode);
    }

    private Task<ToolResult> RunAsync(params string[] arguments) => Holdfast.CommandAsync(arguments);

    private async Task<string> SignInAsync(string password)
    {
        using var client = new HttpClient { BaseAddress = Holdfast.Control };
        var body = new JsonObject { ["email"] = Email, ["password"] = password };
        using var response = await client.PostAsync(
            "/holdfast/v1/sessions",
            new StringContent(body.ToJsonString()),
            TestContext.Current.CancellationToken
        );
        return response.IsSuccessStatusCode ? "ok" : "refused";
    }
}
