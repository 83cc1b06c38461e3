using System.Text.Json.Nodes;
using Holdfast.Control.Access;
using Holdfast.Control.Envelope;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Tokens;

/// <summary>Tokens: <c>/client/v4/user/tokens</c>.</summary>
internal sealed class TokenEndpoints
{
    public void Map(IEndpointRouteBuilder routes) =>
        TokenOperations.Verify.Map(
            routes,
            context => ApiAnswer.ResultAsync(context, new JsonObject { ["id"] = Caller.Of(context).CredentialId, ["status"] = "active" })
        );
}
