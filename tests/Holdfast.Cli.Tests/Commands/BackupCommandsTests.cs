using System.Net;
using System.Security.Cryptography;
using Holdfast.Cli.Tests.TestSystem;
using Holdfast.Control;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Cli.Tests.Commands;

/// <summary>backup, restore and node trust on a real data directory.</summary>
public sealed class BackupCommandsTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    private string Data => Path.Combine(directory.Path, "data");

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task BackupAndRestore_SayWhatTheyDid()
    {
        await using (await StartControlAsync())
        {
            var (exitCode, output, error) = await RunAsync("backup", "control.holdfast");
            Assert.True(exitCode == 0, error);
            Assert.Contains($"holds 6 files of {Data}", output, StringComparison.Ordinal);
            var again = await RunAsync("backup", "control.holdfast");
            Assert.Equal((1, true), (again.ExitCode, again.Error.Contains("is there already", StringComparison.Ordinal)));
            var running = await RunAsync("restore", "control.holdfast");
            Assert.Equal((1, true), (running.ExitCode, running.Error.Contains("another control", StringComparison.Ordinal)));
        }

        var restored = await RunAsync("restore", "control.holdfast");
        Assert.True(restored.ExitCode == 0, restored.Error);
        Assert.Contains("what was there before is in", restored.Out, StringComparison.Ordinal);
        await (await StartControlAsync()).DisposeAsync();
    }

    [Fact]
    public async Task Restore_NoBackup_FailsAndMakesNothing()
    {
        await File.WriteAllTextAsync(Path.Combine(directory.Path, "control.holdfast"), "text", TestContext.Current.CancellationToken);
        var (exitCode, _, error) = await RunAsync("restore", "control.holdfast");
        Assert.Equal((1, true), (exitCode, error.Contains("it is no backup of Holdfast's", StringComparison.Ordinal)));
        Assert.False(File.Exists(Path.Combine(Data, "control", "control.db")));
    }

    [Fact]
    public async Task NodeTrust_PublicKey_IsAddedOnce()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await WriteAsync("new.pub", key.ExportSubjectPublicKeyInfoPem());
        var (exitCode, output, error) = await RunAsync("node", "trust", "new.pub");
        Assert.True(exitCode == 0, error);
        Assert.Matches("^key [0-9a-f]{32} is trusted on this node\n$", output);
        Assert.Single(Directory.GetFiles(Path.Combine(Data, "keys", "trusted"), "*.pub"));
        Assert.Contains("already", (await RunAsync("node", "trust", "new.pub")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NodeTrust_AnythingElse_IsRefused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var large = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        await WriteAsync("private.pem", key.ExportPkcs8PrivateKeyPem());
        await WriteAsync("large.pub", large.ExportSubjectPublicKeyInfoPem());
        await WriteAsync("text.pub", "text");
        Assert.Contains("private key", (await RunAsync("node", "trust", "private.pem")).Error, StringComparison.Ordinal);
        Assert.Contains("384 bits", (await RunAsync("node", "trust", "large.pub")).Error, StringComparison.Ordinal);
        Assert.Contains("not a public key", (await RunAsync("node", "trust", "text.pub")).Error, StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync("node", "trust", "missing.pub")).ExitCode);
        Assert.False(Directory.Exists(Path.Combine(Data, "keys", "trusted")));
    }

    private Task WriteAsync(string name, string text) =>
        File.WriteAllTextAsync(Path.Combine(directory.Path, name), text, TestContext.Current.CancellationToken);

    private async Task<ControlHost> StartControlAsync()
    {
        var control = ControlHost.Build(
            new ControlOptions
            {
                DataDirectory = Data,
                Endpoint = new IPEndPoint(IPAddress.Loopback, 0),
                LoggerFactory = NullLoggerFactory.Instance,
            }
        );
        await control.StartAsync(TestContext.Current.CancellationToken);
        return control;
    }

    private async Task<(int ExitCode, string Out, string Error)> RunAsync(params string[] arguments)
    {
        var cli = new CliRun { CurrentDirectory = directory.Path };
        var exitCode = await cli.RunAsync([.. arguments, "--data", Data]);
        return (exitCode, cli.Out, cli.Error);
    }
}
