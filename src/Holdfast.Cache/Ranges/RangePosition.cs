namespace Holdfast.Cache.Ranges;

/// <summary>The numbers of Range and Content-Range.</summary>
internal static class RangePosition
{
    /// <summary>What a number beyond any body's length is read as.</summary>
    public const long Largest = long.MaxValue - 1;

    /// <summary>Reads digits. A position beyond any body counts as one: what it means is decided by the comparison with the length.</summary>
    public static bool TryRead(ReadOnlySpan<byte> digits, out long position)
    {
        position = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            position = position > (Largest / 10) - 1 ? Largest : (position * 10) + digit - '0';
        }

        return !digits.IsEmpty;
    }
}
