using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Holdfast.Cli.Tests.TestSystem;
using Holdfast.Control;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Cli.Tests.Commands;

/// <summary>The audit commands against a real control.</summary>
public sealed class AuditCommandsTests : IAsyncLifetime
{
    private const string Token = "test-admin-token-0123456789";

    private readonly TemporaryDirectory directory = new();
    private ControlHost control = null!;

    public async ValueTask InitializeAsync()
    {
        control = ControlHost.Build(
            new ControlOptions
            {
                DataDirectory = directory.Path,
                Endpoint = new IPEndPoint(IPAddress.Loopback, 0),
                AdminToken = Token,
                LoggerFactory = NullLoggerFactory.Instance,
            }
        );
        await control.StartAsync(TestContext.Current.CancellationToken);
        var (exitCode, _, error) = await RunAsync("zone", "add", "example.com", "--origin", "http://192.0.2.1");
        Assert.True(exitCode == 0, error);
    }

    public async ValueTask DisposeAsync()
    {
        await control.DisposeAsync();
        directory.Dispose();
    }

    [Fact]
    public async Task List_Table_SaysWhoAndWhat()
    {
        var (exitCode, output, _) = await RunAsync("audit", "list", "--zone", "example.com");
        Assert.Equal(0, exitCode);
        Assert.Matches(@"2 +\d{4}-\d\d-\d\dT\S+Z +admin +127\.0\.0\.1 +zones-put-by-name +zone example\.com", output);
    }

    [Fact]
    public async Task Show_AnEntry_SaysWhatWasThereAfterwards()
    {
        var (exitCode, output, _) = await RunAsync("audit", "show", "2");
        Assert.Equal(0, exitCode);
        Assert.Matches(@"operation +zones-put-by-name", output);
        using var entry = JsonDocument.Parse((await RunAsync("audit", "show", "2", "--json")).Out);
        Assert.Equal("example.com", entry.RootElement.GetProperty("after").GetProperty("name").GetString());

        Assert.Equal(
            (3, "", "holdfast: the audit log has no entry of this number (code 40004); 'list' shows what there is\n"),
            await RunAsync("audit", "show", "3")
        );
        Assert.Equal(2, (await RunAsync("audit", "show", "0")).ExitCode);
    }

    [Fact]
    public async Task List_RefusedRequest_SaysSoAndWhere()
    {
        using var stranger = new HttpClient { BaseAddress = control.Url };
        stranger.DefaultRequestHeaders.Authorization = new("Bearer", "not-a-token-of-this-place");
        using var refused = await stranger.GetAsync("/client/v4/accounts", TestContext.Current.CancellationToken);
        var (_, output, _) = await RunAsync("audit", "list", "--count", "1");
        Assert.Matches(@"3 .* anonymous +127\.0\.0\.1 +authentication \(refused\) +request /client/v4/accounts", output);
    }

    [Fact]
    public async Task List_Json_IsCutAtTheCount()
    {
        var (exitCode, output, _) = await RunAsync("audit", "list", "--json", "--count", "1");
        Assert.Equal(0, exitCode);
        using var json = JsonDocument.Parse(output);
        Assert.Equal(2, Assert.Single(json.RootElement.EnumerateArray()).GetProperty("sequence").GetInt64());
    }

    [Fact]
    public async Task Verify_WholeLog_ShowsTheHeadThatLaterProvesIt()
    {
        var (exitCode, output, error) = await RunAsync("audit", "verify");
        Assert.True(exitCode == 0, error);
        var head = Regex.Match(output, "^the audit log is whole: 2 entries\nhead (2:[0-9a-f]{64})\n$").Groups[1].Value;
        Assert.Equal(0, (await RunAsync("audit", "verify", "--head", head)).ExitCode);
        Assert.Equal(0, (await RunAsync("audit", "verify", "--offline", "--data", directory.Path, "--head", head)).ExitCode);
        var other = await RunAsync("audit", "verify", "--head", "2:" + new string('a', 64));
        Assert.Equal((1, true), (other.ExitCode, other.Error.Contains("entry 2 is not the one that was signed", StringComparison.Ordinal)));
        Assert.Equal(2, (await RunAsync("audit", "verify", "--head", "2:short")).ExitCode);
    }

    [Fact]
    public async Task VerifyOffline_OneByteChanged_NamesTheEntryAndFails()
    {
        await control.DisposeAsync();
        Assert.Equal(0, (await RunAsync("audit", "verify", "--offline", "--data", directory.Path)).ExitCode);
        var path = Path.Combine(directory.Path, "control", "control.db");
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        bytes[bytes.AsSpan().LastIndexOf("zones-put-by-name"u8)]++;
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);

        var (exitCode, _, error) = await RunAsync("audit", "verify", "--offline", "--data", directory.Path);
        Assert.Equal(1, exitCode);
        Assert.Equal(
            "holdfast: the audit log is not whole: entry 2 was changed: its hash does not fit what it says; "
                + "put the database aside as it is, and look for the entry in a backup\n",
            error
        );
    }

    [Fact]
    public async Task VerifyOffline_NoDatabase_SaysSo()
    {
        using var empty = new TemporaryDirectory();
        var (exitCode, _, error) = await RunAsync("audit", "verify", "--offline", "--data", empty.Path);
        Assert.Equal(1, exitCode);
        Assert.Contains("control.db is not there", error, StringComparison.Ordinal);
    }

    private async Task<(int ExitCode, string Out, string Error)> RunAsync(params string[] arguments)
    {
        var cli = new CliRun { CurrentDirectory = directory.Path };
        cli.Environment["HOLDFAST_CONTROL"] = control.Url.ToString();
        cli.Environment["HOLDFAST_TOKEN"] = Token;
        var exitCode = await cli.RunAsync(arguments);
        return (exitCode, cli.Out, cli.Error);
    }
}
