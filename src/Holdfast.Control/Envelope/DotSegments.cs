using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Holdfast.Control.Envelope;

/// <summary>
/// Paths with <c>.</c> or <c>..</c> in them. The server resolves those (RFC 3986 section 5.2.4), so that an id that is <c>..</c> would
/// turn the deletion of a zone's certificate into that of the zone. No path of the API has any: they are refused.
/// </summary>
internal static class DotSegments
{
    /// <exception cref="ApiException">The request's path has some.</exception>
    public static void Refuse(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        foreach (var segment in target.Split('?')[0].Split('/'))
        {
            if (segment.Length <= 6 && segment.Replace("%2e", ".", StringComparison.OrdinalIgnoreCase) is "." or "..")
            {
                throw new ApiException(
                    400,
                    new ApiError(ErrorCodes.BadRequest, "the path has '.' or '..' in the place of a name or an id")
                );
            }
        }
    }
}
