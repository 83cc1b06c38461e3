using System.Security.Cryptography.X509Certificates;
using Holdfast.Control.Access;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Holdfast.Releases.Feed;
using Holdfast.Releases.Joining;
using Holdfast.Releases.Keys;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Holdfast.Control.Joining;

/// <summary>
/// <c>POST /holdfast/v1/join</c> on the listener for nodes: a join token's secret, over a connection with the node's own certificate, for
/// what an edge needs. Wrong secrets are slowed by address; a good one is always taken.
/// </summary>
internal sealed class JoinEndpoint
{
    private readonly NodeAuthority _authority;
    private readonly JoinTokenStore _tokens;
    private readonly JoinedNodes _joined;
    private readonly KeyDirectory _keys;
    private readonly FailureCounter _failures;
    private readonly ILogger _logger;

    public JoinEndpoint(
        NodeAuthority authority,
        JoinTokenStore tokens,
        JoinedNodes joined,
        KeyDirectory keys,
        FailureCounter failures,
        ILogger logger
    )
    {
        _authority = authority;
        _tokens = tokens;
        _joined = joined;
        _keys = keys;
        _failures = failures;
        _logger = logger;
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(FeedHeaders.NodeAuthorityPath, AuthorityAsync);
        routes.MapPost(FeedHeaders.JoinPath, JoinAsync);
    }

    private Task AuthorityAsync(HttpContext context)
    {
        context.Response.ContentType = "application/x-pem-file";
        return context.Response.WriteAsync(_authority.Certificate.ExportCertificatePem() + "\n", context.RequestAborted);
    }

    private async Task JoinAsync(HttpContext context)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = JoinCodec.MaxRequestBytes;
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer, context.RequestAborted).ConfigureAwait(false);
        if (
            context.Connection.ClientCertificate is not { } certificate
            || !JoinCodec.TryDecode(buffer.GetBuffer().AsSpan(0, (int)buffer.Length), out JoinRequest? request)
            || JoinSeal.TrySeal(KeyFile.Read(_keys.SecretKeyFile), request.SealingKey) is not { } secret
        )
        {
            throw new ApiException(400, new ApiError(ErrorCodes.BadRequest, "this is not how a node joins"));
        }

        var node = await RedeemAsync(context, request.Secret, certificate).ConfigureAwait(false);
        _joined.Add(node, NodeIdentity.KeyHash(certificate));
        var answer = JoinCodec.Encode(
            new JoinAnswer
            {
                Node = node,
                TrustedKeys = [.. Directory.GetFiles(_keys.TrustedDirectory, "*.pub").Select(File.ReadAllText)],
                SealedSecretKey = secret,
            }
        );
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentLength = answer.Length;
        await context.Response.Body.WriteAsync(answer, context.RequestAborted).ConfigureAwait(false);
    }

    private async Task<string> RedeemAsync(HttpContext context, string secret, X509Certificate2 certificate)
    {
        var audit = AuditScope.Of(context, "nodes-join");
        var redeemed = await _tokens
            .RedeemAsync(OpaqueSecret.Hash(secret), NodeIdentity.KeyHash(certificate), audit, context.RequestAborted)
            .ConfigureAwait(false);
        if (redeemed.Node is { } node)
        {
            ControlLog.NodeJoined(_logger, node, AuditScope.AddressOf(context));
            return node;
        }

        if (redeemed.IsConflict)
        {
            throw new ApiException(409, new ApiError(ErrorCodes.Conflict, redeemed.Problem!));
        }

        var address = AddressKey.Of(context.Connection.RemoteIpAddress);
        if (_failures.Pause(address) is { } pause)
        {
            throw ApiException.TooMany(pause);
        }

        _failures.Failed(address);
        ControlLog.EdgeRefused(_logger, $"{AuditScope.AddressOf(context)} tried to join: {redeemed.Problem}");
        throw new ApiException(401, new ApiError(ErrorCodes.JoinTokenRefused, redeemed.Problem!));
    }
}
