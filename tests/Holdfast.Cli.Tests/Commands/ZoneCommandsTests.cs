using System.Text.Json;
using Holdfast.Cli.Tests.ControlApi;
using Holdfast.Cli.Tests.TestSystem;

namespace Holdfast.Cli.Tests.Commands;

public sealed class ZoneCommandsTests : IAsyncLifetime
{
    private readonly TemporaryDirectory directory = new();
    private FakeControl control = null!;

    public async ValueTask InitializeAsync() => control = await FakeControl.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await control.DisposeAsync();
        directory.Dispose();
    }

    private async Task<(int ExitCode, string Out, string Error)> RunAsync(params string[] arguments)
    {
        var cli = new CliRun { CurrentDirectory = directory.Path };
        cli.Environment["HOLDFAST_CONTROL"] = control.Url;
        cli.Environment["HOLDFAST_TOKEN"] = FakeControl.Token;
        var exitCode = await cli.RunAsync(arguments);
        return (exitCode, cli.Out, cli.Error);
    }

    [Fact]
    public async Task Add_ANewZone_IsThere()
    {
        var (exitCode, output, _) = await RunAsync("zone", "add", "Bücher.Example.com.", "--origin", "https://192.0.2.10:443");
        Assert.Equal(0, exitCode);
        Assert.Equal("zone xn--bcher-kva.example.com is served from https://192.0.2.10\n", output);
        Assert.Equal("https://192.0.2.10", (string?)control.Zones["xn--bcher-kva.example.com"]["origin"]);
    }

    [Fact]
    public async Task Add_TheCatchAll_IsThere()
    {
        var (exitCode, _, _) = await RunAsync("zone", "add", "*", "--origin", "http://127.0.0.1:3000");
        Assert.Equal(0, exitCode);
        Assert.Equal("*", Assert.Single(control.Zones).Key);
    }

    [Fact]
    public async Task Add_AZoneThatIsThere_NeedsUpdate()
    {
        await RunAsync("zone", "add", "example.com", "--origin", "http://192.0.2.1");
        var (again, _, _) = await RunAsync("zone", "add", "example.com", "--origin", "http://192.0.2.1");
        Assert.Equal(0, again);

        var (exitCode, _, error) = await RunAsync("zone", "add", "example.com", "--origin", "http://192.0.2.2");
        Assert.Equal(5, exitCode);
        Assert.Equal("holdfast: zone example.com is there already, with origin http://192.0.2.1; --update gives it the new one\n", error);

        var (updated, _, _) = await RunAsync("zone", "add", "example.com", "--origin", "http://192.0.2.2", "--update");
        Assert.Equal(0, updated);
        Assert.Equal("http://192.0.2.2", (string?)control.Zones["example.com"]["origin"]);
    }

    [Fact]
    public async Task Add_ControlRefuses_IsItsReasonOnOneLine()
    {
        var (exitCode, output, error) = await RunAsync("zone", "add", "example.com", "--origin", "https://refused.example.com");
        Assert.Equal(7, exitCode);
        Assert.Empty(output);
        Assert.Equal("holdfast: origin is refused (code 1004); see 'holdfast zone add --help'\n", error);
    }

    [Fact]
    public async Task List_MoreThanAPage_ListsThemAll()
    {
        for (var number = 0; number < 120; number++)
        {
            control.Zones[$"z{number:000}.example.com"] = new()
            {
                ["id"] = $"{number}",
                ["name"] = $"z{number:000}.example.com",
                ["origin"] = "http://192.0.2.1",
            };
        }

        var (exitCode, output, _) = await RunAsync("zone", "list", "--json");
        Assert.Equal(0, exitCode);
        Assert.Equal(
            control.Zones.Keys,
            JsonDocument.Parse(output).RootElement.EnumerateArray().Select(zone => zone.GetProperty("name").GetString())
        );

        var (_, table, _) = await RunAsync("zone", "list");
        Assert.Contains("z119.example.com", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_NoZones_SaysHowToAddOne()
    {
        Assert.Equal("[]\n", (await RunAsync("zone", "list", "--json")).Out);
        Assert.Contains("zone add example.com", (await RunAsync("zone", "list")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ShowAndRemove_AZone_FindItByName()
    {
        await RunAsync("zone", "add", "example.com", "--origin", "http://192.0.2.1");
        var (_, json, _) = await RunAsync("zone", "show", "EXAMPLE.com", "--json");
        Assert.Equal("example.com", JsonDocument.Parse(json).RootElement.GetProperty("name").GetString());
        control.Zones["example.com"]["paused"] = false;
        control.Zones["example.com"]["name_servers"] = new System.Text.Json.Nodes.JsonArray();
        var (_, shown, _) = await RunAsync("zone", "show", "example.com");
        Assert.Contains("http://192.0.2.1", shown, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^paused +false *$", shown);
        Assert.DoesNotContain("name_servers", shown, StringComparison.Ordinal);

        var (exitCode, output, _) = await RunAsync("zone", "remove", "example.com");
        Assert.Equal(0, exitCode);
        Assert.Equal("zone example.com is removed\n", output);
        Assert.Empty(control.Zones);

        var (gone, _, error) = await RunAsync("zone", "remove", "example.com");
        Assert.Equal(3, gone);
        Assert.Equal("holdfast: there is no zone example.com; 'zone list' shows those there are\n", error);
    }

    [Fact]
    public async Task Add_BadInput_IsExitCode2AndNothingIsAsked()
    {
        Assert.Equal(2, (await RunAsync("zone", "add", "-bad-", "--origin", "http://192.0.2.1")).ExitCode);
        Assert.Equal(2, (await RunAsync("zone", "add", "example.com", "--origin", "192.0.2.1")).ExitCode);
        Assert.Equal(2, (await RunAsync("zone", "add", "example.com")).ExitCode);
        Assert.Equal(2, (await RunAsync("zone", "list", "--control", "ftp://x")).ExitCode);
        Assert.Equal(0, control.Calls);
    }

    [Fact]
    public async Task AnyCommand_WrongToken_SaysHowToGiveOne()
    {
        var (exitCode, _, error) = await RunAsync("zone", "list", "--token", "wrong");
        Assert.Equal(4, exitCode);
        Assert.Equal("holdfast: Authentication error (code 10000); give a token with --token or HOLDFAST_TOKEN\n", error);
    }

    [Fact]
    public async Task AnyCommand_TokenFileOfTheDataDirectory_IsUsedLast()
    {
        File.WriteAllText(directory["cli-token"], FakeControl.Token + "\n");
        var cli = new CliRun { CurrentDirectory = directory.Path };
        Assert.Equal(0, await cli.RunAsync("zone", "list", "--json", "--data", directory.Path, "--control", control.Url));
    }

    [Fact]
    public async Task AnyCommand_NothingListens_IsOneLine()
    {
        var url = control.Url;
        await control.DisposeAsync();
        var (exitCode, _, error) = await RunAsync("zone", "list", "--control", url);
        Assert.Equal(6, exitCode);
        Assert.StartsWith($"holdfast: control does not answer at {url}", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task CertAddAndList_PemFiles_ReachControl()
    {
        await RunAsync("zone", "add", "example.com", "--origin", "http://192.0.2.1");
        File.WriteAllText(directory["c.pem"], "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n");
        File.WriteAllText(directory["k.pem"], "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n");
        var (exitCode, output, _) = await RunAsync("cert", "add", "example.com", "--cert", "c.pem", "--key", "k.pem");
        Assert.Equal(0, exitCode);
        Assert.Contains("valid to 2027-01-31", output, StringComparison.Ordinal);
        Assert.Contains("PRIVATE KEY", (string?)control.Certificates[0]["key"], StringComparison.Ordinal);
        Assert.Contains("example.com", (await RunAsync("cert", "list", "example.com")).Out, StringComparison.Ordinal);

        Assert.Equal(2, (await RunAsync("cert", "add", "example.com", "--cert", "k.pem", "--key", "k.pem")).ExitCode);
        Assert.Equal(2, (await RunAsync("cert", "add", "example.com", "--cert", "missing.pem", "--key", "k.pem")).ExitCode);
    }
}
