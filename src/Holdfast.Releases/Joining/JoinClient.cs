using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Holdfast.Releases.Feed;
using Holdfast.Releases.Keys;

namespace Holdfast.Releases.Joining;

/// <summary>
/// Joins an edge to a control on another machine. First it asks for the authority, of whoever answers, and compares its fingerprint
/// with the token's; only then, over a connection that this authority vouches for, does it send the token's secret.
/// </summary>
/// <param name="control">Control's address for nodes, <c>https://HOST:PORT</c>.</param>
/// <param name="keys">Where the node's keys are, or will be.</param>
public sealed class JoinClient(Uri control, KeyDirectory keys)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Joins, and keeps what control gives. It may be repeated with the same token until it succeeds: the node's key stays the same, and
    /// control answers the node that used a token once more.
    /// </summary>
    /// <returns>The node as it is from now on.</returns>
    /// <exception cref="JoinException">It did not work; the message says why.</exception>
    /// <exception cref="KeyFileException">A key cannot be read or kept.</exception>
    public async Task<NodeIdentity> JoinAsync(JoinToken token, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Longest);
        try
        {
            using var authority = await AuthorityAsync(token, deadline.Token).ConfigureAwait(false);
            using var own = NodeIdentity.CertificateOf(keys);
            using var sealing = JoinSeal.NewKey();
            var answer = await RedeemAsync(token, own, authority, sealing, deadline.Token).ConfigureAwait(false);
            Keep(answer, authority, sealing);
            return NodeIdentity.Load(keys)!;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new JoinException(JoinFailure.Unreachable, $"control at {control} does not answer: {(e.InnerException ?? e).Message}", e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new JoinException(JoinFailure.Unreachable, $"control at {control} did not answer within {Longest.TotalSeconds:0} s", e);
        }
    }

    private async Task<X509Certificate2> AuthorityAsync(JoinToken token, CancellationToken cancellationToken)
    {
        using var client = ControlTls.CreateTrustingClient();
        var (status, bytes) = await SendAsync(client, HttpMethod.Get, FeedHeaders.NodeAuthorityPath, null, cancellationToken)
            .ConfigureAwait(false);
        X509Certificate2 authority;
        try
        {
            authority =
                status == HttpStatusCode.OK
                    ? X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(bytes))
                    : throw new CryptographicException($"HTTP {(int)status}");
        }
        catch (CryptographicException e)
        {
            throw new JoinException(
                JoinFailure.Refused,
                $"what answers at {control} is no control that listens for nodes ({e.Message})",
                e
            );
        }

        var found = NodeIdentity.FingerprintOf(authority);
        if (FeedSecret.Same(found, token.Fingerprint))
        {
            return authority;
        }

        authority.Dispose();
        throw new JoinException(
            JoinFailure.Refused,
            $"what answers at {control} is not the control that the token is of: its authority is {found}, the token's {token.Fingerprint}"
        );
    }

    private async Task<JoinAnswer> RedeemAsync(
        JoinToken token,
        X509Certificate2 own,
        X509Certificate2 authority,
        ECDiffieHellman sealing,
        CancellationToken cancellationToken
    )
    {
        using var client = ControlTls.CreateClient(own, authority);
        var body = JoinCodec.Encode(new JoinRequest { Secret = token.Secret, SealingKey = sealing.ExportSubjectPublicKeyInfo() });
        HttpStatusCode status;
        byte[] bytes;
        try
        {
            (status, bytes) = await SendAsync(client, HttpMethod.Post, FeedHeaders.JoinPath, body, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException e) when (e.InnerException is AuthenticationException)
        {
            throw new JoinException(
                JoinFailure.Refused,
                $"what answers at {control} shows the authority of the join token and has no certificate of it: somebody stands in between",
                e
            );
        }

        if (status == HttpStatusCode.OK && JoinCodec.TryDecode(bytes, out JoinAnswer? answer))
        {
            return answer;
        }

        var failure = status switch
        {
            HttpStatusCode.Conflict => JoinFailure.Conflict,
            HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => JoinFailure.Busy,
            _ => JoinFailure.Refused,
        };
        throw new JoinException(failure, $"control at {control} refused: {MessageOf(bytes) ?? $"HTTP {(int)status}"}");
    }

    private async Task<(HttpStatusCode Status, byte[] Body)> SendAsync(
        HttpClient client,
        HttpMethod method,
        string path,
        byte[]? body,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(method, new Uri(control, path));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new("application/json");
        }

        client.MaxResponseContentBufferSize = JoinCodec.MaxAnswerBytes;
        using var response = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return (response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
    }

    private void Keep(JoinAnswer answer, X509Certificate2 authority, ECDiffieHellman sealing)
    {
        if (!FeedSecret.IsNodeName(answer.Node) || JoinSeal.TryOpen(sealing, answer.SealedSecretKey) is not { } secret)
        {
            throw new JoinException(JoinFailure.Refused, $"control at {control} gave an answer that cannot be used");
        }

        // The record that makes it count comes last: a crash before it leaves a node that joins once more with the same key.
        if (!KeyFile.TryCreate(keys.SecretKeyFile, secret) && !KeyFile.Read(keys.SecretKeyFile).AsSpan().SequenceEqual(secret))
        {
            throw new JoinException(
                JoinFailure.Conflict,
                $"{keys.SecretKeyFile} is of another installation: join on a data directory of its own"
            );
        }

        CryptographicOperations.ZeroMemory(secret);
        foreach (var pem in answer.TrustedKeys)
        {
            TrustedKey.AddText(pem, keys.TrustedDirectory);
        }

        NodeIdentity.Save(keys, answer.Node, authority);
    }

    private static string? MessageOf(byte[] envelope)
    {
        try
        {
            using var document = JsonDocument.Parse(envelope);
            return document.RootElement.GetProperty("errors")[0].GetProperty("message").GetString();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            return null;
        }
    }
}

/// <summary>Why a node could not join.</summary>
public enum JoinFailure
{
    /// <summary>Control does not answer.</summary>
    Unreachable,

    /// <summary>The token is not good, or what answers is not the control that it is of.</summary>
    Refused,

    /// <summary>The name is taken, or the data directory is another installation's.</summary>
    Conflict,

    /// <summary>Control asks to come back later.</summary>
    Busy,
}

/// <summary>A node could not join; nothing that counts was kept.</summary>
public sealed class JoinException : Exception
{
    /// <summary>A node could not join.</summary>
    /// <param name="failure">Of which sort.</param>
    /// <param name="message">Why.</param>
    /// <param name="inner">What caused it.</param>
    public JoinException(JoinFailure failure, string message, Exception? inner = null)
        : base(message, inner)
    {
        Failure = failure;
    }

    /// <summary>Of which sort.</summary>
    public JoinFailure Failure { get; }
}
