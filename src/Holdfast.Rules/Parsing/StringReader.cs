using System.Text;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Parsing;

/// <summary>Reads strings, quoted and raw. A quoted regular expression has rules of its own: only <c>\"</c> is an escape in it.</summary>
internal sealed class StringReader(SourceCursor cursor)
{
    private const int MostHashes = 255;

    /// <summary>Whether a string begins here.</summary>
    public bool Begins => cursor.Next == '"' || cursor.Sees("r\"") || cursor.Sees("r#");

    /// <summary>Reads a string; null after a fault.</summary>
    public ByteString? Read()
    {
        if (cursor.Next == 'r')
        {
            return ReadRaw() is { } raw ? ByteString.Of(cursor.Text[raw.From..raw.To]) : null;
        }

        var at = cursor.At++;
        var bytes = new List<byte>();
        Span<byte> utf8 = stackalloc byte[4];
        while (!cursor.AtEnd)
        {
            if (cursor.Take("\""))
            {
                return new ByteString([.. bytes]);
            }

            if (cursor.Next == '\\')
            {
                if (ReadEscape() is not { } value)
                {
                    return null;
                }

                bytes.Add(value);
                continue;
            }

            Rune.DecodeFromUtf16(cursor.Text.AsSpan(cursor.At), out var rune, out var taken);
            bytes.AddRange(utf8[..rune.EncodeToUtf8(utf8)]);
            cursor.At += taken;
        }

        Fail(at, "this string is never closed: its second quotation mark is missing");
        return null;
    }

    /// <summary>Reads a regular expression.</summary>
    /// <param name="places">For each unit of the pattern, and for its end, the place in the expression.</param>
    /// <returns>The pattern; null after a fault.</returns>
    public string? ReadRegex(out int[] places)
    {
        places = [];
        if (cursor.Next == 'r')
        {
            if (ReadRaw() is not { } raw)
            {
                return null;
            }

            places = [.. Enumerable.Range(raw.From, raw.To - raw.From + 1)];
            return cursor.Text[raw.From..raw.To];
        }

        var at = cursor.At++;
        var pattern = new StringBuilder();
        var origins = new List<int>();
        var inClass = false;
        while (!cursor.AtEnd)
        {
            var unit = cursor.Next;
            if (unit == '"' && !inClass)
            {
                origins.Add(cursor.At++);
                places = [.. origins];
                return pattern.ToString();
            }

            if (unit == '\\' && cursor.At + 1 < cursor.Text.Length)
            {
                // In a class the quotation mark needs no escape, and keeps the one that it has.
                if (inClass || cursor.Text[cursor.At + 1] != '"')
                {
                    Add(cursor.At);
                }

                cursor.At++;
            }
            else if (unit == '[')
            {
                inClass = true;
            }
            else if (unit == ']')
            {
                inClass = false;
            }

            Add(cursor.At++);
        }

        Fail(at, "this regular expression is never closed: its second quotation mark is missing, or a bracket in it is never closed");
        return null;

        void Add(int place)
        {
            pattern.Append(cursor.Text[place]);
            origins.Add(place);
        }
    }

    private void Fail(int at, string message) => cursor.Fail<object>(at, message);

    // \" \\ \x7F \177
    private byte? ReadEscape()
    {
        var at = cursor.At++;
        var unit = cursor.Next;
        var (digits, radix) = unit switch
        {
            'x' => (2, 16),
            >= '0' and <= '7' => (3, 8),
            _ => (0, 0),
        };
        if (digits == 0)
        {
            if (unit is not ('"' or '\\'))
            {
                Fail(
                    at,
                    $"after a backslash a string has \", \\, x and two hexadecimal digits, or three octal ones; found {cursor.Found(cursor.At)}. A raw string, r\"…\", has no escapes"
                );
                return null;
            }

            cursor.At++;
            return (byte)unit;
        }

        cursor.At += radix == 16 ? 1 : 0;
        var value = 0;
        for (var i = 0; i < digits; i++)
        {
            var digit = char.IsAsciiHexDigit(cursor.Next) ? Convert.ToInt32(cursor.Next.ToString(), 16) : radix;
            if (digit >= radix)
            {
                Fail(
                    at,
                    $"a byte by its number has two hexadecimal digits after \\x, or three octal ones after \\; found {cursor.Found(cursor.At)}"
                );
                return null;
            }

            value = (value * radix) + digit;
            cursor.At++;
        }

        if (value > byte.MaxValue)
        {
            Fail(at, "an octal escape goes up to \\377");
            return null;
        }

        return (byte)value;
    }

    // r"…", r#"…"#, r##"…"##: nothing in it is special but its end.
    private (int From, int To)? ReadRaw()
    {
        var at = cursor.At++;
        var hashes = 0;
        while (cursor.Take("#"))
        {
            hashes++;
        }

        if (!cursor.Take("\"") || hashes > MostHashes)
        {
            Fail(at, $"a raw string is written r\"…\", or r#\"…\"# with up to {MostHashes} number signs");
            return null;
        }

        var from = cursor.At;
        var end = cursor.Text.IndexOf("\"" + new string('#', hashes), from, StringComparison.Ordinal);
        if (end < 0)
        {
            Fail(at, $"this raw string is never closed: it ends with \"{new string('#', hashes)}");
            return null;
        }

        cursor.At = end + 1 + hashes;
        return (from, end);
    }
}
