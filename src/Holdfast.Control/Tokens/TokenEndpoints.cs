using System.Text.Json.Nodes;
using Holdfast.Control.Envelope;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Tokens;

/// <summary><c>GET /client/v4/user/tokens/verify</c>.</summary>
internal sealed class TokenEndpoints
{
    public const string VerifyPath = "/client/v4/user/tokens/verify";

    private readonly TokenAuthentication _authentication;

    public TokenEndpoints(TokenAuthentication authentication)
    {
        _authentication = authentication;
    }

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet(
            VerifyPath,
            context =>
            {
                var token = _authentication.Authenticate(context.Request);
                return ApiAnswer.ResultAsync(context, new JsonObject { ["id"] = token.Id, ["status"] = "active" });
            }
        );
}
