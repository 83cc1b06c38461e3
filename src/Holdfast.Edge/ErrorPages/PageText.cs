using System.Buffers;
using System.Text;

namespace Holdfast.Edge.ErrorPages;

/// <summary>
/// Writes bytes that came from outside into a page. Whatever they are, valid UTF-8 comes out: what is not valid, and every control
/// character, becomes U+FFFD, and what has a meaning in the format is escaped.
/// </summary>
internal static class PageText
{
    /// <summary>Longest text from outside that a page repeats, in bytes: a page must not become an amplifier.</summary>
    public const int MaxBytes = 512;

    private static readonly SearchValues<byte> SafeInHtml = SearchValues.Create(
        " !#$%()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"u8
    );

    private static readonly SearchValues<byte> SafeInJson = SearchValues.Create(
        " !#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~"u8
    );

    private static readonly SearchValues<byte> SafeInText = SearchValues.Create(
        " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"u8
    );

    /// <summary>Writes text as an HTML text node or a quoted attribute's value.</summary>
    public static void WriteHtml(IBufferWriter<byte> output, ReadOnlySpan<byte> text) => Write(output, text, ErrorFormat.Html);

    /// <summary>Writes text as the inside of a JSON string.</summary>
    public static void WriteJson(IBufferWriter<byte> output, ReadOnlySpan<byte> text) => Write(output, text, ErrorFormat.Json);

    /// <summary>Writes text as one line of plain text.</summary>
    public static void WriteText(IBufferWriter<byte> output, ReadOnlySpan<byte> text) => Write(output, text, ErrorFormat.Text);

    /// <summary>Writes text for a format.</summary>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> text, ErrorFormat format)
    {
        var safe = format switch
        {
            ErrorFormat.Html => SafeInHtml,
            ErrorFormat.Json => SafeInJson,
            _ => SafeInText,
        };
        text = text[..Math.Min(text.Length, MaxBytes)];
        while (!text.IsEmpty)
        {
            var plain = text.IndexOfAnyExcept(safe);
            plain = plain < 0 ? text.Length : plain;
            output.Write(text[..plain]);
            text = text[plain..];
            if (text.IsEmpty)
            {
                return;
            }

            var valid = Rune.DecodeFromUtf8(text, out var rune, out var consumed) == OperationStatus.Done;
            var escaped = Escaped(text[0], format);
            if (!escaped.IsEmpty)
            {
                output.Write(escaped);
            }
            else if (valid && !Rune.IsControl(rune) && Rune.GetUnicodeCategory(rune) != System.Globalization.UnicodeCategory.Format)
            {
                output.Write(text[..consumed]);
            }
            else
            {
                // Format characters too: a direction override could make one address look like another.
                output.Write("\uFFFD"u8);
            }

            text = text[consumed..];
        }
    }

    private static ReadOnlySpan<byte> Escaped(byte c, ErrorFormat format) =>
        (format, (char)c) switch
        {
            (ErrorFormat.Html, '&') => "&amp;"u8,
            (ErrorFormat.Html, '<') => "&lt;"u8,
            (ErrorFormat.Html, '>') => "&gt;"u8,
            (ErrorFormat.Html, '"') => "&quot;"u8,
            (ErrorFormat.Html, '\'') => "&#39;"u8,
            (ErrorFormat.Json, '"') => "\\\""u8,
            (ErrorFormat.Json, '\\') => "\\\\"u8,
            _ => default,
        };
}
