using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Holdfast.Rules.Patterns;

/// <summary>
/// Finds what the groups of a regular expression capture, in time linear in the number of bytes. The framework's non-backtracking engine does it, over characters:
/// a byte below 128 is that character, another is one of 128 that are neither letters nor digits and have no case, so that nothing of what
/// the engine knows of Unicode has a say.
/// </summary>
internal sealed class ByteRegex
{
    // The box drawing characters, U+2500 to U+257F.
    private const int FirstHigh = 0x2500;

    private readonly Regex _regex;

    /// <param name="root">Of at most <see cref="RuleLimits.ReplacePositions"/>.</param>
    public ByteRegex(RegexNode root)
    {
        var pattern = new StringBuilder();
        Write(root, pattern);
        _regex = new Regex(pattern.ToString(), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
    }

    /// <summary>Bytes as the characters that the engine reads.</summary>
    public static string Widen(ReadOnlySpan<byte> bytes) =>
        string.Create(
            bytes.Length,
            bytes,
            (characters, from) =>
            {
                for (var i = 0; i < from.Length; i++)
                {
                    characters[i] = (char)(from[i] < 128 ? from[i] : FirstHigh + from[i] - 128);
                }
            }
        );

    /// <summary>The first match with what its groups captured; it allocates.</summary>
    /// <param name="text">What <see cref="Widen"/> has made.</param>
    public Match First(string text) => _regex.Match(text);

    private static void Write(RegexNode node, StringBuilder pattern)
    {
        switch (node)
        {
            case EmptyNode:
                pattern.Append("(?:)");
                break;
            case ByteNode bytes:
                Write(bytes.Set, pattern);
                break;
            case SequenceNode sequence:
                foreach (var item in sequence.Items)
                {
                    Write(item, pattern);
                }

                break;
            case ChoiceNode choice:
                var separator = "(?:";
                foreach (var item in choice.Items)
                {
                    pattern.Append(separator);
                    Write(item, pattern);
                    separator = "|";
                }

                pattern.Append(')');
                break;
            case CaptureNode capture:
                pattern.Append('(');
                Write(capture.Of, pattern);
                pattern.Append(')');
                break;
            case RepeatNode repeat:
                pattern.Append("(?:");
                Write(repeat.Of, pattern);
                pattern.Append(')').Append(Times(repeat)).Append(repeat.IsLazy ? "?" : "");
                break;
            case PlaceNode place:
                pattern.Append(Place(place.Place));
                break;
        }
    }

    private static string Times(RepeatNode repeat) =>
        (repeat.Least, repeat.Most) switch
        {
            (0, null) => "*",
            (1, null) => "+",
            (0, 1) => "?",
            (var least, null) => string.Create(CultureInfo.InvariantCulture, $"{{{least},}}"),
            (var least, var most) => string.Create(CultureInfo.InvariantCulture, $"{{{least},{most}}}"),
        };

    private static string Place(RegexPlace place) =>
        place switch
        {
            RegexPlace.TextStart => @"\A",
            RegexPlace.TextEnd => @"\z",
            RegexPlace.LineStart => "(?m:^)",
            RegexPlace.LineEnd => "(?m:$)",
            RegexPlace.WordBoundary => @"\b",
            _ => @"\B",
        };

    private static void Write(ByteSet set, StringBuilder pattern)
    {
        if (set.IsEmpty)
        {
            pattern.Append(@"[^\s\S]");
            return;
        }

        pattern.Append('[');
        foreach (var (first, last) in set.Ranges())
        {
            // A range that crosses 128 is two ranges of characters.
            if (first < 128)
            {
                WriteRange(first, Math.Min(last, 127), pattern);
            }

            if (last >= 128)
            {
                WriteRange(FirstHigh + Math.Max(first, 128) - 128, FirstHigh + last - 128, pattern);
            }
        }

        pattern.Append(']');
    }

    private static void WriteRange(int first, int last, StringBuilder pattern)
    {
        pattern.Append(CultureInfo.InvariantCulture, $"\\u{first:X4}");
        if (last > first)
        {
            pattern.Append(CultureInfo.InvariantCulture, $"-\\u{last:X4}");
        }
    }
}
