using System.Buffers;
using System.Buffers.Text;

namespace Holdfast.Edge.Reporting;

/// <summary>A request's place in a trace (W3C Trace Context level 1, the field <c>traceparent</c>).</summary>
/// <param name="TraceIdHigh">The trace id's first eight bytes.</param>
/// <param name="TraceIdLow">The trace id's last eight bytes; both are never 0 together.</param>
/// <param name="SpanId">The parent's span id, never 0.</param>
/// <param name="Sampled">Whether the caller may have recorded it.</param>
internal readonly record struct TraceContext(ulong TraceIdHigh, ulong TraceIdLow, ulong SpanId, bool Sampled)
{
    /// <summary>Length of a <c>traceparent</c> of version 00 in bytes.</summary>
    public const int Length = 55;

    private static readonly SearchValues<byte> LowerHex = SearchValues.Create("0123456789abcdef"u8);

    /// <summary>
    /// Reads a <c>traceparent</c>. Strict: lower-case digits, no zero ids, version 00 exactly 55 bytes; a later version may be longer
    /// after a hyphen; version ff is invalid.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out TraceContext context)
    {
        context = default;
        if (text.Length < Length || text[2] != '-' || text[35] != '-' || text[52] != '-')
        {
            return false;
        }

        var version = text[..2];
        var isFirstVersion = version.SequenceEqual("00"u8);
        if (
            !IsHex(version)
            || version.SequenceEqual("ff"u8)
            || (isFirstVersion && text.Length != Length)
            || (text.Length > Length && text[Length] != '-')
            || !TryHex(text[3..19], out var high)
            || !TryHex(text[19..35], out var low)
            || !TryHex(text[36..52], out var span)
            || !TryHex(text[53..55], out var flags)
            || (high | low) == 0
            || span == 0
        )
        {
            return false;
        }

        context = new TraceContext(high, low, span, (flags & 1) != 0);
        return true;
    }

    /// <summary>A new trace that begins here.</summary>
    /// <param name="random">24 random bytes; ids that come out as 0 become 1.</param>
    /// <param name="sampled">Whether it is recorded.</param>
    public static TraceContext Create(ReadOnlySpan<byte> random, bool sampled) =>
        new(Read(random), Math.Max(1, Read(random[8..])), Math.Max(1, Read(random[16..])), sampled);

    /// <summary>The same trace with another parent: what is sent on.</summary>
    /// <param name="spanId">The new parent's span id; 0 becomes 1.</param>
    public TraceContext WithSpan(ulong spanId) => this with { SpanId = Math.Max(1, spanId) };

    /// <summary>Writes it as version 00, with no flag but <c>sampled</c>.</summary>
    /// <param name="text">At least <see cref="Length"/> bytes.</param>
    public void Format(Span<byte> text)
    {
        "00-"u8.CopyTo(text);
        var format = new StandardFormat('x', 16);
        Utf8Formatter.TryFormat(TraceIdHigh, text[3..], out _, format);
        Utf8Formatter.TryFormat(TraceIdLow, text[19..], out _, format);
        text[35] = (byte)'-';
        Utf8Formatter.TryFormat(SpanId, text[36..], out _, format);
        (Sampled ? "-01"u8 : "-00"u8).CopyTo(text[52..]);
    }

    /// <summary>The field's value.</summary>
    public override string ToString()
    {
        Span<byte> text = stackalloc byte[Length];
        Format(text);
        return System.Text.Encoding.ASCII.GetString(text);
    }

    private static ulong Read(ReadOnlySpan<byte> random) => System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(random);

    private static bool IsHex(ReadOnlySpan<byte> text) => !text.ContainsAnyExcept(LowerHex);

    private static bool TryHex(ReadOnlySpan<byte> text, out ulong value)
    {
        value = 0;
        return IsHex(text) && Utf8Parser.TryParse(text, out value, out var consumed, 'x') && consumed == text.Length;
    }
}
