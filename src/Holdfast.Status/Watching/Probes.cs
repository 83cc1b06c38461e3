using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Status.OutsideStatus;

namespace Holdfast.Status.Watching;

/// <summary>What a look has shown.</summary>
/// <param name="IsWell">Whether all was well.</param>
/// <param name="Said">What was wrong, in words: <c>status 503</c>; empty when all was well.</param>
/// <param name="Document">An edge's document; null for other kinds and when something was wrong.</param>
/// <param name="Outside">An outside service's page; null for other kinds, and when it could not be read.</param>
internal sealed record ProbeResult(bool IsWell, string Said, EdgeHealth? Document = null, OutsideCopy? Outside = null);

/// <summary>Looks: each on a connection of its own, so that none hides behind one that still stands. Never throws but when cancelled.</summary>
internal sealed class Probes(TimeProvider time) : IDisposable
{
    private readonly HttpClient client = new(
        new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.Zero,
            ConnectTimeout = WatchLimits.Timeout,
            MaxResponseHeadersLength = 64,
        }
    )
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>One look.</summary>
    /// <param name="watch">What is looked at.</param>
    /// <param name="known">What was read there before, of <see cref="WatchKind.Feed"/>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<ProbeResult> LookAsync(Watch watch, OutsideCopy? known, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(WatchLimits.Timeout);
        try
        {
            return watch.Kind switch
            {
                WatchKind.Edge => await EdgeAsync(watch, deadline.Token).ConfigureAwait(false),
                WatchKind.Tls => await TlsAsync(new Uri(watch.Target), deadline.Token).ConfigureAwait(false),
                WatchKind.Feed => await FeedAsync(watch, known, deadline.Token).ConfigureAwait(false),
                WatchKind.Dns => await DnsAsync(watch.Target, deadline.Token).ConfigureAwait(false),
                _ => await HttpAsync(watch.Target, deadline.Token).ConfigureAwait(false),
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ProbeResult(false, $"no answer within {WatchLimits.Timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s");
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // Whatever the other side does, it is not well; and one watch never ends the others.
            return new ProbeResult(false, (fault is FormatException ? fault : fault.InnerException ?? fault).Message);
        }
    }

    public void Dispose() => client.Dispose();

    private async Task<ProbeResult> HttpAsync(string target, CancellationToken cancellationToken)
    {
        using var response = await client
            .GetAsync(new Uri(target), HttpCompletionOption.ResponseHeadersRead, cancellationToken)
            .ConfigureAwait(false);
        var status = (int)response.StatusCode;
        return status < 400
            ? new ProbeResult(true, "")
            : new ProbeResult(false, string.Create(CultureInfo.InvariantCulture, $"status {status}"));
    }

    private async Task<ProbeResult> EdgeAsync(Watch watch, CancellationToken cancellationToken)
    {
        var target = new Uri(new Uri(watch.Target), "/holdfast/health");
        using var response = await client
            .GetAsync(target, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
            .ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return new ProbeResult(false, string.Create(CultureInfo.InvariantCulture, $"status {(int)response.StatusCode}"));
        }

        await response.Content.LoadIntoBufferAsync(WatchLimits.DocumentBytes, cancellationToken).ConfigureAwait(false);
        var document = EdgeHealth.Read(await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
        return new ProbeResult(true, "", document);
    }

    private async Task<ProbeResult> FeedAsync(Watch watch, OutsideCopy? known, CancellationToken cancellationToken) =>
        new(true, "", Outside: await OutsideFetch.ReadAsync(client, new Uri(watch.Target), known, cancellationToken).ConfigureAwait(false));

    private static async Task<ProbeResult> DnsAsync(string name, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(name, cancellationToken).ConfigureAwait(false);
        return addresses.Length > 0 ? new ProbeResult(true, "") : new ProbeResult(false, "the name has no address");
    }

    private async Task<ProbeResult> TlsAsync(Uri target, CancellationToken cancellationToken)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(target.DnsSafeHost, target.Port, cancellationToken).ConfigureAwait(false);
        var errors = SslPolicyErrors.None;
        await using var stream = new SslStream(connection.GetStream());
        await stream
            .AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = target.IdnHost,

                    // Nothing is sent: what is wrong with the certificate is what we came for.
                    RemoteCertificateValidationCallback = (_, _, _, found) =>
                    {
                        errors = found;
                        return true;
                    },
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        using var certificate = X509CertificateLoader.LoadCertificate(stream.RemoteCertificate!.Export(X509ContentType.Cert));
        var left = certificate.NotAfter.ToUniversalTime() - time.GetUtcNow().UtcDateTime;
        if (left < WatchLimits.CertificateLeft)
        {
            return new ProbeResult(
                false,
                left < TimeSpan.Zero
                    ? "the certificate has expired"
                    : string.Create(CultureInfo.InvariantCulture, $"the certificate expires in {left.TotalDays:0} days")
            );
        }

        return errors switch
        {
            SslPolicyErrors.None => new ProbeResult(true, ""),
            _ when errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) => new ProbeResult(
                false,
                $"the certificate is not for {target.IdnHost}"
            ),
            _ => new ProbeResult(false, "the certificate is from no authority that is trusted here"),
        };
    }
}
