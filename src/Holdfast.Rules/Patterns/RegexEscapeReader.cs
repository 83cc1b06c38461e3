using System.Globalization;
using System.Text;

namespace Holdfast.Rules.Patterns;

/// <summary>Reads what begins with a backslash and stands for a character or a set.</summary>
internal sealed class RegexEscapeReader(RegexCursor cursor)
{
    /// <summary>Reads one; null after a fault.</summary>
    public RegexEscape? Read(RegexFlags flags, bool inClass)
    {
        var at = cursor.At++;
        if (cursor.AtEnd)
        {
            return Fail(at, "a backslash at the end; the character itself is written \\\\");
        }

        var character = cursor.TakeCharacter();
        switch (character)
        {
            case 'd' or 's' or 'w':
                return OfSet(RegexClasses.Perl((char)character, flags)!);
            case 'D' or 'S' or 'W':
                return OfSet(RegexClasses.Negate(RegexClasses.Perl((char)(character + 32), flags)!, flags));
            case 'p' or 'P':
                return ReadProperty(at, flags, negated: character == 'P');
            case 'x':
                return ReadHex(at, 2, flags);
            case 'u':
                return ReadHex(at, 4, flags);
            case 'U':
                return ReadHex(at, 8, flags);
            case 'a':
                return OfCharacter('\a');
            case 'f':
                return OfCharacter('\f');
            case 't':
                return OfCharacter('\t');
            case 'n':
                return OfCharacter('\n');
            case 'r':
                return OfCharacter('\r');
            case 'v':
                return OfCharacter('\v');
            case >= '0' and <= '9':
                return Fail(at, "references back (\\1) and octal numbers are not supported, nor are they by Rust's regular expressions");
            case < 128 when !char.IsAsciiLetterOrDigit((char)character) && character is not ('<' or '>'):
                return OfCharacter(character);
            default:
                return Fail(
                    at,
                    $"\\{new Rune(character)} means nothing{(inClass ? " in a class" : "")}; a backslash itself is written \\\\"
                );
        }
    }

    private static RegexEscape OfCharacter(int character) => new(character, false, null);

    private static RegexEscape OfSet(CharacterSet set) => new(null, false, set);

    private RegexEscape? Fail(int at, string message) => cursor.Fail<RegexEscape>(at, message);

    // \x7F \x{7F} \u007F \u{7F} \U0000007F \U{7F}
    private RegexEscape? ReadHex(int at, int digits, RegexFlags flags)
    {
        string text;
        if (cursor.Take("{"))
        {
            var end = cursor.Text.IndexOf('}', cursor.At);
            text = end < 0 ? "" : cursor.Text[cursor.At..end];
            cursor.At = end < 0 ? cursor.At : end + 1;
            digits = 0;
        }
        else
        {
            text = cursor.Text.Substring(cursor.At, Math.Min(digits, cursor.Text.Length - cursor.At));
            cursor.At += text.Length;
        }

        if (
            text.Length is 0 or > 8
            || (digits > 0 && text.Length != digits)
            || !int.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            || !Rune.IsValid(value)
        )
        {
            return Fail(at, "a character by its number is written \\x7F, \\x{10FFFF}, \\u007F or \\U0000007F, with hexadecimal digits");
        }

        // \xFF is a byte when nobody asked for Unicode, and U+00FF when somebody did.
        return new RegexEscape(value, digits == 2 && !flags.Unicode, null);
    }

    private RegexEscape? ReadProperty(int at, RegexFlags flags, bool negated)
    {
        if (!flags.Unicode)
        {
            return Fail(at, "\\p is a class of Unicode: write (?u) before it");
        }

        string name;
        if (cursor.Take("{"))
        {
            var end = cursor.Text.IndexOf('}', cursor.At);
            name = end < 0 ? "" : cursor.Text[cursor.At..end];
            cursor.At = end < 0 ? cursor.At : end + 1;
        }
        else
        {
            name = cursor.AtEnd ? "" : new Rune(cursor.TakeCharacter()).ToString();
        }

        var inner = name.StartsWith('^');
        var bare = inner ? name[1..] : name;
        foreach (var prefix in new[] { "script=", "sc=", "general_category=", "gc=" })
        {
            bare = bare.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? bare[prefix.Length..] : bare;
        }

        return UnicodeSets.Find(bare) is { } set
            ? OfSet(negated != inner ? UnicodeSets.Not(set) : set)
            : Fail(
                at,
                $"there is no class of Unicode named {(bare.Length == 0 ? "nothing" : bare)}; general categories and scripts are known"
            );
    }
}
