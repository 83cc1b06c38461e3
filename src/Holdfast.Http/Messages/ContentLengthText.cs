namespace Holdfast.Http.Messages;

/// <summary>Reads a Content-Length: 1*DIGIT and nothing else (RFC 9110 section 8.6), at most 18 digits, so that it always fits a long.</summary>
internal static class ContentLengthText
{
    private const int MostDigits = 18;

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
}
