using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;
using Holdfast.Rules.Evaluation;
using Bytes = System.ReadOnlySpan<byte>;

namespace Holdfast.Rules.Functions;

/// <summary>A step into JSON: a member's name, or a position in an array.</summary>
/// <param name="Name">The name; null for a position.</param>
/// <param name="Position">From 0.</param>
internal readonly record struct JsonStep(byte[]? Name, long Position);

/// <summary>
/// Finds a value in JSON (RFC 8259) without building anything, and without an exception when the text, which anybody may have sent, is none.
/// The whole text has to be JSON. Of members with one name the last counts, as for most who read JSON.
/// </summary>
internal ref struct JsonLookup(Bytes text)
{
    // Positions that no array has: the value was reached; the value is not on this way.
    private const long Arrived = -2;
    private const long Elsewhere = -3;

    private static readonly JsonStep[] Here = [new(null, Arrived)];
    private static readonly JsonStep[] Nowhere = [new(null, Elsewhere)];

    private readonly Bytes _text = text;
    private int _at;

    /// <summary>Finds a value.</summary>
    /// <param name="text">The JSON.</param>
    /// <param name="steps">The way to the value.</param>
    /// <param name="value">The value as it is written.</param>
    /// <returns>False when the text is no JSON, or has no such value.</returns>
    public static bool TryFind(Bytes text, JsonStep[] steps, out Bytes value)
    {
        var lookup = new JsonLookup(text);
        value = default;
        lookup.SkipSpace();
        if (!lookup.TryPass(steps, 0, out var from, out var to))
        {
            return false;
        }

        lookup.SkipSpace();
        if (lookup._at < text.Length || from < 0)
        {
            return false;
        }

        value = text[from..to];
        return true;
    }

    /// <summary>Reads a string with its quotation marks and escapes.</summary>
    /// <returns>Unknown when the evaluation has computed too much.</returns>
    public static Presence Unescape(RuleEvaluation evaluation, Bytes written, out Bytes value)
    {
        value = default;
        if (written.IsEmpty || written[0] != (byte)'"')
        {
            return Presence.Missing;
        }

        var inner = written[1..^1];
        value = inner;
        if (!inner.Contains((byte)'\\'))
        {
            return Presence.Known;
        }

        if (!evaluation.TryTake(inner.Length, out var output))
        {
            return Presence.Unknown;
        }

        var length = 0;
        for (var i = 0; i < inner.Length; i++)
        {
            if (inner[i] != (byte)'\\')
            {
                output[length++] = inner[i];
                continue;
            }

            i++;
            if (inner[i] == (byte)'u')
            {
                length += Character(inner, ref i).EncodeToUtf8(output[length..]);
                continue;
            }

            output[length++] = inner[i] switch
            {
                (byte)'b' => (byte)'\b',
                (byte)'f' => (byte)'\f',
                (byte)'n' => (byte)'\n',
                (byte)'r' => (byte)'\r',
                (byte)'t' => (byte)'\t',
                var other => other,
            };
        }

        value = output[..length];
        return Presence.Known;
    }

    // From the u of an escape to its last digit; a pair of surrogates is one character, half a pair is U+FFFD.
    private static Rune Character(Bytes text, ref int at)
    {
        Utf8Parser.TryParse(text.Slice(at + 1, 4), out int first, out _, 'x');
        at += 4;
        if (Rune.TryCreate(first, out var rune))
        {
            return rune;
        }

        if (
            text[(at + 1)..].StartsWith("\\u"u8)
            && Utf8Parser.TryParse(text.Slice(at + 3, 4), out int second, out _, 'x')
            && Rune.TryCreate((char)first, (char)second, out rune)
        )
        {
            at += 6;
            return rune;
        }

        return Rune.ReplacementChar;
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && _text[_at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            _at++;
        }
    }

    private bool Take(byte value)
    {
        SkipSpace();
        if (_at >= _text.Length || _text[_at] != value)
        {
            return false;
        }

        _at++;
        return true;
    }

    // Passes one value. When no steps are left it is the one; from is -1 when it is not found on the way.
    private bool TryPass(scoped Span<JsonStep> steps, int depth, out int from, out int to)
    {
        (from, to) = (-1, -1);
        SkipSpace();
        var start = _at;
        if (_at >= _text.Length || (depth == RuleLimits.JsonNesting && _text[_at] is ((byte)'{' or (byte)'[')))
        {
            return false;
        }

        var passed = _text[_at] switch
        {
            (byte)'{' => TryPassMembers(steps, depth, ref from, ref to),
            (byte)'[' => TryPassItems(steps, depth, ref from, ref to),
            (byte)'"' => TryPassString(),
            (byte)'t' => TryPassWord("true"u8),
            (byte)'f' => TryPassWord("false"u8),
            (byte)'n' => TryPassWord("null"u8),
            _ => TryPassNumber(),
        };
        if (steps is [{ Position: Arrived }])
        {
            (from, to) = (start, _at);
        }

        return passed;
    }

    private bool TryPassMembers(scoped Span<JsonStep> steps, int depth, ref int from, ref int to)
    {
        _at++;
        if (Take((byte)'}'))
        {
            return true;
        }

        do
        {
            SkipSpace();
            var nameAt = _at;
            if (_at >= _text.Length || _text[_at] != (byte)'"' || !TryPassString())
            {
                return false;
            }

            var name = _text[(nameAt + 1)..(_at - 1)];
            if (!Take((byte)':'))
            {
                return false;
            }

            var isIt = steps[0].Name is { } wanted && IsName(name, wanted);
            if (!TryPass(isIt ? After(steps) : Nowhere.AsSpan(), depth + 1, out var valueFrom, out var valueTo))
            {
                return false;
            }

            // The last of a name counts, also when what is wanted isn't in it.
            if (isIt)
            {
                (from, to) = (valueFrom, valueTo);
            }
        } while (Take((byte)','));

        return Take((byte)'}');
    }

    private bool TryPassItems(scoped Span<JsonStep> steps, int depth, ref int from, ref int to)
    {
        _at++;
        if (Take((byte)']'))
        {
            return true;
        }

        var position = 0L;
        do
        {
            var isIt = steps[0].Name is null && steps[0].Position == position;
            if (!TryPass(isIt ? After(steps) : Nowhere.AsSpan(), depth + 1, out var valueFrom, out var valueTo))
            {
                return false;
            }

            if (isIt)
            {
                (from, to) = (valueFrom, valueTo);
            }

            position++;
        } while (Take((byte)','));

        return Take((byte)']');
    }

    private static Span<JsonStep> After(Span<JsonStep> steps) => steps.Length > 1 ? steps[1..] : Here;

    // A name with escapes is compared character by character of what it means.
    private static bool IsName(Bytes written, Bytes wanted)
    {
        if (!written.Contains((byte)'\\'))
        {
            return written.SequenceEqual(wanted);
        }

        Span<byte> utf8 = stackalloc byte[4];
        for (var i = 0; i < written.Length; i++)
        {
            var length = 1;
            utf8[0] = written[i];
            if (written[i] == (byte)'\\')
            {
                i++;
                if (written[i] == (byte)'u')
                {
                    length = Character(written, ref i).EncodeToUtf8(utf8);
                }
                else
                {
                    utf8[0] = written[i] switch
                    {
                        (byte)'b' => (byte)'\b',
                        (byte)'f' => (byte)'\f',
                        (byte)'n' => (byte)'\n',
                        (byte)'r' => (byte)'\r',
                        (byte)'t' => (byte)'\t',
                        var other => other,
                    };
                }
            }

            if (!wanted.StartsWith(utf8[..length]))
            {
                return false;
            }

            wanted = wanted[length..];
        }

        return wanted.IsEmpty;
    }

    private bool TryPassWord(Bytes word)
    {
        if (!_text[_at..].StartsWith(word))
        {
            return false;
        }

        _at += word.Length;
        return true;
    }

    private bool TryPassString()
    {
        var start = ++_at;
        while (_at < _text.Length)
        {
            var value = _text[_at++];
            if (value == (byte)'"')
            {
                return Utf8.IsValid(_text[start..(_at - 1)]);
            }

            if (value < 0x20 || (value == (byte)'\\' && !TryPassEscape()))
            {
                return false;
            }
        }

        return false;
    }

    private bool TryPassEscape()
    {
        if (_at >= _text.Length)
        {
            return false;
        }

        var value = _text[_at++];
        if (value != (byte)'u')
        {
            return "\"\\/bfnrt"u8.Contains(value);
        }

        for (var i = 0; i < 4; i++)
        {
            if (_at >= _text.Length || !char.IsAsciiHexDigit((char)_text[_at++]))
            {
                return false;
            }
        }

        return true;
    }

    // -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?
    private bool TryPassNumber()
    {
        _at += _text[_at] == (byte)'-' ? 1 : 0;
        var first = _at;
        if (!TryPassDigits() || (_text[first] == (byte)'0' && _at > first + 1))
        {
            return false;
        }

        if (_at < _text.Length && _text[_at] == (byte)'.')
        {
            _at++;
            if (!TryPassDigits())
            {
                return false;
            }
        }

        if (_at < _text.Length && _text[_at] is (byte)'e' or (byte)'E')
        {
            _at++;
            _at += _at < _text.Length && _text[_at] is (byte)'+' or (byte)'-' ? 1 : 0;
            return TryPassDigits();
        }

        return true;
    }

    private bool TryPassDigits()
    {
        var from = _at;
        while (_at < _text.Length && char.IsAsciiDigit((char)_text[_at]))
        {
            _at++;
        }

        return _at > from;
    }
}

/// <summary><c>lookup_json_string()</c></summary>
internal sealed class JsonTextFunction(JsonStep[] steps) : Function<Bytes, Bytes>
{
    public override Presence Of(RuleEvaluation evaluation, Bytes input, out Bytes output)
    {
        output = default;
        return JsonLookup.TryFind(input, steps, out var written) ? JsonLookup.Unescape(evaluation, written, out output) : Presence.Missing;
    }
}

/// <summary><c>lookup_json_integer()</c>: whole numbers of 64 bits, written without a point or an exponent.</summary>
internal sealed class JsonNumberFunction(JsonStep[] steps) : Function<Bytes, long>
{
    public override Presence Of(RuleEvaluation evaluation, Bytes input, out long output)
    {
        output = 0;
        return
            JsonLookup.TryFind(input, steps, out var written)
            && Utf8Parser.TryParse(written, out output, out var taken)
            && taken == written.Length
            ? Presence.Known
            : Presence.Missing;
    }
}
