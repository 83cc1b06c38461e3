using System.Collections.Frozen;

namespace Holdfast.Control.Operators.Passwords;

/// <summary>The passwords that are tried first, and how people vary them: digits around a word, a word twice, runs and repetitions.</summary>
internal static class CommonPasswords
{
    private const string Resource = "Holdfast.Control.Operators.Passwords.common-passwords.txt";

    private static readonly Lazy<FrozenSet<string>> Words = new(Read);

    /// <summary>Whether it is one of them, with digits and signs before or behind it, or one of them several times.</summary>
    /// <param name="lower">The password in lower case.</param>
    public static bool Contain(string lower)
    {
        var words = Words.Value;
        var stem = Stem(lower);
        return words.Contains(lower) || words.Contains(stem) || words.Contains(Unit(lower)) || words.Contains(Unit(stem));
    }

    /// <summary>Whether it is a short piece again and again, or a run along the alphabet or the digits.</summary>
    public static bool IsPattern(string lower) => Unit(lower).Length <= 4 || IsRun(lower);

    /// <summary>It without the digits and signs at its ends; itself when it has no letter.</summary>
    public static string Stem(string lower)
    {
        var first = lower.AsSpan().IndexOfAnyInRange('a', 'z');
        return first < 0 ? lower : lower[first..(lower.AsSpan().LastIndexOfAnyInRange('a', 'z') + 1)];
    }

    /// <summary>The shortest piece that it is a repetition of.</summary>
    private static string Unit(string text)
    {
        for (var length = 1; length <= text.Length / 2; length++)
        {
            if (text.AsSpan(length).SequenceEqual(text.AsSpan(0, text.Length - length)))
            {
                return text[..length];
            }
        }

        return text;
    }

    private static bool IsRun(string text)
    {
        var steps = text.Zip(text.Skip(1), (one, next) => next - one).Distinct().ToList();

        // From 9 the digits go on with 0, and back.
        return steps.TrueForAll(step => step is 1 or -9) || steps.TrueForAll(step => step is -1 or 9);
    }

    private static FrozenSet<string> Read()
    {
        using var stream = typeof(CommonPasswords).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n').Where(line => line.Length > 0 && line[0] != '#').ToFrozenSet(StringComparer.Ordinal);
    }
}
