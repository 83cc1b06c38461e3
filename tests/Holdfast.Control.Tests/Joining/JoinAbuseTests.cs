using System.Collections.Concurrent;
using System.Formats.Asn1;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Holdfast.Releases.Feed;
using Holdfast.Releases.Joining;

namespace Holdfast.Control.Tests.Joining;

/// <summary>Joining at its edges: what a stranger, two at once, and a removal in the same moment can do.</summary>
public sealed class JoinAbuseTests
{
    [Fact]
    public async Task Token_UsedByManyAtTheSameMoment_LetsOneIn()
    {
        await using var control = await TestControl.StartAsync();
        var token = await JoiningNode.InviteAsync(control, "paris-1");
        var nodes = Enumerable.Range(0, 5).Select(_ => new JoiningNode()).ToList();
        var joining = nodes.Select(node => TryJoinAsync(node, control.Host.NodeUrl!, token)).ToList();
        var answers = await Task.WhenAll(joining);
        Assert.Single(answers, answer => answer is null);
        Assert.All(answers.Where(answer => answer is not null), answer => Assert.Contains("was used already", answer));
        Assert.Single(nodes, node => File.Exists(node.Keys.NodeFile));
        Assert.Single(nodes, node => File.Exists(node.Keys.SecretKeyFile));
        nodes.ForEach(node => node.Dispose());
    }

    [Fact]
    public async Task Node_RemovedWhileItJoins_IsNotBelievedAfterwards()
    {
        await using var control = await TestControl.StartAsync();
        for (var round = 0; round < 10; round++)
        {
            var token = await JoiningNode.InviteAsync(control, "paris-1");
            using var node = new JoiningNode();
            var joining = TryJoinAsync(node, control.Host.NodeUrl!, token);
            while (!joining.IsCompleted && (await control.DeleteAsync("/holdfast/v1/nodes/paris-1")).Status == HttpStatusCode.NotFound)
            {
                // Until it is in, or was taken out in the moment in which it came in.
            }

            await joining;
            await control.DeleteAsync("/holdfast/v1/nodes/paris-1");
            using var certificate = NodeIdentity.CertificateOf(node.Keys);

            // A node that is believed is answered whatever its address did before.
            var status = await FeedAsync(control.Host.NodeUrl!, certificate);
            Assert.True(status is HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests, $"{status}");
        }
    }

    [Fact]
    public async Task WrongToken_TakesNoTurnFromThoseWhoWrite()
    {
        var steps = new ConcurrentQueue<string>();
        await using var control = await TestControl.StartAsync(configure: options => options with { AtWriteStep = steps.Enqueue });
        var invited = await JoiningNode.InviteAsync(control, "paris-1");
        var wrong = JoinToken.Of(JoinToken.Prefix + new string('x', 40), invited.Fingerprint);
        using var node = new JoiningNode();
        steps.Clear();
        Assert.Contains("no such join token", (await node.RefusedAsync(control.Host.NodeUrl!, wrong)).Message);
        Assert.Empty(steps);
        (await node.JoinAsync(control.Host.NodeUrl!, invited)).Dispose();
        Assert.NotEmpty(steps);
    }

    [Fact]
    public async Task ClientCertificate_ThatNamesAnAddress_IsNotFollowedThere()
    {
        await using var control = await TestControl.StartAsync();
        using var elsewhere = new TcpListener(IPAddress.Loopback, 0);
        elsewhere.Start();
        using var certificate = Naming($"http://{elsewhere.LocalEndpoint}/issuer.cer");
        Assert.Equal(HttpStatusCode.Unauthorized, await FeedAsync(control.Host.NodeUrl!, certificate));
        Assert.False(elsewhere.Pending());
    }

    [Fact]
    public async Task ServerCertificate_ThatNamesAnAddress_IsNotFollowedThere()
    {
        using var elsewhere = new TcpListener(IPAddress.Loopback, 0);
        elsewhere.Start();
        using var node = new JoiningNode();
        await using var between = new Interceptor("no certificate", Naming($"http://{elsewhere.LocalEndpoint}/issuer.cer"));
        await node.RefusedAsync(between.Url, JoinToken.Of(JoinToken.Prefix + new string('x', 40), new string('0', 64)));
        Assert.NotEmpty(between.Read);
        Assert.False(elsewhere.Pending());
    }

    private static async Task<string?> TryJoinAsync(JoiningNode node, Uri control, JoinToken token)
    {
        try
        {
            (await node.JoinAsync(control, token)).Dispose();
            return null;
        }
        catch (JoinException refusal)
        {
            return refusal.Message;
        }
    }

    /// <summary>What the feed answers to this certificate.</summary>
    private static async Task<HttpStatusCode> FeedAsync(Uri control, X509Certificate2 certificate)
    {
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new()
            {
                RemoteCertificateValidationCallback = (_, _, _, _) => true,

                // Whoever sends a certificate looks for its issuers too, unless they are told not to.
                ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
            },
        };
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(control, FeedHeaders.FeedPath));
        request.Headers.Add(FeedHeaders.Node, "paris-1");
        using var response = await client.SendAsync(
            request,
            HttpCompletionOption.ResponseHeadersRead,
            TestContext.Current.CancellationToken
        );
        return response.StatusCode;
    }

    /// <summary>A certificate of an issuer that nobody has, and that is to be had at an address (RFC 5280 section 4.2.2.1).</summary>
    private static X509Certificate2 Naming(string url)
    {
        using var issuerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var issuer = new X500DistinguishedName("CN=nobody");
        var request = new CertificateRequest("CN=example.com", key, HashAlgorithmName.SHA256);
        var access = new AsnWriter(AsnEncodingRules.DER);
        using (access.PushSequence())
        using (access.PushSequence())
        {
            access.WriteObjectIdentifier("1.3.6.1.5.5.7.48.2");
            access.WriteOctetString(Encoding.ASCII.GetBytes(url), new Asn1Tag(TagClass.ContextSpecific, 6));
        }

        request.CertificateExtensions.Add(new X509Extension("1.3.6.1.5.5.7.1.1", access.Encode(), critical: false));
        var generator = X509SignatureGenerator.CreateForECDsa(issuerKey);
        using var certificate = request.Create(
            issuer,
            generator,
            DateTimeOffset.UtcNow.AddDays(-1),
            DateTimeOffset.UtcNow.AddDays(1),
            [1, 2, 3]
        );
        return certificate.CopyWithPrivateKey(key);
    }
}
