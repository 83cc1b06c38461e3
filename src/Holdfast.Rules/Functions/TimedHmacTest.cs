using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using Holdfast.Rules.Evaluation;
using Bytes = System.ReadOnlySpan<byte>;

namespace Holdfast.Rules.Functions;

/// <summary>
/// <c>is_timed_hmac_valid_v0()</c>: a message, a separator, ten digits of Unix time, a hyphen, and the Base64 of the HMAC-SHA256 of message
/// and time; escaped for URLs, or in their alphabet without padding.
/// </summary>
internal sealed class TimedHmacTest(byte[] key, long ttl, ValueNode<long> now, int separatorLength, bool forUrls) : Test<Bytes>
{
    private const int TimeDigits = 10;
    private const int LeastMac = 43;

    public override Truth Of(RuleEvaluation evaluation, Bytes value)
    {
        var presence = now.Read(evaluation, out var seconds);
        if (presence != Presence.Known)
        {
            return presence == Presence.Missing ? Truth.False : Truth.Unknown;
        }

        var timeAt = FindTime(value);
        if (timeAt < 0)
        {
            return Truth.False;
        }

        var time = value.Slice(timeAt, TimeDigits);
        Utf8Parser.TryParse(time, out long issued, out _);
        Span<byte> given = stackalloc byte[SHA256.HashSizeInBytes];
        if (seconds - issued > ttl || !TryReadMac(value[(timeAt + TimeDigits + 1)..], given))
        {
            return Truth.False;
        }

        var message = value[..(timeAt - separatorLength)];
        if (!evaluation.TryTake(message.Length + TimeDigits, out var signed))
        {
            return Truth.Unknown;
        }

        message.CopyTo(signed);
        time.CopyTo(signed[message.Length..]);
        Span<byte> expected = stackalloc byte[SHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, signed, expected);
        return Truths.Of(CryptographicOperations.FixedTimeEquals(expected, given));
    }

    // The last place that leaves enough behind it for the MAC, and a message before the separator.
    private int FindTime(Bytes value)
    {
        for (var at = value.Length - LeastMac - 1 - TimeDigits; at > separatorLength; at--)
        {
            if (value[at + TimeDigits] == (byte)'-' && !value.Slice(at, TimeDigits).ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            {
                return at;
            }
        }

        return -1;
    }

    private bool TryReadMac(Bytes text, scoped Span<byte> mac)
    {
        // 44 characters of Base64, each of which may be three of an escape.
        Span<byte> base64 = stackalloc byte[LeastMac + 1];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (length == base64.Length)
            {
                return false;
            }

            var unit = text[i];
            if (unit == (byte)'%' && !forUrls)
            {
                if (text.Length - i < 3 || !Utf8Parser.TryParse(text.Slice(i + 1, 2), out unit, out var taken, 'x') || taken != 2)
                {
                    return false;
                }

                i += 2;
            }

            base64[length++] = unit;
        }

        if (forUrls)
        {
            if (length != LeastMac || base64[..length].ContainsAny((byte)'+', (byte)'/'))
            {
                return false;
            }

            base64[length++] = (byte)'=';
            base64.Replace((byte)'-', (byte)'+');
            base64.Replace((byte)'_', (byte)'/');
        }

        Span<byte> decoded = stackalloc byte[LeastMac + 1];
        if (
            base64[..length].ContainsAny(" \t\r\n"u8)
            || Base64.DecodeFromUtf8(base64[..length], decoded, out _, out var written) != OperationStatus.Done
            || written != mac.Length
        )
        {
            return false;
        }

        decoded[..written].CopyTo(mac);
        return true;
    }
}
