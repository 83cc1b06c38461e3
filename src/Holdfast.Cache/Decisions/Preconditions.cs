using Holdfast.Cache.Facts;
using Holdfast.Cache.Fields;

namespace Holdfast.Cache.Decisions;

/// <summary>A visitor's own conditions, evaluated against what the cache would answer (RFC 9110 section 13, RFC 9111 section 4.3.2).</summary>
internal static class Preconditions
{
    /// <summary>Whether the answer is 304: the visitor has this representation already.</summary>
    /// <param name="request">The request's facts.</param>
    /// <param name="fields">Its fields.</param>
    /// <param name="status">What the answer's status would be; conditions speak of successes only.</param>
    /// <param name="entityTag">The answer's ETag, or empty.</param>
    /// <param name="lastModified">Its Last-Modified, or its Date when it has none; or <see cref="HttpTime.None"/>.</param>
    /// <param name="now">Seconds since 1970.</param>
    public static bool IsNotModified<T>(
        in RequestFacts request,
        T fields,
        int status,
        ReadOnlySpan<byte> entityTag,
        long lastModified,
        long now
    )
        where T : IFields
    {
        if (!request.Has(RequestTraits.IfNoneMatch | RequestTraits.IfModifiedSince) || status is < 200 or > 299)
        {
            return false;
        }

        // If-Modified-Since counts only without If-None-Match (RFC 9110 section 13.1.3).
        var byTag = request.Has(RequestTraits.IfNoneMatch);
        for (var i = 0; i < fields.Count; i++)
        {
            var name = fields.FieldAt(i);
            if (byTag && name == FieldName.IfNoneMatch && EntityTag.AnyWeaklyEqual(fields.ValueAt(i), entityTag))
            {
                return true;
            }

            if (!byTag && name == FieldName.IfModifiedSince)
            {
                return lastModified != HttpTime.None && HttpTime.TryParse(fields.ValueAt(i), now, out var since) && lastModified <= since;
            }
        }

        return false;
    }

    /// <summary>Whether a field of the whole answer stays in a 304 (RFC 9110 section 15.4.5).</summary>
    /// <param name="name">The field.</param>
    /// <param name="hasEntityTag">Whether the answer has an ETag, without which Last-Modified stays.</param>
    public static bool StaysInNotModified(FieldName name, bool hasEntityTag) =>
        name
            is not (
                FieldName.ContentEncoding
                or FieldName.ContentLanguage
                or FieldName.ContentLength
                or FieldName.ContentRange
                or FieldName.ContentType
            )
        && (name != FieldName.LastModified || !hasEntityTag);
}
