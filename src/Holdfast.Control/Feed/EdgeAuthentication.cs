using System.Globalization;
using Holdfast.Control.Envelope;
using Holdfast.Releases.Feed;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Holdfast.Control.Feed;

/// <summary>
/// Believes edges that know the feed key (<see cref="FeedSecret"/>). What it answers to others says nothing about why; the log does.
/// A restarted control has forgotten the nonces, so that within five minutes an old request could be repeated to it: the feed only
/// gives what its reader may have anyway, and the uplink drops sequences that it has.
/// </summary>
internal sealed class EdgeAuthentication
{
    private readonly FeedSecret _secret;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly NonceWindow _nonces;

    public EdgeAuthentication(FeedSecret secret, TimeProvider time, ILogger logger)
    {
        _secret = secret;
        _time = time;
        _logger = logger;
        _nonces = new NonceWindow(FeedSecret.MaxSkew * 2, time);
    }

    /// <summary>The edge that asks.</summary>
    /// <exception cref="ApiException">It is not believed: 401.</exception>
    public AuthenticatedEdge Authenticate(HttpContext context)
    {
        var headers = context.Request.Headers;
        var node = headers[FeedHeaders.Node].ToString();
        var nonce = headers[FeedHeaders.Nonce].ToString();
        var digest = headers[FeedHeaders.ContentDigest].ToString();
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (
            !FeedSecret.IsNodeName(node)
            || nonce.Length != FeedSecret.NonceLength
            || !long.TryParse(headers[FeedHeaders.Time], NumberStyles.None, CultureInfo.InvariantCulture, out var sentAt)
        )
        {
            throw Refuse("its headers are incomplete");
        }

        if (!FeedSecret.Same(headers[FeedHeaders.Proof], _secret.EdgeProof(node, sentAt, nonce, context.Request.Method, target, digest)))
        {
            throw Refuse("it does not know the feed key");
        }

        var skew = _time.GetUtcNow().ToUnixTimeSeconds() - sentAt;
        if (Math.Abs(skew) > FeedSecret.MaxSkew.TotalSeconds)
        {
            throw Refuse($"the clock of {node} is {skew} s behind ours");
        }

        if (!_nonces.TryAdd(nonce))
        {
            throw Refuse($"{node} sent a request twice, or too many in ten minutes");
        }

        return new AuthenticatedEdge(node, digest, _secret.ControlProof(nonce));
    }

    public static ApiException Refused() => new(401, new ApiError(ErrorCodes.Authentication, "Authentication error"));

    private ApiException Refuse(string reason)
    {
        ControlLog.EdgeRefused(_logger, reason);
        return Refused();
    }
}

/// <summary>An edge that is believed.</summary>
/// <param name="Node">Its name.</param>
/// <param name="ContentDigest">The digest that its request's body must have.</param>
/// <param name="ControlProof">What proves to it that we are control.</param>
internal sealed record AuthenticatedEdge(string Node, string ContentDigest, string ControlProof);
