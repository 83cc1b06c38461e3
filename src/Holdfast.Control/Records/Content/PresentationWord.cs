using System.Globalization;
using System.Text;

namespace Holdfast.Control.Records.Content;

/// <summary>One word of a record's data as zone files and the API write it (RFC 1035 section 5.1).</summary>
/// <param name="Text">Its bytes, one character (0 to 255) a byte, escapes resolved.</param>
/// <param name="Quoted">Whether it stood in quotes.</param>
/// <param name="Escaped">Whether it held an escape: what is no plain text is no name and no number.</param>
internal readonly record struct PresentationWord(string Text, bool Quoted, bool Escaped)
{
    /// <summary>The bytes as UTF-8, which is what people type.</summary>
    public string Decoded => Ascii.IsValid(Text) ? Text : Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(Text));

    /// <summary>Splits one line into words.</summary>
    /// <returns>The words, or null when a quote or an escape is not finished, or a character stands there that only a zone file has.</returns>
    public static IReadOnlyList<PresentationWord>? Split(string line)
    {
        // Outside ASCII a text has no bytes of its own; UTF-8 is what everybody who reads it expects.
        var text = Ascii.IsValid(line) ? line : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(line));
        var words = new List<PresentationWord>();
        for (var at = 0; ; )
        {
            while (at < text.Length && text[at] is ' ' or '\t')
            {
                at++;
            }

            if (at == text.Length)
            {
                return words;
            }

            // Line ends, comments and parentheses are a zone file's; no word begins with one.
            if (text[at] is '\r' or '\n' or ';' or '(' or ')' || !TryRead(text, ref at, out var word))
            {
                return null;
            }

            words.Add(word);
        }
    }

    /// <summary>Reads the word that begins here.</summary>
    /// <param name="text">Bytes as characters.</param>
    /// <param name="at">Where it begins; afterwards where it ends.</param>
    /// <param name="word">The word.</param>
    /// <returns>False when a quote or an escape is not finished; <paramref name="at"/> is then where that was found.</returns>
    public static bool TryRead(string text, ref int at, out PresentationWord word)
    {
        word = default;
        var quoted = text[at] == '"';
        at += quoted ? 1 : 0;
        var bytes = new StringBuilder();
        var escaped = false;
        while (at < text.Length)
        {
            var c = text[at];
            if (quoted && (c is '\r' or '\n'))
            {
                return false;
            }

            if (quoted ? c == '"' : c is ' ' or '\t' or '\r' or '\n' or ';' or '(' or ')' or '"')
            {
                break;
            }

            if (c == '\\')
            {
                escaped = true;
                if (!TryReadEscape(text, ref at, out c))
                {
                    return false;
                }
            }
            else
            {
                at++;
            }

            bytes.Append(c);
        }

        if (quoted && at == text.Length)
        {
            return false;
        }

        at += quoted ? 1 : 0;
        word = new PresentationWord(bytes.ToString(), quoted, escaped);
        return true;
    }

    /// <summary>Bytes in quotes, with everything escaped that is not visible ASCII.</summary>
    public static string Quote(ReadOnlySpan<char> bytes)
    {
        var text = new StringBuilder(bytes.Length + 2).Append('"');
        foreach (var b in bytes)
        {
            _ =
                b is '"' or '\\' ? text.Append('\\').Append(b)
                : b is >= ' ' and <= '~' ? text.Append(b)
                : text.Append(CultureInfo.InvariantCulture, $"\\{(int)b:D3}");
        }

        return text.Append('"').ToString();
    }

    // \DDD is a byte by its decimal number, \X the character X itself.
    private static bool TryReadEscape(string text, ref int at, out char value)
    {
        value = '\0';
        if (at + 1 >= text.Length || text[at + 1] is '\r' or '\n')
        {
            return false;
        }

        if (!char.IsAsciiDigit(text[at + 1]))
        {
            value = text[at + 1];
            at += 2;
            return true;
        }

        if (
            at + 3 >= text.Length
            || !int.TryParse(text.AsSpan(at + 1, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number > 255
        )
        {
            return false;
        }

        value = (char)number;
        at += 4;
        return true;
    }
}
