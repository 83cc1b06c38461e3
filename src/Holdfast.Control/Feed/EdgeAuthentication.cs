using System.Globalization;
using Holdfast.Control.Access;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Joining;
using Holdfast.Releases.Feed;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Holdfast.Control.Feed;

/// <summary>
/// Believes nodes. One that has joined proves its own key in the TLS handshake. One that shares control's data directory comes without TLS
/// and knows the feed key (<see cref="FeedSecret"/>). What it answers to others says nothing about why; the log does.
/// A restarted control has forgotten the nonces, so that within five minutes an old request could be repeated to it: the feed only
/// gives what its reader may have anyway, and the uplink drops sequences that it has.
/// </summary>
internal sealed class EdgeAuthentication
{
    private readonly FeedSecret _secret;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly NonceWindow _nonces;
    private readonly JoinedNodes _joined;
    private readonly FailureCounter _failures;

    public EdgeAuthentication(FeedSecret secret, JoinedNodes joined, FailureCounter failures, TimeProvider time, ILogger logger)
    {
        _secret = secret;
        _joined = joined;
        _failures = failures;
        _time = time;
        _logger = logger;
        _nonces = new NonceWindow(FeedSecret.MaxSkew * 2, time);
    }

    /// <summary>The edge that asks.</summary>
    /// <exception cref="ApiException">It is not believed: 401; or its address failed too often: 429.</exception>
    public AuthenticatedEdge Authenticate(HttpContext context) =>
        context.Request.IsHttps ? AuthenticateJoined(context) : AuthenticateLocal(context);

    private AuthenticatedEdge AuthenticateJoined(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (context.Connection.ClientCertificate is { } certificate && _joined.Find(certificate) is { } node)
        {
            return headers[FeedHeaders.Node].ToString() == node.Name
                ? new AuthenticatedEdge(node.Name, headers[FeedHeaders.ContentDigest].ToString(), null, node)
                : throw Refuse($"{node.Name} calls itself by another name");
        }

        var address = AddressKey.Of(context.Connection.RemoteIpAddress);
        if (_failures.Pause(address) is { } pause)
        {
            throw ApiException.TooMany(pause);
        }

        _failures.Failed(address);
        throw Refuse($"{AuditScope.AddressOf(context)} has a certificate of no node that has joined");
    }

    private AuthenticatedEdge AuthenticateLocal(HttpContext context)
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

        return _joined.Has(node)
            ? throw Refuse($"{node} has joined from another machine, and is not believed without its own key")
            : new AuthenticatedEdge(node, digest, _secret.ControlProof(nonce), null);
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
/// <param name="ControlProof">What proves to it that we are control; null when TLS has proved it.</param>
/// <param name="Joined">The node that has joined; null for one that shares control's data directory.</param>
internal sealed record AuthenticatedEdge(string Node, string ContentDigest, string? ControlProof, JoinedNode? Joined)
{
    /// <summary>Ends when the node is removed.</summary>
    public CancellationToken Removed => Joined?.Removed ?? CancellationToken.None;

    /// <summary>Proves to it that we are control.</summary>
    public void Prove(HttpResponse response)
    {
        if (ControlProof is not null)
        {
            response.Headers[FeedHeaders.Proof] = ControlProof;
        }
    }
}
