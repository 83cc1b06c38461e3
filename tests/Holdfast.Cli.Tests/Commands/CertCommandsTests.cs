using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Holdfast.Cli.Tests.TestSystem;
using Holdfast.Control;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Cli.Tests.Commands;

/// <summary>The certificate commands against a real control.</summary>
public sealed class CertCommandsTests : IAsyncLifetime
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
        Assert.Equal(0, (await RunAsync("zone", "add", "example.com", "--origin", "http://192.0.2.1")).ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        await control.DisposeAsync();
        directory.Dispose();
    }

    [Fact]
    public async Task Set_ARenewedCertificate_KeepsItsId()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Write("c.pem", "k.pem", key, days: 30);
        Assert.Equal(0, (await RunAsync("cert", "add", "example.com", "--cert", "c.pem", "--key", "k.pem")).ExitCode);
        var before = await OnlyAsync();

        // The same key needs not be sent again.
        Write("c2.pem", null, key, days: 60);
        var (exitCode, output, error) = await RunAsync("cert", "set", "example.com", before.Id, "--cert", "c2.pem");
        Assert.True(exitCode == 0, error);
        Assert.Matches($"certificate {before.Id} of zone example.com is valid to ", output);
        var after = await OnlyAsync();
        Assert.Equal(before.Id, after.Id);
        Assert.NotEqual(before.Expires, after.Expires);

        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Write("c3.pem", "k3.pem", other, days: 90);
        Assert.Equal(7, (await RunAsync("cert", "set", "example.com", before.Id, "--cert", "c3.pem")).ExitCode);
        Assert.Equal(after, await OnlyAsync());
        Assert.Equal(0, (await RunAsync("cert", "set", "example.com", before.Id, "--cert", "c3.pem", "--key", "k3.pem")).ExitCode);
        Assert.NotEqual(after, await OnlyAsync());
    }

    [Fact]
    public async Task Set_ACertificateThatThereIsNot_IsExitCode3()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Write("c.pem", null, key, days: 30);
        var (exitCode, output, error) = await RunAsync("cert", "set", "example.com", new string('0', 32), "--cert", "c.pem");
        Assert.Equal((3, ""), (exitCode, output));
        Assert.EndsWith("; 'list' shows what there is\n", error, StringComparison.Ordinal);
    }

    private async Task<(string Id, string Expires)> OnlyAsync()
    {
        using var list = JsonDocument.Parse((await RunAsync("cert", "list", "example.com", "--json")).Out);
        var only = Assert.Single(list.RootElement.EnumerateArray());
        return (only.GetProperty("id").GetString()!, only.GetProperty("expires_on").GetString()!);
    }

    private void Write(string certificate, string? keyFile, ECDsa key, int days)
    {
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("example.com");
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(days));
        File.WriteAllText(directory[certificate], made.ExportCertificatePem());
        if (keyFile is not null)
        {
            File.WriteAllText(directory[keyFile], key.ExportPkcs8PrivateKeyPem());
        }
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
