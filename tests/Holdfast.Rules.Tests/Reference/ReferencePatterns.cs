using Holdfast.Rules.Patterns;

namespace Holdfast.Rules.Tests.Reference;

/// <summary>Finds a regular expression by trying everything, in the order in which Perl and Rust prefer: exponential, and obvious.</summary>
internal static class ReferenceRegex
{
    private const int MostSteps = 200_000;

    /// <summary>What the whole and each group matched; null when nothing does. A group that took no part is empty, at the start.</summary>
    public static (int From, int To)[]? Find(RegexNode root, string text)
    {
        var steps = 0;
        for (var from = 0; from <= text.Length; from++)
        {
            var groups = new (int From, int To)[100];
            var start = from;
            if (
                Match(
                    root,
                    from,
                    end =>
                    {
                        groups[0] = (start, end);
                        return true;
                    }
                )
            )
            {
                return groups;
            }

            bool Match(RegexNode node, int at, Func<int, bool> then)
            {
                if (++steps > MostSteps)
                {
                    throw new TimeoutException("this regular expression is too hard for the reference");
                }

                switch (node)
                {
                    case EmptyNode:
                        return then(at);
                    case ByteNode bytes:
                        return at < text.Length && bytes.Set.Contains(text[at]) && then(at + 1);
                    case SequenceNode { Items: [] }:
                        return then(at);
                    case SequenceNode sequence:
                        return Match(sequence.Items[0], at, next => Match(new SequenceNode(sequence.Items.RemoveAt(0)), next, then));
                    case ChoiceNode choice:
                        return choice.Items.Any(item => Match(item, at, then));
                    case CaptureNode capture:
                        return Match(
                            capture.Of,
                            at,
                            end =>
                            {
                                var before = groups[capture.Number];
                                groups[capture.Number] = (at, end);
                                if (then(end))
                                {
                                    return true;
                                }

                                groups[capture.Number] = before;
                                return false;
                            }
                        );
                    case PlaceNode place:
                        return Holds(place.Place, at) && then(at);
                    case RepeatNode repeat:
                        var rest = new RepeatNode(repeat.Of, Math.Max(0, repeat.Least - 1), repeat.Most - 1, repeat.IsLazy);

                        // A repetition that takes nothing is not repeated once enough were found.
                        bool Again() =>
                            repeat.Most != 0 && Match(repeat.Of, at, next => (next > at || repeat.Least > 0) && Match(rest, next, then));
                        return repeat.Least > 0 ? Again()
                            : repeat.IsLazy ? then(at) || Again()
                            : Again() || then(at);
                    default:
                        throw new InvalidOperationException();
                }
            }
        }

        return null;

        bool Holds(RegexPlace place, int at) =>
            place switch
            {
                RegexPlace.TextStart => at == 0,
                RegexPlace.TextEnd => at == text.Length,
                RegexPlace.LineStart => at == 0 || text[at - 1] == '\n',
                RegexPlace.LineEnd => at == text.Length || text[at] == '\n',
                RegexPlace.WordBoundary => IsWord(at - 1) != IsWord(at),
                _ => IsWord(at - 1) == IsWord(at),
            };

        bool IsWord(int at) => at >= 0 && at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_');
    }
}

/// <summary>Matches a wildcard by trying every length for every star, the shortest first.</summary>
internal static class ReferenceWildcard
{
    /// <summary>What each star stands for; null when the text doesn't match.</summary>
    public static string[]? Match(WildcardPattern pattern, string text, bool isStrict)
    {
        string Case(string part) =>
            isStrict ? part : new string([.. part.Select(unit => unit is >= 'A' and <= 'Z' ? (char)(unit + 32) : unit)]);
        var parts = pattern.Parts.Select(part => Case(ReferenceEvaluator.Text(part))).ToArray();
        var seen = Case(text);
        return Rest(0, 0) is { } captures ? [.. captures] : null;

        List<string>? Rest(int part, int at)
        {
            if (string.CompareOrdinal(seen, at, parts[part], 0, parts[part].Length) != 0 || at + parts[part].Length > seen.Length)
            {
                return null;
            }

            var from = at + parts[part].Length;
            if (part == parts.Length - 1)
            {
                return from == seen.Length ? [] : null;
            }

            for (var length = 0; from + length <= seen.Length; length++)
            {
                if (Rest(part + 1, from + length) is { } more)
                {
                    more.Insert(0, text.Substring(from, length));
                    return more;
                }
            }

            return null;
        }
    }
}
