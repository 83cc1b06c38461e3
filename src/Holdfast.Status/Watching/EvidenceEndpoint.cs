using System.Text.Json;
using Holdfast.Status.Access;
using Holdfast.Status.WriteApi;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Status.Watching;

/// <summary>Where edges push how they are: <c>POST /v1/evidence</c>, with a token that is good for that.</summary>
internal sealed class EvidenceEndpoint(StatusTokens tokens, Lookout lookout)
{
    /// <summary>Adds the route.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapMethods("/v1/evidence", ["POST"], TakeAsync);

    private async Task TakeAsync(HttpContext context)
    {
        // Who it is comes first: only edges may send so much.
        var who = tokens.AuthenticateEdge(context);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = WatchLimits.DocumentBytes;
        }

        var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        try
        {
            lookout.Pushed(who, EdgeHealth.Read(body));
        }
        catch (JsonException fault)
        {
            throw new StatusProblem(400, $"the body is not JSON: {fault.Message}");
        }
        catch (FormatException fault)
        {
            throw new StatusProblem(422, $"the body is not what an edge answers at /holdfast/health: {fault.Message}");
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}
