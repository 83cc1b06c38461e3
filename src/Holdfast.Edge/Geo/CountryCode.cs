namespace Holdfast.Edge.Geo;

/// <summary>A country as two upper-case letters (ISO 3166-1 alpha-2). The default value is <see cref="Unknown"/>.</summary>
internal readonly record struct CountryCode
{
    /// <summary>Not known: <c>XX</c>.</summary>
    public static readonly CountryCode Unknown;

    /// <summary>All pairs of letters, one after the other.</summary>
    private static readonly byte[] Pairs = MakePairs();

    // 0 for unknown, else one more than the pair's number.
    private readonly ushort _number;

    private CountryCode(int number) => _number = (ushort)number;

    /// <summary>The two letters; valid for ever.</summary>
    public ReadOnlySpan<byte> Utf8 => _number == 0 ? "XX"u8 : Pairs.AsSpan((_number - 1) * 2, 2);

    /// <summary>Whether the country is known.</summary>
    public bool IsKnown => _number != 0;

    /// <summary>The country of two ASCII letters; anything else, and <c>XX</c> and <c>ZZ</c>, is <see cref="Unknown"/>.</summary>
    public static CountryCode Of(string? letters)
    {
        if (letters is not { Length: 2 } || !char.IsAsciiLetter(letters[0]) || !char.IsAsciiLetter(letters[1]))
        {
            return Unknown;
        }

        var first = (letters[0] | 0x20) - 'a';
        var second = (letters[1] | 0x20) - 'a';
        var isPlaceholder = first == second && (first is 'x' - 'a' or 'z' - 'a');
        return isPlaceholder ? Unknown : new CountryCode((first * 26) + second + 1);
    }

    /// <summary>The two letters.</summary>
    public override string ToString() => System.Text.Encoding.ASCII.GetString(Utf8);

    private static byte[] MakePairs()
    {
        var pairs = new byte[26 * 26 * 2];
        for (var i = 0; i < 26 * 26; i++)
        {
            pairs[i * 2] = (byte)('A' + (i / 26));
            pairs[(i * 2) + 1] = (byte)('A' + (i % 26));
        }

        return pairs;
    }
}
