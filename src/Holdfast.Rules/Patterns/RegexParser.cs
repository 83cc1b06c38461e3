using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Holdfast.Rules.Patterns;

/// <summary>
/// Reads the syntax of Rust's <c>regex</c> crate. What that crate refuses (look-around, references back) is refused here, and so is what
/// has no meaning in linear time or can't be carried over: word boundaries of Unicode, half boundaries, <c>(?R)</c>.
/// </summary>
internal sealed class RegexParser(string text)
{
    private const int MostRepetitionsInARow = 3;

    private readonly RegexCursor _cursor = new(text);
    private readonly HashSet<string> _names = [];
    private int _depth;

    /// <summary>Why <see cref="Read"/> gave null.</summary>
    public RegexFault? Fault => _cursor.Fault;

    /// <summary>Groups that capture.</summary>
    public int Captures { get; private set; }

    /// <summary>Reads all of it; null when there is a fault.</summary>
    public RegexNode? Read()
    {
        var flags = default(RegexFlags);
        var root = ReadChoice(ref flags);
        return root is not null && !_cursor.AtEnd ? Fail(_cursor.At, "a closing parenthesis without an opening one") : root;
    }

    private RegexNode? Fail(int at, string message) => _cursor.Fail<RegexNode>(at, message);

    private RegexNode? ReadChoice(ref RegexFlags flags)
    {
        var choices = ImmutableArray.CreateBuilder<RegexNode>();
        do
        {
            if (ReadSequence(ref flags) is not { } sequence)
            {
                return null;
            }

            choices.Add(sequence);
        } while (_cursor.Take("|"));

        return choices.Count == 1 ? choices[0] : new ChoiceNode(choices.ToImmutable());
    }

    private RegexNode? ReadSequence(ref RegexFlags flags)
    {
        var items = ImmutableArray.CreateBuilder<RegexNode>();
        while (true)
        {
            _cursor.SkipSpace(flags.Spaced);
            if (_cursor.AtEnd || _cursor.Next is '|' or ')')
            {
                return items.Count switch
                {
                    0 => new EmptyNode(),
                    1 => items[0],
                    _ => new SequenceNode(items.ToImmutable()),
                };
            }

            // A group of flags alone is no item: they hold from here to the end of the group that they stand in.
            if (TakeFlagGroup(ref flags))
            {
                continue;
            }

            if (_cursor.Fault is not null || ReadAtom(flags) is not { } atom || ReadRepetitions(atom, flags) is not { } item)
            {
                return null;
            }

            items.Add(item);
        }
    }

    private RegexNode? ReadAtom(RegexFlags flags)
    {
        var at = _cursor.At;
        switch (_cursor.Next)
        {
            case '(':
                return ReadGroup(flags);
            case '[':
                return new RegexClassParser(_cursor).Read(flags);
            case '.':
                _cursor.At++;
                return RegexClasses.Dot(flags);
            case '^':
                _cursor.At++;
                return new PlaceNode(flags.Lines ? RegexPlace.LineStart : RegexPlace.TextStart);
            case '$':
                _cursor.At++;
                return new PlaceNode(flags.Lines ? RegexPlace.LineEnd : RegexPlace.TextEnd);
            case '*' or '+' or '?':
                return Fail(at, $"'{_cursor.Next}' has nothing before it to repeat");
            case '{':
                return Fail(at, "'{' has nothing before it to repeat; a brace itself is written \\{");
            case '\\':
                return ReadEscape(flags);
            default:
                return RegexClasses.Character(_cursor.TakeCharacter(), flags);
        }
    }

    private RegexNode? ReadEscape(RegexFlags flags)
    {
        var at = _cursor.At;
        if (_cursor.Sees("\\b{") || _cursor.Sees("\\<") || _cursor.Sees("\\>"))
        {
            return Fail(at, "half word boundaries are not supported; \\b is");
        }

        var place = text.AsSpan(at + 1) switch
        {
            ['A', ..] => RegexPlace.TextStart,
            ['z', ..] => RegexPlace.TextEnd,
            ['b', ..] => RegexPlace.WordBoundary,
            ['B', ..] => RegexPlace.NotWordBoundary,
            _ => (RegexPlace?)null,
        };
        if (place is not { } assertion)
        {
            return new RegexEscapeReader(_cursor).Read(flags, inClass: false) is { } escape ? escape.ToNode(flags) : null;
        }

        if (flags.Unicode && assertion is (RegexPlace.WordBoundary or RegexPlace.NotWordBoundary))
        {
            return Fail(at, "word boundaries of Unicode are not supported; write (?-u:\\b)");
        }

        _cursor.At += 2;
        return new PlaceNode(assertion);
    }

    private RegexNode? ReadRepetitions(RegexNode atom, RegexFlags flags)
    {
        var item = atom;
        for (var inARow = 0; ; inARow++)
        {
            _cursor.SkipSpace(flags.Spaced);
            var at = _cursor.At;
            (int Least, int? Most) times;
            switch (_cursor.Next)
            {
                case '*':
                    times = (0, null);
                    _cursor.At++;
                    break;
                case '+':
                    times = (1, null);
                    _cursor.At++;
                    break;
                case '?':
                    times = (0, 1);
                    _cursor.At++;
                    break;
                case '{':
                    if (!ReadCounts(out times))
                    {
                        return null;
                    }

                    break;
                default:
                    return item;
            }

            if (inARow == MostRepetitionsInARow)
            {
                return Fail(at, "a repetition of a repetition of a repetition is the most that is allowed");
            }

            item = new RepeatNode(item, times.Least, times.Most, _cursor.Take("?") != flags.SwapLazy);
            if (item.Positions > RuleLimits.RegexPositions)
            {
                return Fail(
                    at,
                    $"this repetition makes the regular expression too large: written out it has {item.Positions} places, at most {RuleLimits.RegexPositions} are allowed"
                );
            }
        }
    }

    // {n}, {n,}, {n,m}
    private bool ReadCounts(out (int Least, int? Most) times)
    {
        var at = _cursor.At++;
        times = default;
        var least = TakeNumber();
        var most = least;
        if (_cursor.Take(","))
        {
            most = _cursor.Next == '}' ? null : TakeNumber() ?? -1;
        }

        if (least is not { } from || most is -1 || !_cursor.Take("}"))
        {
            Fail(at, "a count of repetitions is written {2}, {2,} or {2,5}; a brace itself is written \\{");
            return false;
        }

        if (most < from)
        {
            Fail(at, $"the repetition {{{from},{most}}} ends before it begins");
            return false;
        }

        times = (from, most);
        return true;
    }

    private int? TakeNumber()
    {
        var from = _cursor.At;
        while (char.IsAsciiDigit(_cursor.Next))
        {
            _cursor.At++;
        }

        return int.TryParse(text.AsSpan(from, _cursor.At - from), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
    }

    private RegexNode? ReadGroup(RegexFlags flags)
    {
        var at = _cursor.At;
        if (++_depth > RuleLimits.RegexNesting)
        {
            return Fail(at, $"groups stand more than {RuleLimits.RegexNesting} deep");
        }

        int? capture = null;
        _cursor.At++;
        if (_cursor.Take("?P<") || _cursor.Take("?<"))
        {
            if (_cursor.Next is '=' or '!')
            {
                return Fail(at, "look-behind is not supported, nor is it by Rust's regular expressions");
            }

            if (!TakeGroupName())
            {
                return null;
            }

            capture = ++Captures;
        }
        else if (_cursor.Sees("?=") || _cursor.Sees("?!"))
        {
            return Fail(at, "look-ahead is not supported, nor is it by Rust's regular expressions");
        }
        else if (_cursor.Take("?"))
        {
            if (!ReadFlags(ref flags) || !_cursor.Take(":"))
            {
                return Fail(at, "a group begins with (, (?:, (?<name> or flags such as (?i:");
            }
        }
        else
        {
            capture = ++Captures;
        }

        if (ReadChoice(ref flags) is not { } inner)
        {
            return null;
        }

        if (!_cursor.Take(")"))
        {
            return Fail(at, "this parenthesis is never closed");
        }

        _depth--;
        return capture is { } number ? new CaptureNode(number, inner) : inner;
    }

    private bool TakeGroupName()
    {
        var from = _cursor.At;
        var end = text.IndexOf('>', from);
        var name = end < 0 ? "" : text[from..end];
        if (
            name.Length == 0
            || char.IsAsciiDigit(name[0])
            || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.')
        )
        {
            Fail(from, "a group's name has letters, digits and _, does not begin with a digit, and ends with >");
            return false;
        }

        if (!_names.Add(name))
        {
            Fail(from, $"two groups have the name {name}");
            return false;
        }

        _cursor.At = end + 1;
        return true;
    }

    // (?i) and its like, without a colon; false when something else stands here, or a fault was found.
    private bool TakeFlagGroup(ref RegexFlags flags)
    {
        var at = _cursor.At;
        if (!_cursor.Sees("(?") || _cursor.Sees("(?<") || _cursor.Sees("(?P"))
        {
            return false;
        }

        var changed = flags;
        _cursor.At += 2;
        if (_cursor.Next is not ('=' or '!' or ':') && ReadFlags(ref changed) && _cursor.Take(")"))
        {
            flags = changed;
            return true;
        }

        _cursor.At = at;
        return false;
    }

    private bool ReadFlags(ref RegexFlags flags)
    {
        var on = true;
        while (_cursor.Next is not (':' or ')'))
        {
            var at = _cursor.At;
            if (_cursor.AtEnd)
            {
                return false;
            }

            var letter = _cursor.TakeCharacter();
            if (letter == '-' && on)
            {
                on = false;
            }
            else if (letter < 128 && flags.With((char)letter, on) is { } changed)
            {
                flags = changed;
            }
            else
            {
                Fail(at, $"'{new Rune(letter)}' is no flag; there are i, m, s, U, u and x");
                return false;
            }
        }

        return true;
    }
}
