using Holdfast.Cache.Decisions;
using Holdfast.Cache.Facts;
using Holdfast.Cache.Fields;
using Holdfast.Cache.Ranges;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Exchange;

/// <summary>What of a stored response answers a visitor.</summary>
/// <param name="Status">The status to answer with.</param>
/// <param name="Start">The first byte of the stored body to send.</param>
/// <param name="Length">How many bytes the answer's body has; 0 without one.</param>
/// <param name="Several">The parts, in the place of one piece of the body.</param>
public readonly record struct VisitorAnswer(int Status, long Start, long Length, MultipartRanges? Several = null)
{
    /// <summary>Evaluates a visitor's conditions and range against a stored response (RFC 9110 section 13.2.2).</summary>
    /// <param name="request">The request's facts.</param>
    /// <param name="fields">Its fields as the visitor sent them.</param>
    /// <param name="stored">What there is.</param>
    /// <param name="now">Milliseconds since 1970.</param>
    public static VisitorAnswer Of<T>(in RequestFacts request, T fields, StoredResponse stored, long now)
        where T : IFields
    {
        if (IsNotModified(request, fields, stored, now))
        {
            return new VisitorAnswer(304, 0, 0);
        }

        var range = RangeRequest.Of(request, fields, stored, now / 1000);
        switch (range.Outcome)
        {
            case RangeOutcome.Part:
                return new VisitorAnswer(206, range.Part.Start, range.Part.Length);
            case RangeOutcome.Parts:
                var several = new MultipartRanges(stored, range.Parts!);
                return new VisitorAnswer(206, 0, several.Length, several);
            case RangeOutcome.Unsatisfiable:
                return new VisitorAnswer(416, 0, 0);
            default:
                return new VisitorAnswer(stored.Status, 0, stored.BodyLength);
        }
    }

    /// <summary>Whether all bytes that the answer needs are stored.</summary>
    public static bool IsAtHand<T>(in RequestFacts request, T fields, StoredResponse stored, long now)
        where T : IFields
    {
        if (!stored.IsPartial || request.Method == CacheMethod.Head || IsNotModified(request, fields, stored, now))
        {
            return true;
        }

        var range = RangeRequest.Of(request, fields, stored, now / 1000);
        return range.Outcome switch
        {
            RangeOutcome.Part => stored.Has(range.Part),
            RangeOutcome.Parts => range.Parts!.All(stored.Has),
            RangeOutcome.Unsatisfiable => true,
            _ => false,
        };
    }

    /// <summary>Whether a stored field goes out with this answer.</summary>
    /// <param name="name">The field.</param>
    /// <param name="hasEntityTag">Whether the stored response has an ETag.</param>
    /// <param name="toCache">Whether a lower cache gets it, which needs what is meant for caches.</param>
    public bool Sends(FieldName name, bool hasEntityTag, bool toCache = false) =>
        (toCache || name is not (FieldName.CloudflareCdnCacheControl or FieldName.CacheTag))
        && Status switch
        {
            304 => Preconditions.StaysInNotModified(name, hasEntityTag),
            416 => name is not (FieldName.ContentType or FieldName.ContentEncoding or FieldName.ContentLanguage),
            _ => Several is null || name != FieldName.ContentType,
        };

    private static bool IsNotModified<T>(in RequestFacts request, T fields, StoredResponse stored, long now)
        where T : IFields
    {
        if (!request.Has(RequestTraits.IfNoneMatch | RequestTraits.IfModifiedSince))
        {
            return false;
        }

        var modified = stored.LastModified == HttpTime.None ? stored.Date : stored.LastModified;
        return Preconditions.IsNotModified(request, fields, stored.Status, stored.EntityTag, modified, now / 1000);
    }
}
