namespace Holdfast.Rules.Patterns;

/// <summary>Reads a class in brackets, with the nested classes and set operators that Rust's syntax has.</summary>
internal sealed class RegexClassParser(RegexCursor cursor)
{
    private int _depth;

    /// <summary>Reads a class, from its opening bracket; null after a fault.</summary>
    public RegexNode? Read(RegexFlags flags) =>
        ReadSet(flags) is { } set ? RegexClasses.OfSet(set, flags with { IgnoreCase = false }) : null;

    // Members are folded as they are read, and a negation comes after.
    private CharacterSet? ReadSet(RegexFlags flags)
    {
        var at = cursor.At++;
        if (++_depth > RuleLimits.RegexNesting)
        {
            return Fail(at, $"classes stand more than {RuleLimits.RegexNesting} deep");
        }

        var negated = cursor.Take("^");
        CharacterSet? left = null;
        var operation = "";
        var ranges = new List<(int First, int Last)>();

        // A bracket or hyphens that come first are members.
        cursor.SkipSpace(flags.Spaced);
        while (cursor.Next == '-' && !cursor.Sees("--"))
        {
            ranges.Add(('-', '-'));
            cursor.At++;
        }

        if (ranges.Count == 0 && cursor.Take("]"))
        {
            ranges.Add((']', ']'));
        }

        while (true)
        {
            cursor.SkipSpace(flags.Spaced);
            if (cursor.AtEnd)
            {
                return Fail(at, "this bracket is never closed; the character itself is written \\[");
            }

            var found =
                cursor.Take("&&") ? "&&"
                : cursor.Take("--") ? "--"
                : cursor.Take("~~") ? "~~"
                : cursor.Take("]") ? "]"
                : "";
            if (found.Length == 0)
            {
                if (!ReadMember(flags, ranges))
                {
                    return null;
                }

                continue;
            }

            left = Combine(left, operation, RegexClasses.Fold(CharacterSet.Of(ranges), flags), flags);
            ranges.Clear();
            operation = found;
            if (found == "]")
            {
                _depth--;
                return negated ? RegexClasses.Negate(left, flags) : left;
            }
        }
    }

    private static CharacterSet Combine(CharacterSet? left, string operation, CharacterSet right, RegexFlags flags) =>
        operation switch
        {
            "&&" => left!.Intersect(right),
            "--" => left!.Intersect(RegexClasses.Negate(right, flags)),
            "~~" => left!.Union(right).Intersect(RegexClasses.Negate(left!.Intersect(right), flags)),
            _ => right,
        };

    private CharacterSet? Fail(int at, string message) => cursor.Fail<CharacterSet>(at, message);

    // A nested class, a set by name, a range or one character.
    private bool ReadMember(RegexFlags flags, List<(int First, int Last)> ranges)
    {
        var at = cursor.At;
        if (cursor.Sees("[:") && ReadPosix(flags) is { } posix)
        {
            ranges.AddRange(posix.Ranges);
            return true;
        }

        if (cursor.Next == '[')
        {
            if (ReadSet(flags) is not { } nested)
            {
                return false;
            }

            ranges.AddRange(nested.Ranges);
            return true;
        }

        if (ReadOne(flags) is not { } first)
        {
            return false;
        }

        if (first.Set is { } set)
        {
            ranges.AddRange(set.Ranges);
            return true;
        }

        // A hyphen makes a range, unless the class ends after it or it is half of the operator --.
        cursor.SkipSpace(flags.Spaced);
        var last = first;
        if (cursor.Next == '-' && !cursor.Sees("--") && !cursor.Sees("-]"))
        {
            cursor.At++;
            cursor.SkipSpace(flags.Spaced);
            if (ReadOne(flags) is not { } end)
            {
                return false;
            }

            last = end;
        }

        if (last.Set is not null || last.Character < first.Character)
        {
            Fail(at, "a range in a class goes from a character up to another; a hyphen itself is written \\-");
            return false;
        }

        ranges.Add((first.Character!.Value, last.Character!.Value));
        return true;
    }

    private RegexEscape? ReadOne(RegexFlags flags)
    {
        var at = cursor.At;
        if (cursor.AtEnd)
        {
            return cursor.Fail<RegexEscape>(at, "this class is never closed");
        }

        var one =
            cursor.Next == '\\'
                ? new RegexEscapeReader(cursor).Read(flags, inClass: true)
                : new RegexEscape(cursor.TakeCharacter(), false, null);
        return one is { IsByte: false, Character: > 127 } && !flags.Unicode
            ? cursor.Fail<RegexEscape>(at, "a class of bytes can't hold a character beyond ASCII: write (?u) before it")
            : one;
    }

    // [:alpha:] and [:^alpha:]; null, and nothing taken, when it is not one.
    private CharacterSet? ReadPosix(RegexFlags flags)
    {
        var end = cursor.Text.IndexOf(":]", cursor.At + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            return null;
        }

        var name = cursor.Text[(cursor.At + 2)..end];
        var negated = name.StartsWith('^');
        if (RegexClasses.Posix(negated ? name[1..] : name) is not { } set)
        {
            return null;
        }

        cursor.At = end + 2;
        return negated ? RegexClasses.Negate(set, flags) : set;
    }
}
