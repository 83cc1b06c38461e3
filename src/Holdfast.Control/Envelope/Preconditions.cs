using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Envelope;

/// <summary>A thing's generation is its entity tag; <c>If-Match</c> guards a change (RFC 9110 section 13.1.1).</summary>
internal static class Preconditions
{
    public static void SetTag(HttpResponse response, long generation) =>
        response.Headers.ETag = string.Create(CultureInfo.InvariantCulture, $"\"{generation}\"");

    /// <summary>The generation that the caller knows, or null when any will do.</summary>
    /// <exception cref="ApiException">The header is not one entity tag of ours.</exception>
    public static long? IfMatch(HttpRequest request)
    {
        var text = request.Headers.IfMatch.ToString().Trim();
        if (text is "" or "*")
        {
            return null;
        }

        return
            text.Length > 2
            && text[0] == '"'
            && text[^1] == '"'
            && long.TryParse(text.AsSpan(1, text.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var generation)
            ? generation
            : throw new ApiException(
                412,
                new ApiError(ErrorCodes.PreconditionFailed, "If-Match is not an entity tag that was given here, such as \"3\"")
            );
    }
}
