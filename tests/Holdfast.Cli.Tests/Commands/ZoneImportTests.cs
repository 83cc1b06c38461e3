using System.Text.Json;
using Holdfast.Cli.ControlApi;
using Holdfast.Cli.Terminal;
using Holdfast.Cli.Tests.ControlApi;
using Holdfast.Cli.Tests.TestSystem;

namespace Holdfast.Cli.Tests.Commands;

public sealed class ZoneImportTests : IAsyncLifetime
{
    private readonly TemporaryDirectory directory = new();
    private FakeControl control = null!;

    public async ValueTask InitializeAsync() => control = await FakeControl.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await control.DisposeAsync();
        directory.Dispose();
    }

    [Fact]
    public async Task Import_BothForms_AreThereInBatches()
    {
        var lines = Enumerable
            .Range(0, 2500)
            .Select(i => i % 2 == 0 ? $"z{i}.example,http://192.0.2.1" : $$"""{"name":"z{{i}}.example","origin":null}""");
        var (exitCode, output, error) = await RunAsync(["name,origin", "", "# a comment", .. lines]);
        Assert.Equal(("", 0), (error, exitCode));
        Assert.Equal("2,500 zones added, 0 changed, 0 as they were, 0 bad lines left out\n", output);
        Assert.Equal([1000, 1000, 500], control.Imports);
        Assert.Equal("http://192.0.2.1", (string?)control.Zones["z0.example"]["origin"]);
        Assert.Null(control.Zones["z1.example"]["origin"]);
    }

    [Fact]
    public async Task Import_BadLines_AreNamedAndLeftOut()
    {
        var (exitCode, output, error) = await RunAsync([
            "good.example,http://192.0.2.1",
            "not a name,http://192.0.2.1",
            "refused.example.com,http://192.0.2.1",
            "no-comma",
            "a.example,ftp://192.0.2.1",
            "{\"name\":",
            "also-good.example,",
        ]);
        Assert.Equal(1, exitCode);
        Assert.Equal("2 zones added, 0 changed, 0 as they were, 5 bad lines left out\n", output);
        var named = error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["line 2:", "line 3:", "line 4:", "line 5:", "line 6:"], named.Select(line => line[..7]).Order());
        Assert.Equal(["also-good.example", "good.example"], control.Zones.Keys);
    }

    [Fact]
    public async Task Import_NameTwice_TheLaterLineIsSentAfterTheEarlier()
    {
        await RunAsync(["a.example,http://192.0.2.1", "b.example,http://192.0.2.1", "A.example.,http://192.0.2.2"]);
        Assert.Equal([2, 1], control.Imports);
        Assert.Equal("http://192.0.2.2", (string?)control.Zones["a.example"]["origin"]);
    }

    [Fact]
    public async Task Import_ControlFails_SaysWhereItStoppedAndGoesOnWhenRepeated()
    {
        var lines = Enumerable.Range(0, 1000).Select(i => $"z{i}.example,http://192.0.2.1").ToList();
        var (exitCode, _, error) = await RunAsync([.. lines, "breaks.example.com,http://192.0.2.1"]);
        Assert.Equal(CliFailure.Busy, exitCode);
        Assert.Contains("stopped before line 1001", error, StringComparison.Ordinal);

        var (again, output, _) = await RunAsync([.. lines, "last.example,http://192.0.2.1"]);
        Assert.Equal(0, again);
        Assert.Equal("1 zones added, 0 changed, 1,000 as they were, 0 bad lines left out\n", output);
    }

    [Fact]
    public async Task Import_InATerminal_ShowsProgress()
    {
        var (_, _, error) = await RunAsync([.. Enumerable.Range(0, 1500).Select(i => $"z{i}.example,http://192.0.2.1")], terminal: true);
        Assert.Contains("1,000 zones", error, StringComparison.Ordinal);
        Assert.Contains(" a second", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_Json_IsOneObject()
    {
        var (exitCode, output, error) = await RunAsync(["a.example,http://192.0.2.1", "bad"], more: "--json");
        Assert.Equal(("", 1), (error, exitCode));
        using var document = JsonDocument.Parse(output);
        Assert.Equal(1, document.RootElement.GetProperty("created").GetInt32());
        Assert.Equal(2, document.RootElement.GetProperty("errors")[0].GetProperty("line").GetInt64());
    }

    [Fact]
    public async Task Import_NoSuchFile_IsOneLine()
    {
        var cli = Cli(terminal: false);
        Assert.Equal(1, await cli.RunAsync("zone", "import", "missing.csv"));
        Assert.StartsWith("holdfast: missing.csv cannot be read: ", cli.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"example.com\", \"http://192.0.2.1\"", "example.com", "http://192.0.2.1")]
    [InlineData("*.example.com,h2c://192.0.2.1:8080", "*.example.com", "h2c://192.0.2.1:8080")]
    [InlineData("{\"origin\":\"http://192.0.2.1\",\"name\":\"Example.COM\"}", "example.com", "http://192.0.2.1")]
    public void Line_Good_IsAZone(string line, string name, string origin) =>
        Assert.Equal(new ZoneLine(2, name, origin), ZoneFile.Read(line, 2));

    [Theory]
    [InlineData("a.example,http://192.0.2.1,more")]
    [InlineData("{\"name\":\"a.example\",\"name\":\"b.example\"}")]
    [InlineData("{\"name\":7}")]
    [InlineData("{\"name\":\"a.example\",\"more\":\"x\"}")]
    [InlineData("{\"origin\":\"http://192.0.2.1\"}")]
    [InlineData("{} {}")]
    [InlineData("{\"name\":\"\\ud800\"}")]
    public void Line_Bad_SaysWhy(string line) => Assert.NotNull(ZoneFile.Read(line, 2)!.Error);

    [Fact]
    public void Line_TooLong_SaysWhy() =>
        Assert.Contains("characters", ZoneFile.Read(new string('a', 5000), 2)!.Error, StringComparison.Ordinal);

    private CliRun Cli(bool terminal)
    {
        var cli = new CliRun { CurrentDirectory = directory.Path, OutIsTerminal = terminal };
        cli.Environment["HOLDFAST_CONTROL"] = control.Url;
        cli.Environment["HOLDFAST_TOKEN"] = FakeControl.Token;
        return cli;
    }

    private async Task<(int ExitCode, string Out, string Error)> RunAsync(string[] lines, bool terminal = false, params string[] more)
    {
        await File.WriteAllLinesAsync(directory["zones.csv"], lines, TestContext.Current.CancellationToken);
        var cli = Cli(terminal);
        var exitCode = await cli.RunAsync(["zone", "import", "zones.csv", .. more]);
        return (exitCode, cli.Out, cli.Error);
    }
}
