using Holdfast.Http.Headers;

namespace Holdfast.Http.Messages;

/// <summary>Reads a Content-Length: 1*DIGIT and nothing else (RFC 9110 section 8.6), at most 18 digits, so that it always fits a long.</summary>
public static class ContentLengthText
{
    private const int MostDigits = 18;

    /// <summary>Reads one value.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out long length)
    {
        length = 0;
        if (text.Length is 0 or > MostDigits)
        {
            return false;
        }

        foreach (var digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            length = (length * 10) + (digit - '0');
        }

        return true;
    }

    /// <summary>
    /// Reads a response's Content-Length from all the fields that state it. Identical repeated values may be read as one (RFC 9110
    /// section 8.6); anything else has two readings.
    /// </summary>
    /// <param name="headers">The response's fields.</param>
    /// <param name="length">The length in bytes; -1 when no field states one.</param>
    /// <returns>Whether there is one reading.</returns>
    public static bool TryRead(HeaderBlock headers, out long length)
    {
        length = -1;
        for (var i = 0; i < headers.Count; i++)
        {
            if (headers.KnownAt(i) != KnownHeader.ContentLength)
            {
                continue;
            }

            var members = new TokenList(headers.ValueAt(i));
            var any = false;
            while (members.MoveNext())
            {
                if (!TryParse(members.Current, out var value) || (length >= 0 && value != length))
                {
                    return false;
                }

                length = value;
                any = true;
            }

            if (!any)
            {
                return false;
            }
        }

        return true;
    }
}
