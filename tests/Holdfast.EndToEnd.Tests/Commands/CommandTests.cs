using System.Text.Json.Nodes;
using Holdfast.EndToEnd.Tests.Harness;

namespace Holdfast.EndToEnd.Tests.Commands;

/// <summary>The commands that a person runs beside a running program.</summary>
public sealed class CommandTests(SharedHoldfast shared) : SharedTests(shared)
{
    [Fact]
    public async Task Zone_AddShowListRemove_IsServedAndThenNoMore()
    {
        await using var nginx = await NginxOrigin.StartAsync("location / { return 200 mine; }");

        Assert.Equal(
            $"zone command.example.com is served from {nginx.Url}\n",
            (await Holdfast.CommandAsync("zone", "add", "Command.Example.com.", "--origin", nginx.Url)).Succeeded().Out
        );
        await Eventually.TrueAsync(async () => await BodyAsync("www.command.example.com") == "mine", "the zone live");

        var shown = JsonNode.Parse((await Holdfast.CommandAsync("zone", "show", "command.example.com", "--json")).Succeeded().Out)!;
        Assert.Equal("command.example.com", shown["name"]!.GetValue<string>());
        Assert.Equal(nginx.Url, shown["origin"]!.GetValue<string>());
        Assert.Contains("command.example.com", (await Holdfast.CommandAsync("zone", "list")).Succeeded().Out, StringComparison.Ordinal);

        var again = await Holdfast.CommandAsync("zone", "add", "command.example.com", "--origin", "http://127.0.0.1:1");
        Assert.Equal(5, again.ExitCode);
        Assert.Contains("--update", again.Error, StringComparison.Ordinal);

        (await Holdfast.CommandAsync("zone", "remove", "command.example.com")).Succeeded();
        await Eventually.TrueAsync(
            async () => (await Curl.GetAsync(Holdfast.Http, "command.example.com", "/")).Status == 421,
            "the zone gone"
        );
        Assert.Equal(3, (await Holdfast.CommandAsync("zone", "show", "command.example.com")).ExitCode);
    }

    [Fact]
    public async Task Cert_Trust_MakesCurlBelieveEveryZone()
    {
        await using var nginx = await NginxOrigin.StartAsync("location / { return 200 mine; }");
        await Holdfast.ZoneAsync("trusted.example.com", nginx.Url);
        using var files = new TemporaryDirectory();

        var untrusted = await Curl.RunAsync(Holdfast.Https, "trusted.example.com", "/");
        Assert.Equal(60, untrusted.ExitCode);

        (await Holdfast.CommandAsync("cert", "trust", "--out", files["ca.pem"])).Succeeded();
        var answer = await Curl.GetAsync(Holdfast.Https, "www.trusted.example.com", "/", "--cacert", files["ca.pem"]);
        Assert.Equal("mine", answer.Body);
    }

    [Fact]
    public async Task Cert_AddList_IsShownToVisitors()
    {
        await using var nginx = await NginxOrigin.StartAsync("location / { return 200 mine; }");
        await Holdfast.ZoneAsync("certified.example.com", nginx.Url);
        using var files = new TemporaryDirectory();
        var (certificate, key) = Shared.Authority.Issue("certified.example.com");
        await File.WriteAllTextAsync(files["cert.pem"], certificate, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(files["key.pem"], key, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(files["ca.pem"], Shared.Authority.Pem, TestContext.Current.CancellationToken);

        var added = await Holdfast.CommandAsync(
            "cert",
            "add",
            "certified.example.com",
            "--cert",
            files["cert.pem"],
            "--key",
            files["key.pem"],
            "--json"
        );
        var id = JsonNode.Parse(added.Succeeded().Out)!["id"]!.GetValue<string>();
        var listed = await Holdfast.CommandAsync("cert", "list", "certified.example.com", "--json");
        Assert.Contains(id, listed.Succeeded().Out, StringComparison.Ordinal);

        await Eventually.TrueAsync(
            async () => (await Curl.RunAsync(Holdfast.Https, "certified.example.com", "/", "--cacert", files["ca.pem"])).ExitCode == 0,
            "the certificate in use"
        );
        var printed = key.Split('\n')[1];
        Assert.DoesNotContain(
            Directory
                .EnumerateFiles(Holdfast.Data, "*", SearchOption.AllDirectories)
                .Where(f => !f.EndsWith("lock", StringComparison.Ordinal)),
            Holds
        );

        bool Holds(string file)
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd().Contains(printed, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Logs_AndStatus_ShowWhatHappened()
    {
        await using var nginx = await NginxOrigin.StartAsync("location / { return 200 mine; }");
        await Holdfast.ZoneAsync("logged.example.com", nginx.Url);
        var answer = await Curl.GetAsync(Holdfast.Http, "logged.example.com", "/seen");
        await Holdfast.LogRecordAsync(answer.Ray);

        var logs = await Holdfast.CommandAsync("logs", "--json");
        Assert.Contains(answer.Ray, logs.Succeeded().Out, StringComparison.Ordinal);
        var status = await Holdfast.CommandAsync("status");
        Assert.Contains("edge-1", status.Succeeded().Out, StringComparison.Ordinal);
        Assert.Contains("control", status.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("up", "--nonsense")]
    [InlineData("up", "--http", "nowhere")]
    [InlineData("up", "--origin", "ftp://example.com")]
    [InlineData("up", "--edges", "0")]
    public async Task Command_BadUse_IsOneLineAndExitCode2(params string[] arguments)
    {
        using var directory = new TemporaryDirectory();
        var result = await HoldfastUnderTest.RunAsync([.. arguments, "--data", directory["data"]]);

        Assert.Equal(2, result.ExitCode);
        Assert.Equal("", result.Out);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.InRange(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, 1, 2);
    }

    [Fact]
    public async Task Up_PortInUse_IsOneLineAndExitCode2()
    {
        using var directory = new TemporaryDirectory();
        var result = await HoldfastUnderTest.RunAsync("up", "--data", directory["data"], "--http", Holdfast.Http.Authority);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"{Holdfast.Http.Authority} is in use", result.Error, StringComparison.Ordinal);
    }

    private async Task<string> BodyAsync(string host) => (await Curl.GetAsync(Holdfast.Http, host, "/")).Body;
}
