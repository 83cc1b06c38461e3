using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Holdfast.Rules.Patterns;

/// <summary>
/// Sets of characters that Unicode gives names. Scripts and binary properties come from a table of Unicode 14
/// (<c>UnicodeProperties.txt</c>: name, short name, ranges); general categories and case from the runtime.
/// </summary>
internal static class UnicodeSets
{
    private const int Largest = 0x10FFFF;

    private static readonly Lazy<FrozenDictionary<string, CharacterSet>> Properties = new(ReadProperties);
    private static readonly Lazy<List<(int First, int Last)>[]> Categories = new(ReadCategories);
    private static readonly Lazy<FrozenDictionary<int, int[]>> Folds = new(ReadFolds);

    private static readonly FrozenDictionary<string, UnicodeCategory[]> CategoryNames = NameCategories();

    /// <summary>Every character: scalar values, without surrogates.</summary>
    public static CharacterSet All { get; } = CharacterSet.Of([(0, 0xD7FF), (0xE000, Largest)]);

    /// <summary><c>\d</c></summary>
    public static CharacterSet Digits => Find("nd")!;

    /// <summary><c>\s</c></summary>
    public static CharacterSet Spaces => Find("whitespace")!;

    /// <summary><c>\w</c>, by UTS 18: letters, marks, decimal digits, connectors and joiners.</summary>
    public static CharacterSet Words =>
        Find("alphabetic")!.Union(Find("m")!).Union(Find("nd")!).Union(Find("pc")!).Union(Find("joincontrol")!);

    /// <summary>Those that are not in a set.</summary>
    public static CharacterSet Not(CharacterSet set) => set.Negate(Largest).Intersect(All);

    /// <summary>Finds a set by a name, in any case, with or without <c>_</c>, <c>-</c> and spaces; null when there is none.</summary>
    public static CharacterSet? Find(string name)
    {
        var key = Key(name);
        return key switch
        {
            "any" => All,
            "ascii" => CharacterSet.Of(0, 0x7F),
            "assigned" => Not(Find("cn")!),
            _ when CategoryNames.TryGetValue(key, out var categories) => CharacterSet.Of(
                categories.SelectMany(category => Categories.Value[(int)category])
            ),
            _ => Properties.Value.GetValueOrDefault(key),
        };
    }

    /// <summary>A set, and every character that differs from one of it in case alone.</summary>
    public static CharacterSet WithOtherCase(CharacterSet set)
    {
        var others =
            from fold in Folds.Value
            where set.Ranges.Any(range => range.First <= fold.Key && fold.Key <= range.Last)
            from other in fold.Value
            select (other, other);
        return set.Union(CharacterSet.Of(others));
    }

    private static string Key(string name) => name.Replace("_", "").Replace("-", "").Replace(" ", "").ToLowerInvariant();

    private static FrozenDictionary<string, CharacterSet> ReadProperties()
    {
        using var stream = typeof(UnicodeSets).Assembly.GetManifestResourceStream("UnicodeProperties.txt")!;
        using var reader = new StreamReader(stream, Encoding.ASCII);
        var sets = new Dictionary<string, CharacterSet>();
        while (reader.ReadLine() is { } line)
        {
            var columns = line.Split(' ');
            var set = CharacterSet.Of(columns[2].Split(',').Select(ReadRange));
            sets[Key(columns[0])] = set;
            sets[Key(columns[1])] = set;
        }

        return sets.ToFrozenDictionary();

        static (int, int) ReadRange(string text)
        {
            var ends = text.Split('-').Select(end => int.Parse(end, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray();
            return (ends[0], ends[^1]);
        }
    }

    private static List<(int First, int Last)>[] ReadCategories()
    {
        var ranges = Enum.GetValues<UnicodeCategory>().Select(_ => new List<(int First, int Last)>()).ToArray();
        for (var character = 0; character <= Largest; character++)
        {
            var of = ranges[(int)CharUnicodeInfo.GetUnicodeCategory(character)];
            if (of.Count > 0 && of[^1].Last == character - 1)
            {
                of[^1] = (of[^1].First, character);
            }
            else
            {
                of.Add((character, character));
            }
        }

        return ranges;
    }

    private static FrozenDictionary<int, int[]> ReadFolds()
    {
        var groups = All
            .Ranges.SelectMany(range => Enumerable.Range(range.First, range.Last - range.First + 1))
            .Select(character => (Character: character, Fold: Rune.ToLowerInvariant(Rune.ToUpperInvariant(new Rune(character))).Value))
            .GroupBy(entry => entry.Fold, entry => entry.Character)
            .Where(group => group.Skip(1).Any())
            .Select(group => group.ToArray());
        return groups.SelectMany(group => group.Select(character => (character, group))).ToFrozenDictionary(e => e.character, e => e.group);
    }

    private static FrozenDictionary<string, UnicodeCategory[]> NameCategories()
    {
        var names = new Dictionary<string, UnicodeCategory[]>();
        void Add(string names1, params UnicodeCategory[] categories)
        {
            foreach (var name in names1.Split(' '))
            {
                names[name] = categories;
            }
        }

        Add("lu uppercaseletter", UnicodeCategory.UppercaseLetter);
        Add("ll lowercaseletter", UnicodeCategory.LowercaseLetter);
        Add("lt titlecaseletter", UnicodeCategory.TitlecaseLetter);
        Add("lm modifierletter", UnicodeCategory.ModifierLetter);
        Add("lo otherletter", UnicodeCategory.OtherLetter);
        Add("mn nonspacingmark", UnicodeCategory.NonSpacingMark);
        Add("mc spacingmark", UnicodeCategory.SpacingCombiningMark);
        Add("me enclosingmark", UnicodeCategory.EnclosingMark);
        Add("nd decimalnumber digit", UnicodeCategory.DecimalDigitNumber);
        Add("nl letternumber", UnicodeCategory.LetterNumber);
        Add("no othernumber", UnicodeCategory.OtherNumber);
        Add("pc connectorpunctuation", UnicodeCategory.ConnectorPunctuation);
        Add("pd dashpunctuation", UnicodeCategory.DashPunctuation);
        Add("ps openpunctuation", UnicodeCategory.OpenPunctuation);
        Add("pe closepunctuation", UnicodeCategory.ClosePunctuation);
        Add("pi initialpunctuation", UnicodeCategory.InitialQuotePunctuation);
        Add("pf finalpunctuation", UnicodeCategory.FinalQuotePunctuation);
        Add("po otherpunctuation", UnicodeCategory.OtherPunctuation);
        Add("sm mathsymbol", UnicodeCategory.MathSymbol);
        Add("sc currencysymbol", UnicodeCategory.CurrencySymbol);
        Add("sk modifiersymbol", UnicodeCategory.ModifierSymbol);
        Add("so othersymbol", UnicodeCategory.OtherSymbol);
        Add("zs spaceseparator", UnicodeCategory.SpaceSeparator);
        Add("zl lineseparator", UnicodeCategory.LineSeparator);
        Add("zp paragraphseparator", UnicodeCategory.ParagraphSeparator);
        Add("cc control", UnicodeCategory.Control);
        Add("cf format", UnicodeCategory.Format);
        Add("co privateuse", UnicodeCategory.PrivateUse);
        Add("cn unassigned", UnicodeCategory.OtherNotAssigned);
        foreach (
            var (letter, longName) in new[]
            {
                ("l", "letter"),
                ("m", "mark"),
                ("n", "number"),
                ("p", "punctuation"),
                ("s", "symbol"),
                ("z", "separator"),
            }
        )
        {
            UnicodeCategory[] all =
            [
                .. names.Where(entry => entry.Key.Length == 2 && entry.Key.StartsWith(letter)).SelectMany(e => e.Value),
            ];
            Add($"{letter} {longName}", all);
        }

        Add("lc casedletter", UnicodeCategory.UppercaseLetter, UnicodeCategory.LowercaseLetter, UnicodeCategory.TitlecaseLetter);
        Add("punct", names["p"]);
        return names.ToFrozenDictionary();
    }
}
