using System.Buffers.Text;
using System.Text;
using Holdfast.Rules.Evaluation;
using Bytes = System.ReadOnlySpan<byte>;

namespace Holdfast.Rules.Functions;

/// <summary>
/// <c>url_decode()</c>: <c>%XX</c> and <c>+</c>; with <c>u</c> also <c>%uXXXX</c>, as UTF-8; with <c>r</c> again what that gives, up to
/// <see cref="RuleLimits.UrlDecodePasses"/> times. What is no escape stays as it is.
/// </summary>
internal sealed class UrlDecodeFunction(bool again, bool unicode) : Function<Bytes, Bytes>
{
    public override Presence Of(RuleEvaluation evaluation, Bytes input, out Bytes output)
    {
        output = input;
        if (!input.ContainsAny((byte)'%', (byte)'+'))
        {
            return Presence.Known;
        }

        if (!evaluation.TryTake(input.Length, out var bytes))
        {
            return Presence.Unknown;
        }

        input.CopyTo(bytes);
        for (var pass = 0; pass < (again ? RuleLimits.UrlDecodePasses : 1); pass++)
        {
            if (!Decode(ref bytes))
            {
                break;
            }
        }

        output = bytes;
        return Presence.Known;
    }

    // In place: what is decoded is never longer. False when there was nothing to decode.
    private bool Decode(ref Span<byte> bytes)
    {
        var (read, written, changed) = (0, 0, false);
        while (read < bytes.Length)
        {
            var value = bytes[read];
            if (value == (byte)'+')
            {
                bytes[written++] = (byte)' ';
                read++;
                changed = true;
            }
            else if (value == (byte)'%' && unicode && TryReadUnicode(bytes[read..], out var rune, out var taken))
            {
                written += rune.EncodeToUtf8(bytes[written..]);
                read += taken;
                changed = true;
            }
            else if (value == (byte)'%' && TryReadHex(bytes[read..], 1, 2, out var number))
            {
                bytes[written++] = (byte)number;
                read += 3;
                changed = true;
            }
            else
            {
                bytes[written++] = value;
                read++;
            }
        }

        bytes = bytes[..written];
        return changed;
    }

    // %uXXXX; two that are a pair of surrogates are one character, half a pair is U+FFFD.
    private static bool TryReadUnicode(Bytes text, out Rune rune, out int taken)
    {
        (rune, taken) = (Rune.ReplacementChar, 6);
        if (!text.StartsWith("%u"u8) || !TryReadHex(text, 2, 4, out var first))
        {
            return false;
        }

        if (Rune.TryCreate(first, out var single))
        {
            rune = single;
        }
        else if (
            text[6..].StartsWith("%u"u8)
            && TryReadHex(text[6..], 2, 4, out var second)
            && Rune.TryCreate((char)first, (char)second, out var pair)
        )
        {
            (rune, taken) = (pair, 12);
        }

        return true;
    }

    private static bool TryReadHex(Bytes text, int from, int digits, out int value)
    {
        value = 0;
        return text.Length >= from + digits
            && Utf8Parser.TryParse(text.Slice(from, digits), out value, out var taken, 'x')
            && taken == digits
            && value >= 0;
    }
}
