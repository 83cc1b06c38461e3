using System.Text;

namespace Holdfast.Rules.Patterns;

/// <summary>Makes nodes of characters and sets, with the flags that hold there.</summary>
internal static class RegexClasses
{
    /// <summary>The largest byte, which is the largest member of a class without <c>(?u)</c>.</summary>
    public const int LargestByte = 0xFF;

    /// <summary><c>.</c></summary>
    public static RegexNode Dot(RegexFlags flags)
    {
        var none = CharacterSet.Of([]);
        var excepted = flags.DotIsAll ? none : CharacterSet.Of('\n', '\n');
        return OfSet(Negate(excepted, flags), flags with { IgnoreCase = false });
    }

    /// <summary>A character that stands for itself.</summary>
    public static RegexNode Character(int character, RegexFlags flags)
    {
        if (flags.Unicode || character < 128)
        {
            return OfSet(CharacterSet.Of(character, character), flags);
        }

        // Without (?u) a character is the bytes of its UTF-8, whatever else their bytes may mean.
        Span<byte> bytes = stackalloc byte[4];
        var length = new Rune(character).EncodeToUtf8(bytes);
        return new SequenceNode([.. bytes[..length].ToArray().Select(value => new ByteNode(ByteSet.Range(value, value)))]);
    }

    /// <summary>One byte, whatever its value.</summary>
    public static RegexNode Byte(int value, RegexFlags flags) => OfSet(CharacterSet.Of(value, value), flags);

    /// <summary>A set of characters with <c>(?u)</c>, of bytes without.</summary>
    public static RegexNode OfSet(CharacterSet set, RegexFlags flags)
    {
        var folded = Fold(set, flags);
        return flags.Unicode
            ? Utf8Sequences.Of(folded.Intersect(UnicodeSets.All))
            : new ByteNode(folded.Ranges.Aggregate(default(ByteSet), (bytes, range) => bytes.Or(ByteSet.Range(range.First, range.Last))));
    }

    /// <summary>With <c>(?i)</c>: the set and what differs from its members in case alone; ASCII without <c>(?u)</c>.</summary>
    public static CharacterSet Fold(CharacterSet set, RegexFlags flags)
    {
        if (!flags.IgnoreCase)
        {
            return set;
        }

        return flags.Unicode ? UnicodeSets.WithOtherCase(set) : set.Union(Shifted(set, 'a', 'z', -32)).Union(Shifted(set, 'A', 'Z', 32));
    }

    /// <summary>What is not in the set.</summary>
    public static CharacterSet Negate(CharacterSet set, RegexFlags flags) => flags.Unicode ? UnicodeSets.Not(set) : set.Negate(LargestByte);

    /// <summary>The set that <c>\d</c>, <c>\s</c> or <c>\w</c> stands for; null for another letter.</summary>
    public static CharacterSet? Perl(char letter, RegexFlags flags) =>
        letter switch
        {
            'd' => flags.Unicode ? UnicodeSets.Digits : CharacterSet.Of('0', '9'),
            's' => flags.Unicode ? UnicodeSets.Spaces : CharacterSet.Of([('\t', '\r'), (' ', ' ')]),
            'w' => flags.Unicode ? UnicodeSets.Words : CharacterSet.Of([('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')]),
            _ => null,
        };

    /// <summary>The set that a name of POSIX stands for, as in <c>[[:alpha:]]</c>; null when there is no such name.</summary>
    public static CharacterSet? Posix(string name) =>
        name switch
        {
            "alnum" => CharacterSet.Of([('0', '9'), ('A', 'Z'), ('a', 'z')]),
            "alpha" => CharacterSet.Of([('A', 'Z'), ('a', 'z')]),
            "ascii" => CharacterSet.Of(0, 0x7F),
            "blank" => CharacterSet.Of([('\t', '\t'), (' ', ' ')]),
            "cntrl" => CharacterSet.Of([(0, 0x1F), (0x7F, 0x7F)]),
            "digit" => CharacterSet.Of('0', '9'),
            "graph" => CharacterSet.Of('!', '~'),
            "lower" => CharacterSet.Of('a', 'z'),
            "print" => CharacterSet.Of(' ', '~'),
            "punct" => CharacterSet.Of([('!', '/'), (':', '@'), ('[', '`'), ('{', '~')]),
            "space" => CharacterSet.Of([('\t', '\r'), (' ', ' ')]),
            "upper" => CharacterSet.Of('A', 'Z'),
            "word" => CharacterSet.Of([('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')]),
            "xdigit" => CharacterSet.Of([('0', '9'), ('A', 'F'), ('a', 'f')]),
            _ => null,
        };

    private static CharacterSet Shifted(CharacterSet set, int first, int last, int by) =>
        CharacterSet.Of(set.Intersect(CharacterSet.Of(first, last)).Ranges.Select(range => (range.First + by, range.Last + by)));
}

/// <summary>What a backslash and what follows it stand for: one character or byte, or a set of them.</summary>
/// <param name="Character">The character; null when it is a set.</param>
/// <param name="IsByte">Whether the character is a byte, whatever its value.</param>
/// <param name="Set">The set; null when it is one character.</param>
internal sealed record RegexEscape(int? Character, bool IsByte, CharacterSet? Set)
{
    /// <summary>Outside a class.</summary>
    public RegexNode ToNode(RegexFlags flags) =>
        this switch
        {
            { Set: { } set } => RegexClasses.OfSet(set, flags),
            { IsByte: true } => RegexClasses.Byte(Character!.Value, flags),
            _ => RegexClasses.Character(Character!.Value, flags),
        };
}
