using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Control.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Holdfast.Control.Envelope;

/// <summary>
/// A thing's generation is its entity tag; <c>If-Match</c> guards a change (RFC 9110 section 13.1.1): one tag or several, or <c>*</c> for
/// any. Tags are compared strongly (section 8.8.3.2), so a weak one is never the present one.
/// </summary>
internal static class Preconditions
{
    public static void SetTag(HttpResponse response, long generation) =>
        response.Headers.ETag = string.Create(CultureInfo.InvariantCulture, $"\"{generation}\"");

    /// <summary>What stands for a generation where a thing has none: another number for another text, as good as certainly.</summary>
    public static long TagOf(string text) =>
        BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text))) & long.MaxValue;

    /// <summary>The generations that the caller knows, or null when any will do.</summary>
    /// <exception cref="ApiException">The header is not made of entity tags, so none is the present one (412).</exception>
    public static KnownGenerations? IfMatch(HttpRequest request)
    {
        var lines = request.Headers.IfMatch;
        if (lines.Count == 0 || lines.All(string.IsNullOrWhiteSpace))
        {
            return null;
        }

        if (!EntityTagHeaderValue.TryParseStrictList(lines, out var tags) || (tags.Count > 1 && tags.Contains(EntityTagHeaderValue.Any)))
        {
            throw new ApiException(
                412,
                new ApiError(ErrorCodes.PreconditionFailed, "If-Match must be * or entity tags that were given here, such as \"3\", \"4\"")
            );
        }

        return tags is [var only] && only.Equals(EntityTagHeaderValue.Any)
            ? KnownGenerations.Any
            : KnownGenerations.Of([.. tags.Where(tag => !tag.IsWeak).Select(GenerationOf).OfType<long>()]);
    }

    /// <summary>For a thing that has no entity tag: no tag is its own.</summary>
    /// <exception cref="ApiException">The header names tags (412).</exception>
    public static void RefuseTags(HttpRequest request)
    {
        if (IfMatch(request) is { } known && known != KnownGenerations.Any)
        {
            throw new ApiException(412, new ApiError(ErrorCodes.PreconditionFailed, "it has no entity tag, so If-Match names another"));
        }
    }

    private static long? GenerationOf(EntityTagHeaderValue tag) =>
        long.TryParse(tag.Tag.AsSpan()[1..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var generation) ? generation : null;
}
