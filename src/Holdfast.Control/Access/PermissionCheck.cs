using Holdfast.Control.Envelope;
using Holdfast.Control.Operations;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Access;

/// <summary>The step behind routing: may the caller do what the route's operation does, to the zone that the path names?</summary>
internal static class PermissionCheck
{
    /// <summary>The route value that names a zone.</summary>
    public const string ZoneParameter = "zone_id";

    /// <exception cref="ApiException">The caller may not.</exception>
    public static Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<ApiOperation>() is { Permission: { } needed } operation)
        {
            if (!May(context, needed) && !operation.Alternatives.Any(other => May(context, other)))
            {
                throw Refused(needed);
            }
        }

        return next(context);
    }

    private static bool May(HttpContext context, PermissionGroup needed)
    {
        var caller = Caller.Of(context);
        return needed.Scope != ResourceScope.Zone
            ? caller.May(needed)
            : context.Request.RouteValues[ZoneParameter] is not string zone || caller.May(needed, zone);
    }

    /// <summary>403: the credential is good, and lacks this permission.</summary>
    public static ApiException Refused(PermissionGroup needed) =>
        new(
            403,
            new ApiError(
                ErrorCodes.InvalidAccessToken,
                $"Unauthorized to access requested resource: the token needs the permission '{needed.Name}' for it"
            )
        );
}
