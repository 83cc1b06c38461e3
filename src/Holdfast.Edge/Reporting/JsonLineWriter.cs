using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Holdfast.Edge.Reporting;

/// <summary>
/// Writes one line of JSON into a span. What does not fit sets <see cref="Overflowed"/> and the line is then worthless. Whatever bytes
/// a text has, the line is valid JSON in valid UTF-8: bytes that are not UTF-8 become U+FFFD, as <see cref="Encoding.UTF8"/> replaces them.
/// </summary>
internal ref struct JsonLineWriter
{
    /// <summary>Longest text in bytes before escaping; what is longer is cut after the last whole character.</summary>
    public const int MaxTextBytes = 4096;

    private static readonly SearchValues<byte> Plain = SearchValues.Create(
        " !#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~"u8
    );

    private readonly Span<byte> _line;
    private int _length;

    public JsonLineWriter(Span<byte> line) => _line = line;

    /// <summary>Bytes written so far.</summary>
    public readonly int Length => _length;

    /// <summary>Whether something did not fit.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>Whether a text was cut.</summary>
    public bool Truncated { get; private set; }

    /// <summary>Writes bytes as they are.</summary>
    public void Raw(scoped ReadOnlySpan<byte> bytes)
    {
        if (bytes.TryCopyTo(_line[_length..]))
        {
            _length += bytes.Length;
        }
        else
        {
            Overflowed = true;
        }
    }

    /// <summary>Writes a string member; <paramref name="start"/> is everything up to and with the opening quote.</summary>
    public void Text(scoped ReadOnlySpan<byte> start, scoped ReadOnlySpan<byte> text)
    {
        Raw(start);
        if (text.Length > MaxTextBytes)
        {
            text = Cut(text);
            Truncated = true;
        }

        while (true)
        {
            var plain = text.IndexOfAnyExcept(Plain);
            if (plain < 0)
            {
                Raw(text);
                break;
            }

            Raw(text[..plain]);
            text = text[(plain + Escape(text[plain..]))..];
        }

        Raw("\""u8);
    }

    /// <summary>Writes a number member; <paramref name="start"/> is everything up to and with the colon.</summary>
    public void Number(ReadOnlySpan<byte> start, long value)
    {
        Raw(start);
        if (Utf8Formatter.TryFormat(value, _line[_length..], out var written))
        {
            _length += written;
        }
        else
        {
            Overflowed = true;
        }
    }

    /// <summary>Writes a duration in whole milliseconds; negative ones (a clock that jumped) are 0.</summary>
    public void Milliseconds(ReadOnlySpan<byte> start, TimeSpan value) =>
        Number(start, Math.Max(0, value.Ticks) / TimeSpan.TicksPerMillisecond);

    /// <summary>Writes a time as RFC 3339 in UTC with nine decimals.</summary>
    public void Timestamp(ReadOnlySpan<byte> start, DateTime utc)
    {
        Raw(start);
        utc = DateTime.SpecifyKind(utc, DateTimeKind.Utc);
        if (Utf8Formatter.TryFormat(utc, _line[_length..], out var written, 'O'))
        {
            // The last byte is the Z; .NET's seven decimals become Logpush's nine.
            _length += written - 1;
            Raw("00Z\""u8);
        }
        else
        {
            Overflowed = true;
        }
    }

    /// <summary>Writes the first character of a text, which is not plain.</summary>
    /// <returns>How many bytes of the text that was: at least 1.</returns>
    private int Escape(scoped ReadOnlySpan<byte> text)
    {
        var c = text[0];
        if (c is (byte)'"' or (byte)'\\')
        {
            Raw(c == '"' ? "\\\""u8 : "\\\\"u8);
            return 1;
        }

        if (c < 0x20)
        {
            Raw("\\u00"u8);
            Span<byte> digits = [(byte)"01"[c >> 4], (byte)"0123456789abcdef"[c & 15]];
            Raw(digits);
            return 1;
        }

        var valid = Rune.DecodeFromUtf8(text, out _, out var consumed) == OperationStatus.Done;
        Raw(valid ? text[..consumed] : "\uFFFD"u8);
        return consumed;
    }

    private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> text)
    {
        var end = MaxTextBytes;
        while (end > MaxTextBytes - 3 && (text[end] & 0xC0) == 0x80)
        {
            end--;
        }

        return text[..end];
    }
}
