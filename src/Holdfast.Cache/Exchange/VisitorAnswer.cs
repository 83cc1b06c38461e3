using Holdfast.Cache.Decisions;
using Holdfast.Cache.Facts;
using Holdfast.Cache.Fields;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Exchange;

/// <summary>What of a stored response answers a visitor.</summary>
/// <param name="Status">The status to answer with.</param>
/// <param name="Start">The first byte of the body to send.</param>
/// <param name="Length">How many bytes; 0 without a body.</param>
public readonly record struct VisitorAnswer(int Status, long Start, long Length)
{
    /// <summary>Evaluates a visitor's conditions and range against a stored response (RFC 9110 section 13.2.2).</summary>
    /// <param name="request">The request's facts.</param>
    /// <param name="fields">Its fields as the visitor sent them.</param>
    /// <param name="stored">What there is.</param>
    /// <param name="now">Milliseconds since 1970.</param>
    public static VisitorAnswer Of<T>(in RequestFacts request, T fields, StoredResponse stored, long now)
        where T : IFields
    {
        if (request.Has(RequestTraits.IfNoneMatch | RequestTraits.IfModifiedSince))
        {
            var modified = stored.LastModified == HttpTime.None ? stored.Date : stored.LastModified;
            if (Preconditions.IsNotModified(request, fields, stored.Status, stored.EntityTag, modified, now / 1000))
            {
                return new VisitorAnswer(304, 0, 0);
            }
        }

        var range = RangeRequest.Of(request, fields, stored, now / 1000);
        return range.Outcome switch
        {
            RangeOutcome.Part => new VisitorAnswer(206, range.Start, range.Length),
            RangeOutcome.Unsatisfiable => new VisitorAnswer(416, 0, 0),
            _ => new VisitorAnswer(stored.Status, 0, stored.BodyLength),
        };
    }

    /// <summary>Whether a stored field goes out with this answer.</summary>
    /// <param name="name">The field.</param>
    /// <param name="hasEntityTag">Whether the stored response has an ETag.</param>
    public bool Sends(FieldName name, bool hasEntityTag) =>
        name is not (FieldName.CloudflareCdnCacheControl or FieldName.CacheTag)
        && Status switch
        {
            304 => Preconditions.StaysInNotModified(name, hasEntityTag),
            416 => name is not (FieldName.ContentType or FieldName.ContentEncoding or FieldName.ContentLanguage),
            _ => true,
        };
}
