using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Holdfast.Control.Envelope;

/// <summary>
/// Paths that two readers could read in two ways. The server resolves <c>.</c> and <c>..</c> (RFC 3986 section 5.2.4), so that an id that is
/// <c>..</c> would turn the deletion of a zone's certificate into that of the zone; and it leaves a <c>%</c> alone that no two hexadecimal
/// digits follow (section 2.1). No path of the API has any: they are refused.
/// </summary>
internal static class RequestPath
{
    /// <exception cref="ApiException">The request's path is one.</exception>
    public static void Refuse(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? target : target[..query];
        foreach (var segment in path.Split('/'))
        {
            if (segment.Length <= 6 && segment.Replace("%2e", ".", StringComparison.OrdinalIgnoreCase) is "." or "..")
            {
                throw Refused("the path has '.' or '..' in the place of a name or an id");
            }
        }

        for (var percent = path.IndexOf('%', StringComparison.Ordinal); percent >= 0; percent = path.IndexOf('%', percent + 1))
        {
            if (percent + 2 >= path.Length || !char.IsAsciiHexDigit(path[percent + 1]) || !char.IsAsciiHexDigit(path[percent + 2]))
            {
                throw Refused("the path has a '%' without two hexadecimal digits behind it");
            }
        }
    }

    private static ApiException Refused(string message) => new(400, new ApiError(ErrorCodes.BadRequest, message));
}
