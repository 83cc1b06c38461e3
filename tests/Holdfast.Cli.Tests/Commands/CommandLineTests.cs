using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Holdfast.Cli.Tests.TestSystem;

namespace Holdfast.Cli.Tests.Commands;

public sealed class CommandLineTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    private async Task<(int ExitCode, string Out, string Error)> RunAsync(params string[] arguments)
    {
        var cli = new CliRun { CurrentDirectory = directory.Path };
        var exitCode = await cli.RunAsync(arguments);
        return (exitCode, cli.Out, cli.Error);
    }

    [Theory]
    [InlineData("up", "--bogus")]
    [InlineData("up", "--http")]
    [InlineData("up", "extra")]
    [InlineData("up", "--edges", "0")]
    [InlineData("up", "--origin", "nowhere")]
    [InlineData("up", "--http", "1", "--https", "1")]
    [InlineData("zon")]
    [InlineData("zone", "bogus")]
    [InlineData("zone", "show")]
    [InlineData("cert", "add", "example.com")]
    [InlineData("run", "edge", "--name", "Edge 1")]
    [InlineData("run", "edge", "--fd-http", "x")]
    [InlineData("run", "edge", "--without", "guard")]
    [InlineData("run", "edge", "--fault-injection", "--without", "roof")]
    [InlineData("drill", "all", "--without", "guard")]
    [InlineData("drill", "fastly", "--without", "roof")]
    [InlineData("drill", "byoip", "--without", "all")]
    [InlineData("run", "control", "--fd-control", "2")]
    [InlineData("run", "status", "--listen", "nowhere")]
    [InlineData("run", "status", "--fd-status", "2")]
    [InlineData("logs", "--lines", "few")]
    [InlineData("logs", "--edge", "../../etc")]
    [InlineData("status", "--data", "")]
    public async Task AnyCommand_WrittenWrongly_IsOneLineAndExitCode2(params string[] arguments)
    {
        var (exitCode, output, error) = await RunAsync(arguments);
        Assert.Equal(2, exitCode);
        Assert.Empty(output);
        Assert.Matches("^holdfast: [^;]+; .+", error);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    [Theory]
    [InlineData()]
    [InlineData("up")]
    [InlineData("run")]
    [InlineData("run", "edge")]
    [InlineData("run", "control")]
    [InlineData("run", "status")]
    [InlineData("status")]
    [InlineData("zone")]
    [InlineData("zone", "add")]
    [InlineData("zone", "list")]
    [InlineData("zone", "show")]
    [InlineData("zone", "remove")]
    [InlineData("rules")]
    [InlineData("rules", "check")]
    [InlineData("cert")]
    [InlineData("cert", "add")]
    [InlineData("cert", "list")]
    [InlineData("cert", "trust")]
    [InlineData("token", "verify")]
    [InlineData("user")]
    [InlineData("user", "add")]
    [InlineData("user", "list")]
    [InlineData("user", "show")]
    [InlineData("user", "set")]
    [InlineData("user", "remove")]
    [InlineData("key")]
    [InlineData("key", "list")]
    [InlineData("key", "rotate")]
    [InlineData("node")]
    [InlineData("node", "invite")]
    [InlineData("node", "remove")]
    [InlineData("node", "show")]
    [InlineData("node", "pin")]
    [InlineData("node", "revert")]
    [InlineData("node", "kill")]
    [InlineData("node", "unkill")]
    [InlineData("node", "bypass")]
    [InlineData("node", "drain")]
    [InlineData("logs")]
    [InlineData("version")]
    public async Task Help_OfEveryCommand_IsOnStandardOutputAndFits80Columns(params string[] command)
    {
        var (exitCode, output, error) = await RunAsync([.. command, "--help"]);
        Assert.Equal(0, exitCode);
        Assert.Contains("Usage:", output, StringComparison.Ordinal);
        Assert.Empty(error);
        Assert.All(output.Split('\n'), line => Assert.InRange(line.TrimEnd().Length, 0, 80));
    }

    [Fact]
    public async Task Version_Json_HasTheVersion()
    {
        var (exitCode, output, _) = await RunAsync("version", "--json");
        Assert.Equal(0, exitCode);
        Assert.Matches(@"^\d+\.\d+\.\d+", JsonDocument.Parse(output).RootElement.GetProperty("version").GetString());
    }

    [Fact]
    public async Task Status_NothingRuns_IsExitCode1()
    {
        var (exitCode, output, _) = await RunAsync("status", "--json");
        Assert.Equal(1, exitCode);
        Assert.False(JsonDocument.Parse(output).RootElement.GetProperty("running").GetBoolean());
        Assert.Contains("nothing runs", (await RunAsync("status")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CertTrust_ALocalAuthority_IsExportedWithoutItsKey()
    {
        Assert.Equal(1, (await RunAsync("cert", "trust")).ExitCode);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var authority = new CertificateRequest("CN=Holdfast test", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            DateTimeOffset.UtcNow,
            DateTimeOffset.UtcNow.AddDays(1)
        );
        Directory.CreateDirectory(directory[".holdfast/keys"]);
        File.WriteAllText(
            directory[".holdfast/keys/local-ca.pem"],
            authority.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem()
        );

        var (exitCode, output, _) = await RunAsync("cert", "trust", "--out", "ca.pem");
        Assert.Equal(0, exitCode);
        Assert.Contains($"curl --cacert {directory["ca.pem"]}", output, StringComparison.Ordinal);
        Assert.Equal(authority.ExportCertificatePem() + "\n", File.ReadAllText(directory["ca.pem"]));

        var json = JsonDocument.Parse((await RunAsync("cert", "trust", "--json")).Out).RootElement;
        Assert.DoesNotContain("PRIVATE", json.GetProperty("pem").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logs_Json_PrintsTheRecordsAsTheyAre()
    {
        Directory.CreateDirectory(directory[".holdfast/logs"]);
        File.WriteAllText(directory[".holdfast/logs/edge-2.jsonl"], "{\"RayID\":\"a\"}\n{\"RayID\":\"b\"}\n");
        Assert.Equal("{\"RayID\":\"b\"}\n", (await RunAsync("logs", "--edge", "edge-2", "--json", "-n", "1")).Out);
        Assert.Equal(2, (await RunAsync("logs", "--edge", "edge-2")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Logs_AnEdgeThatThereIsNot_IsExitCode1()
    {
        var (exitCode, output, error) = await RunAsync("logs");
        Assert.Equal(1, exitCode);
        Assert.Empty(output);
        Assert.Contains("there is no log", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logs_AnEdgeThatHadNoRequestYet_IsNoFailure()
    {
        Directory.CreateDirectory(directory[".holdfast/edges/edge-1"]);
        var (exitCode, output, error) = await RunAsync("logs", "--json");
        Assert.Equal(0, exitCode);
        Assert.Empty(output);
        Assert.Equal("holdfast: edge-1 has had no request yet\n", error);
    }
}
