using Holdfast.Cache.Compression;
using Holdfast.Cache.Decisions;
using Holdfast.Cache.Facts;
using Holdfast.Cache.Fields;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Ranges;

/// <summary>What a Range asks of a whole whose length is known.</summary>
public enum RangeOutcome : byte
{
    /// <summary>The whole is the answer: there is no Range, or none that must be honoured.</summary>
    Whole,

    /// <summary>206 with one part.</summary>
    Part,

    /// <summary>206 with several parts.</summary>
    Parts,

    /// <summary>416.</summary>
    Unsatisfiable,
}

/// <summary>A Range evaluated against a stored 200 (RFC 9110 section 14).</summary>
/// <param name="Outcome">What to answer with.</param>
/// <param name="Part">The part, when it is one.</param>
/// <param name="Parts">The parts, when they are several.</param>
public readonly record struct RangeRequest(RangeOutcome Outcome, ByteRange Part, IReadOnlyList<ByteRange>? Parts)
{
    /// <summary>Evaluates Range and If-Range of a GET.</summary>
    /// <param name="request">The request's facts.</param>
    /// <param name="fields">Its fields.</param>
    /// <param name="stored">What is at hand; some of its bytes may be missing.</param>
    /// <param name="now">Seconds since 1970.</param>
    public static RangeRequest Of<T>(in RequestFacts request, T fields, StoredResponse stored, long now)
        where T : IFields
    {
        if (!request.Has(RequestTraits.Range) || request.Method != CacheMethod.Get || stored.Status != 200)
        {
            return default;
        }

        var range = default(RangeRequest);
        for (var i = 0; i < fields.Count; i++)
        {
            var name = fields.FieldAt(i);
            if (name == FieldName.IfRange && !Holds(fields.ValueAt(i), request, fields, stored, now))
            {
                return default;
            }

            if (name == FieldName.Range)
            {
                range = Parse(fields.ValueAt(i), stored.BodyLength);
            }
        }

        return range;
    }

    /// <summary>Reads a Range value. Another unit, what is no range, and more ranges than anybody needs get the whole.</summary>
    public static RangeRequest Parse(ReadOnlySpan<byte> value, long length)
    {
        if (!RangeSet.TryBegin(ref value))
        {
            return default;
        }

        if (value.Contains((byte)','))
        {
            return RangeSet.TryRead(value, length, out var parts) ? Of(parts) : default;
        }

        return RangeSet.TryReadOne(value, length, out var part) ? (part.Length == 0 ? Unsatisfiable : Of(part)) : default;
    }

    /// <summary>Where a single range begins, whatever the length of the whole; -1 when that depends on it, or when it is no single range.</summary>
    public static long StartOf(ReadOnlySpan<byte> value) =>
        RangeSet.TryBegin(ref value)
        && value is [not (byte)'-', ..]
        && !value.Contains((byte)',')
        && RangeSet.TryReadOne(value, RangePosition.Largest, out var range)
            ? range.Start
            : -1;

    private static RangeRequest Unsatisfiable => new(RangeOutcome.Unsatisfiable, default, null);

    private static RangeRequest Of(ByteRange part) => new(RangeOutcome.Part, part, null);

    private static RangeRequest Of(List<ByteRange> parts) =>
        parts.Count switch
        {
            0 => Unsatisfiable,
            1 => Of(parts[0]),
            _ => new RangeRequest(RangeOutcome.Parts, default, parts),
        };

    // Strong comparison (RFC 9110 section 13.1.5).
    private static bool Holds<T>(ReadOnlySpan<byte> condition, in RequestFacts request, T fields, StoredResponse stored, long now)
        where T : IFields
    {
        if (condition is [(byte)'"', ..] || EntityTag.IsWeak(condition))
        {
            return EntityTag.StronglyEqual(condition, stored.EntityTag);
        }

        if (MayHaveCoded(request, stored, fields))
        {
            return false;
        }

        return HttpTime.TryParse(condition, now, out var date)
            && date == stored.LastModified
            && stored.Date - date >= StrongValidator.StrongAfterSeconds;
    }

    // A date says nothing of codings: a visitor that takes one may hold the beginning of other bytes with the same Last-Modified.
    private static bool MayHaveCoded<T>(in RequestFacts request, StoredResponse stored, T fields)
        where T : IFields
    {
        if (
            ((stored.Flags & StoredFlags.Compressible) == 0 && !request.Has(RequestTraits.AnyTypeCoded))
            || stored.BodyLength < Compressibility.SmallestBody
        )
        {
            return false;
        }

        for (var i = 0; i < fields.Count; i++)
        {
            if (
                fields.FieldAt(i) == FieldName.AcceptEncoding
                && ContentCodings.Choose(fields.ValueAt(i), brotli: true) != ContentCoding.Identity
            )
            {
                return true;
            }
        }

        return false;
    }
}
