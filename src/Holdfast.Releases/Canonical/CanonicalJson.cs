using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Releases.Canonical;

/// <summary>
/// The one byte form of a JSON value (after RFC 8785): members sorted by UTF-16 code units, no white space, the shortest string
/// escapes. Numbers are integers of at most 53 bits: fractions have no form here, because no artifact needs them and their shortest
/// spelling differs between languages.
/// </summary>
public static class CanonicalJson
{
    /// <summary>Largest magnitude of a number: every JSON reader gives it back exactly (RFC 8259 section 6).</summary>
    public const long MaxInteger = (1L << 53) - 1;

    /// <summary>Deepest nesting.</summary>
    public const int MaxDepth = 64;

    // What stands in a string as it is, one byte each.
    private static readonly SearchValues<char> Plain = SearchValues.Create([
        .. Enumerable.Range(' ', '~' - ' ' + 1).Select(code => (char)code).Where(c => c is not ('"' or '\\')),
    ]);

    /// <summary>The canonical bytes, UTF-8 without a byte order mark.</summary>
    /// <exception cref="FormatException">
    /// A number is no integer of 53 bits, a string is not valid UTF-16, or the value is nested deeper than <see cref="MaxDepth"/>.
    /// </exception>
    public static byte[] Write(JsonNode? value)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        Write(value, buffer, 0);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(JsonNode? value, ArrayBufferWriter<byte> buffer, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new FormatException($"the value is nested deeper than {MaxDepth} levels");
        }

        switch (value)
        {
            case null:
                buffer.Write("null"u8);
                break;
            case JsonObject members:
                WriteObject(members, buffer, depth);
                break;
            case JsonArray items:
                buffer.Write("["u8);
                for (var i = 0; i < items.Count; i++)
                {
                    buffer.Write(i == 0 ? ""u8 : ","u8);
                    Write(items[i], buffer, depth + 1);
                }

                buffer.Write("]"u8);
                break;
            default:
                WriteScalar(value, buffer);
                break;
        }
    }

    private static void WriteObject(JsonObject members, ArrayBufferWriter<byte> buffer, int depth)
    {
        buffer.Write("{"u8);
        var first = true;
        foreach (var (name, value) in members.OrderBy(member => member.Key, StringComparer.Ordinal))
        {
            buffer.Write(first ? ""u8 : ","u8);
            first = false;
            WriteString(name, buffer);
            buffer.Write(":"u8);
            Write(value, buffer, depth + 1);
        }

        buffer.Write("}"u8);
    }

    private static void WriteScalar(JsonNode value, ArrayBufferWriter<byte> buffer)
    {
        switch (value.GetValueKind())
        {
            case JsonValueKind.True:
                buffer.Write("true"u8);
                break;
            case JsonValueKind.False:
                buffer.Write("false"u8);
                break;
            case JsonValueKind.String:
                WriteString(value.GetValue<string>(), buffer);
                break;
            default:
                var digits = value.ToJsonString();
                if (!long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
                {
                    throw new FormatException($"{digits} is not an integer");
                }

                if (number is > MaxInteger or < -MaxInteger)
                {
                    throw new FormatException($"{digits} is outside -{MaxInteger} to {MaxInteger}");
                }

                buffer.Write(Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture)));
                break;
        }
    }

    private static void WriteString(string text, ArrayBufferWriter<byte> buffer)
    {
        buffer.Write("\""u8);
        if (!text.AsSpan().ContainsAnyExcept(Plain))
        {
            // Nearly every string: names, addresses, identifiers.
            buffer.Advance(Encoding.ASCII.GetBytes(text, buffer.GetSpan(text.Length)));
            buffer.Write("\""u8);
            return;
        }

        foreach (var rune in Runes(text))
        {
            switch (rune.Value)
            {
                case '"':
                    buffer.Write("\\\""u8);
                    break;
                case '\\':
                    buffer.Write("\\\\"u8);
                    break;
                case '\b':
                    buffer.Write("\\b"u8);
                    break;
                case '\f':
                    buffer.Write("\\f"u8);
                    break;
                case '\n':
                    buffer.Write("\\n"u8);
                    break;
                case '\r':
                    buffer.Write("\\r"u8);
                    break;
                case '\t':
                    buffer.Write("\\t"u8);
                    break;
                case < 0x20:
                    buffer.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}")));
                    break;
                default:
                    buffer.Advance(rune.EncodeToUtf8(buffer.GetSpan(4)));
                    break;
            }
        }

        buffer.Write("\""u8);
    }

    private static IEnumerable<Rune> Runes(string text)
    {
        for (var i = 0; i < text.Length; )
        {
            if (!Rune.TryGetRuneAt(text, i, out var rune))
            {
                throw new FormatException($"a string has half of a surrogate pair at index {i}");
            }

            yield return rune;
            i += rune.Utf16SequenceLength;
        }
    }
}
