using System.Buffers;
using Holdfast.Edge.Rules.Events;

namespace Holdfast.Edge.Rehearsing;

/// <summary>
/// Masks the values of members whose names say that they are secrets, in text that looks like JSON and may be cut off anywhere. Below such a
/// member every text and number is masked, whatever it is called.
/// </summary>
internal static class JsonMask
{
    /// <summary>The text, masked.</summary>
    public static byte[] Of(ReadOnlySpan<byte> json)
    {
        var into = new ArrayBufferWriter<byte>(json.Length + 64);
        var depth = 0;
        var secretDepth = int.MaxValue;
        var isSecretNext = false;
        for (var at = 0; at < json.Length; )
        {
            var octet = json[at];
            if (octet == '"')
            {
                var end = EndOfText(json, at);
                var text = json[at..end];
                var rest = json[end..].TrimStart(" \t\r\n"u8);
                if (!isSecretNext && !rest.IsEmpty && rest[0] == ':')
                {
                    // A name with an escape in it is taken for a secret's: nobody needs to write one.
                    isSecretNext = SecretText.IsNameOfOne(text.Trim((byte)'"')) || text.Contains((byte)'\\');
                    into.Write(text);
                }
                else
                {
                    Write(text, "\"***\""u8, isSecretNext || depth >= secretDepth, into);
                }

                at = end;
                continue;
            }

            if (octet is (byte)'-' or (>= (byte)'0' and <= (byte)'9'))
            {
                var rest = json[at..];
                var length = rest.IndexOfAnyExcept("+-.0123456789Ee"u8);
                var number = length < 0 ? rest : rest[..length];
                Write(number, "0"u8, isSecretNext || depth >= secretDepth, into);
                at += number.Length;
                continue;
            }

            switch (octet)
            {
                case (byte)'{' or (byte)'[':
                    depth++;
                    secretDepth = isSecretNext ? Math.Min(secretDepth, depth) : secretDepth;
                    isSecretNext = false;
                    break;

                case (byte)'}'
                or (byte)']':
                    depth--;
                    secretDepth = depth < secretDepth ? int.MaxValue : secretDepth;
                    isSecretNext = false;
                    break;

                case (byte)',':
                    isSecretNext = false;
                    break;
            }

            into.Write([octet]);
            at++;
        }

        return into.WrittenSpan.ToArray();
    }

    private static void Write(ReadOnlySpan<byte> text, ReadOnlySpan<byte> mask, bool isSecret, ArrayBufferWriter<byte> into) =>
        into.Write(isSecret ? mask : text);

    // Past its second quotation mark, or the end of all.
    private static int EndOfText(ReadOnlySpan<byte> json, int at)
    {
        for (var i = at + 1; i < json.Length; i++)
        {
            if (json[i] == '\\')
            {
                i++;
            }
            else if (json[i] == '"')
            {
                return i + 1;
            }
        }

        return json.Length;
    }
}
