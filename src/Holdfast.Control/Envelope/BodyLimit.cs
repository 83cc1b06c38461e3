using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Holdfast.Control.Envelope;

/// <summary>
/// A body that says itself that it is too large is refused before anything else is looked at, the same on every path; the server would
/// say so only when the body is read. One that does not say how large it is meets the server's limit.
/// </summary>
internal static class BodyLimit
{
    /// <exception cref="ApiException">The request announces more than it may have.</exception>
    public static void Refuse(HttpContext context)
    {
        if (context.Request.ContentLength > context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize)
        {
            throw new ApiException(413, new ApiError(ErrorCodes.TooLarge, "the request's body is too large"));
        }
    }
}
