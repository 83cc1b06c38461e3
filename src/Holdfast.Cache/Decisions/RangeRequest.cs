using System.Text;
using Holdfast.Cache.Facts;
using Holdfast.Cache.Fields;

namespace Holdfast.Cache.Decisions;

/// <summary>What a Range asks of a whole that is at hand.</summary>
public enum RangeOutcome : byte
{
    /// <summary>The whole is the answer: there is no Range, or none that must be honoured.</summary>
    Whole,

    /// <summary>206 with one part.</summary>
    Part,

    /// <summary>416.</summary>
    Unsatisfiable,
}

/// <summary>A Range evaluated against a stored whole (RFC 9110 section 14).</summary>
/// <param name="Outcome">What to answer with.</param>
/// <param name="Start">The part's first byte.</param>
/// <param name="Length">The part's bytes.</param>
public readonly record struct RangeRequest(RangeOutcome Outcome, long Start, long Length)
{
    // RFC 9110 section 8.8.2.2: a date is a strong validator when the response was made this many seconds after the change, or later.
    private const int StrongAfterSeconds = 60;

    /// <summary>Evaluates Range and If-Range of a GET.</summary>
    /// <param name="request">The request's facts.</param>
    /// <param name="fields">Its fields.</param>
    /// <param name="whole">What is at hand.</param>
    /// <param name="now">Seconds since 1970.</param>
    public static RangeRequest Of<T>(in RequestFacts request, T fields, Storage.StoredResponse whole, long now)
        where T : IFields
    {
        if (!request.Has(RequestTraits.Range) || request.Method != CacheMethod.Get || whole.Status != 200)
        {
            return default;
        }

        var range = default(RangeRequest);
        for (var i = 0; i < fields.Count; i++)
        {
            var name = FieldNames.Find(fields.NameAt(i));
            if (name == FieldName.IfRange && !Holds(fields.ValueAt(i), whole, now))
            {
                return default;
            }

            if (name == FieldName.Range)
            {
                range = Parse(fields.ValueAt(i), whole.BodyLength);
            }
        }

        return range;
    }

    /// <summary>Reads one Range value. Several ranges, another unit, or what is no range get the whole.</summary>
    public static RangeRequest Parse(ReadOnlySpan<byte> value, long length)
    {
        if (value.Length < 6 || !Ascii.EqualsIgnoreCase(value[..6], "bytes="u8))
        {
            return default;
        }

        value = Octets.Trim(value[6..]);
        var dash = value.IndexOf((byte)'-');
        if (dash < 0)
        {
            return default;
        }

        var first = value[..dash];
        var last = value[(dash + 1)..];
        if (dash == 0)
        {
            return !TryReadPosition(last, out var suffix) ? default
                : suffix == 0 || length == 0 ? new RangeRequest(RangeOutcome.Unsatisfiable, 0, 0)
                : new RangeRequest(RangeOutcome.Part, Math.Max(0, length - suffix), Math.Min(length, suffix));
        }

        var end = long.MaxValue - 1;
        if (!TryReadPosition(first, out var start) || (!last.IsEmpty && !TryReadPosition(last, out end)) || end < start)
        {
            return default;
        }

        return start >= length
            ? new RangeRequest(RangeOutcome.Unsatisfiable, 0, 0)
            : new RangeRequest(RangeOutcome.Part, start, Math.Min(end + 1, length) - start);
    }

    // Strong comparison (RFC 9110 section 13.1.5).
    private static bool Holds(ReadOnlySpan<byte> condition, Storage.StoredResponse whole, long now)
    {
        if (condition is [(byte)'"', ..] || EntityTag.IsWeak(condition))
        {
            return EntityTag.StronglyEqual(condition, whole.EntityTag);
        }

        return HttpTime.TryParse(condition, now, out var date) && date == whole.LastModified && whole.Date - date >= StrongAfterSeconds;
    }

    private static bool TryReadPosition(ReadOnlySpan<byte> digits, out long position)
    {
        position = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            // A position beyond any body counts as one: what it means is decided by the comparison with the length.
            position = position > (long.MaxValue / 10) - 1 ? long.MaxValue - 1 : (position * 10) + digit - '0';
        }

        return !digits.IsEmpty;
    }
}
