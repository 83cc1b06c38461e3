using System.Globalization;
using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;

namespace Holdfast.Releases.Feed;

/// <summary>Sends requests from an edge to control and believes only what control proves to have answered.</summary>
internal sealed class ControlChannel
{
    private readonly HttpClient _client;
    private readonly Uri _control;
    private readonly string _node;
    private readonly FeedSecret? _secret;
    private readonly TimeProvider _time;

    public ControlChannel(HttpClient client, Uri control, string node, FeedSecret? secret, TimeProvider time)
    {
        if (!FeedSecret.IsNodeName(node))
        {
            throw new ArgumentException($"'{node}' is not a node's name", nameof(node));
        }

        _client = client;
        _control = control;
        _node = node;
        _secret = secret;
        _time = time;
    }

    public TimeProvider Time => _time;

    /// <summary>Sends a request; the response's headers are there and control has proved itself, its body is still to be read.</summary>
    /// <exception cref="HttpRequestException">Control cannot be reached.</exception>
    /// <exception cref="ControlRefusedException">It answered with an error, or could not prove that it is control.</exception>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string pathAndQuery,
        byte[]? body,
        CancellationToken cancellationToken
    )
    {
        var nonce = FeedSecret.NewNonce();
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        var digest = Convert.ToHexStringLower(SHA256.HashData(body ?? []));
        using var request = new HttpRequestMessage(method, new Uri(_control, pathAndQuery));
        request.Headers.Add(FeedHeaders.Node, _node);
        request.Headers.Add(FeedHeaders.Time, now.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(FeedHeaders.Nonce, nonce);
        request.Headers.Add(FeedHeaders.ContentDigest, digest);
        if (_secret is not null)
        {
            var proof = _secret.EdgeProof(_node, now, nonce, method.Method, request.RequestUri!.PathAndQuery, digest);
            request.Headers.Add(FeedHeaders.Proof, proof);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new("application/json");
        }

        var response = await RespondAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            if (response.StatusCode == HttpStatusCode.Unauthorized)
            {
                throw new ControlRefusedException(
                    _secret is null
                        ? $"control at {_control} does not know this node: it was removed there (HTTP 401)"
                        : $"control at {_control} does not believe this node: the feed key or the clock differs (HTTP 401)"
                );
            }

            var proof = response.Headers.TryGetValues(FeedHeaders.Proof, out var values) ? values.FirstOrDefault() : null;
            if (_secret is not null && !FeedSecret.Same(proof, _secret.ControlProof(nonce)))
            {
                throw new ControlRefusedException(
                    $"what answers at {_control} cannot prove that it is control (HTTP {(int)response.StatusCode})"
                );
            }

            if (response.StatusCode != HttpStatusCode.OK)
            {
                var permanent = response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge;
                throw new ControlRefusedException($"control at {_control} answered HTTP {(int)response.StatusCode}", permanent);
            }

            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private async Task<HttpResponseMessage> RespondAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException e) when (e.InnerException is AuthenticationException)
        {
            throw new ControlRefusedException($"what answers at {_control} is not the control that this node has joined");
        }
    }
}
