using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Holdfast.Edge.Tests.Harness;

namespace Holdfast.Edge.Tests.Listening;

/// <summary>Custom certificates that lie on the disk until a handshake asks for them, through the whole edge.</summary>
public sealed class ColdCertificateTests
{
    private const string Origin = "http://192.0.2.1";

    [Fact]
    public async Task Restart_CertificatesOnDisk_AreReadWhenAskedFor()
    {
        var data = await FillAsync(30);
        await using var edge = await EdgeUnderTest.StartAsync(data: data);
        Assert.Equal((30, 0), (edge.Certificates.Count, edge.Certificates.WarmCount));
        Assert.Equal("CN=certificate-7", await SubjectAsync(edge, "z7.example"));
        Assert.Equal("CN=certificate-7", await SubjectAsync(edge, "z7.example"));
        Assert.Equal("CN=certificate-8", await SubjectAsync(edge, "z8.example"));
        Assert.Equal(2, edge.Certificates.WarmCount);

        // A host of the zone that its certificate is not good for.
        Assert.StartsWith("CN=www.z7.example", await SubjectAsync(edge, "www.z7.example"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restart_ThenReplacedAndRemoved_IsAsTheFeedSays()
    {
        var data = await FillAsync(3);
        await using var edge = await EdgeUnderTest.StartAsync(data: data);
        await edge.PutCertificateAsync("certificate-0", "z0.example", "z0.example", "www.z0.example");
        Assert.Equal("CN=certificate-0", await SubjectAsync(edge, "www.z0.example"));
        Assert.Equal("CN=certificate-1", await SubjectAsync(edge, "z1.example"));
        await edge.RemoveCertificateAsync("certificate-1");
        await edge.RemoveCertificateAsync("certificate-2");
        Assert.StartsWith("CN=z1.example", await SubjectAsync(edge, "z1.example"), StringComparison.Ordinal);
        Assert.StartsWith("CN=z2.example", await SubjectAsync(edge, "z2.example"), StringComparison.Ordinal);
        Assert.Equal(1, edge.Certificates.Count);
    }

    [Fact]
    public async Task Index_IsLost_CertificatesAreFoundAll()
    {
        var data = await FillAsync(3);
        File.Delete(Path.Combine(data, "edges", "edge-1", "releases", "index"));
        await using var edge = await EdgeUnderTest.StartAsync(data: data);
        Assert.Equal(3, edge.Certificates.Count);
        Assert.Equal("CN=certificate-2", await SubjectAsync(edge, "z2.example"));
    }

    [Fact]
    public async Task Record_Damaged_TheHostIsServedAndTheNextGenerationIsTaken()
    {
        var data = await FillAsync(2);
        foreach (var path in Directory.GetFiles(Path.Combine(data, "edges", "edge-1", "releases"), "*.segment"))
        {
            var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
            var id = EdgeUnderTest.IdOf("certificate-0");
            bytes[bytes.AsSpan().LastIndexOf(Encoding.ASCII.GetBytes(id)) + id.Length + 20] ^= 2;
            await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
        }

        await using var edge = await EdgeUnderTest.StartAsync(data: data);
        Assert.StartsWith("CN=z0.example", await SubjectAsync(edge, "z0.example"), StringComparison.Ordinal);
        Assert.Equal("CN=certificate-1", await SubjectAsync(edge, "z1.example"));
        await edge.PutCertificateAsync("certificate-0", "z0.example", "z0.example");
        Assert.Equal("CN=certificate-0", await SubjectAsync(edge, "z0.example"));
    }

    /// <summary>A data directory with zones, each with a certificate, that an edge has left.</summary>
    private static async Task<string> FillAsync(int count)
    {
        await using var edge = await EdgeUnderTest.StartAsync();
        for (var i = 0; i < count; i++)
        {
            await edge.PutZoneAsync($"z{i}.example", Origin);
            await edge.PutCertificateAsync($"certificate-{i}", $"z{i}.example", $"z{i}.example");
        }

        return edge.Data;
    }

    private static async Task<string> SubjectAsync(EdgeUnderTest edge, string host)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(edge.Https, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = host,
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            },
            TestContext.Current.CancellationToken
        );
        return tls.RemoteCertificate!.Subject;
    }
}
