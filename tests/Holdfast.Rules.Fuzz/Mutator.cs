using Holdfast.Rules.Fields;
using Holdfast.Rules.Functions;

namespace Holdfast.Rules.Fuzz;

/// <summary>Makes new expressions from the corpus, the same ones for the same seed.</summary>
internal sealed class Mutator(int seed, IReadOnlyList<string> corpus)
{
    private const int MostCharacters = 5000;

    // What means something to the parser.
    private static readonly string[] Words =
    [
        .. FieldCatalogue.Names,
        .. FunctionCatalogue.All.Select(function => function.Name + "("),
        "(",
        ")",
        "[",
        "]",
        "[*]",
        "[0]",
        "{",
        "}",
        ",",
        " and ",
        " or ",
        " xor ",
        "not ",
        "!",
        "&&",
        "||",
        "^^",
        " eq ",
        "==",
        "!=",
        "<",
        ">=",
        "~",
        " contains ",
        " matches ",
        " wildcard ",
        " strict wildcard ",
        " in ",
        "$",
        "\"",
        "\\",
        "r\"",
        "r#\"",
        "\"#",
        "\"a\"",
        "*",
        "?",
        "{1,3}",
        "(?u)",
        "\\p{Greek}",
        "[^a]",
        "\\x41",
        "80",
        "-1",
        "..",
        "/24",
        "192.0.2.1",
        "2001:db8::1",
        "true",
        "false",
        "é",
        "\u0000",
        "\n",
        "\ud800",
        "😀",
    ];

    private readonly Random _random = new(seed);

    /// <summary>The next input.</summary>
    public string Next()
    {
        var text = corpus[_random.Next(corpus.Count)];
        for (var changes = _random.Next(0, 5); changes > 0; changes--)
        {
            text = Change(text);
        }

        return text.Length > MostCharacters ? text[..MostCharacters] : text;
    }

    private string Change(string text)
    {
        var place = _random.Next(text.Length + 1);
        var length = Math.Min(_random.Next(1, 17), text.Length - place);
        switch (_random.Next(7))
        {
            case 0:
                return text.Insert(place, Words[_random.Next(Words.Length)]);
            case 1:
                return text.Insert(place, ((char)_random.Next(1, 128)).ToString());
            case 2:
                return text.Remove(place, length);
            case 3:
                return text.Insert(place, text.Substring(place, length));
            case 4:
                // A word for what stands there.
                return text.Remove(place, length).Insert(place, Words[_random.Next(Words.Length)]);
            case 5:
                var other = corpus[_random.Next(corpus.Count)];
                return $"({text}) {(_random.Next(2) == 0 ? "and" : "or")} ({other})";
            default:
                var donor = corpus[_random.Next(corpus.Count)];
                var from = _random.Next(donor.Length + 1);
                return text.Insert(place, donor[from..Math.Min(donor.Length, from + 40)]);
        }
    }
}
