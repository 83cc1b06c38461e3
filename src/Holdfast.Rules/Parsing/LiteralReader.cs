using System.Globalization;
using Holdfast.Rules.Patterns;
using Holdfast.Rules.Syntax;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Parsing;

/// <summary>Reads literals of a type that is known from what stands before them, and sets of them.</summary>
internal sealed class LiteralReader(SourceCursor cursor)
{
    // What no raw string can hold; then no canonical text could be written.
    private static readonly string UnwritableInRaw = "\"" + new string('#', 255);

    private readonly StringReader _strings = new(cursor);
    private int _regexPositions;
    private int _regexCost;

    /// <summary>Whether a string begins here.</summary>
    public bool StringBegins => _strings.Begins;

    /// <summary>Whether a number or an address begins here.</summary>
    public bool NumberBegins => char.IsAsciiDigit(cursor.Next) || cursor.Next is '-' or ':';

    /// <summary>Reads a literal of a type; null after a fault.</summary>
    public Literal? Read(RuleType type) =>
        type.Kind switch
        {
            RuleKind.Integer => ReadInteger() is { } number ? new IntegerLiteral(number) : null,
            RuleKind.Address => ReadAddress() is { } address ? new AddressLiteral(address) : null,
            _ => ReadString() is { } text ? new StringLiteral(text) : null,
        };

    /// <summary>Reads a literal of whatever type it has: an argument.</summary>
    public Literal? ReadAny()
    {
        if (_strings.Begins)
        {
            return Read(RuleType.String);
        }

        var run = cursor.Text.AsSpan(cursor.At, AddressLength());
        return Read(run.ContainsAny(':', '.') ? RuleType.Address : RuleType.Integer);
    }

    /// <summary>Reads a string; null after a fault.</summary>
    public ByteString? ReadString() =>
        _strings.Begins
            ? _strings.Read()
            : Fault<ByteString>(cursor.At, $"a string belongs here, such as \"text\" or r\"text\"; found {cursor.Found(cursor.At)}");

    /// <summary>Reads a regular expression; null after a fault.</summary>
    public RegexPattern? ReadRegex()
    {
        var at = cursor.At;
        if (!_strings.Begins)
        {
            return cursor.Fail<RegexPattern>(at, $"a regular expression in quotation marks belongs here; found {cursor.Found(at)}");
        }

        return _strings.ReadRegex(out var places) is { } text ? MakeRegex(text, fault => places[Math.Min(fault, places.Length - 1)]) : null;
    }

    /// <summary>Makes a regular expression of a text; null after a fault.</summary>
    /// <param name="text">The text.</param>
    /// <param name="placeOf">The place in the expression of a place in the text.</param>
    public RegexPattern? MakeRegex(string text, Func<int, int> placeOf)
    {
        if (text.Contains(UnwritableInRaw, StringComparison.Ordinal))
        {
            return cursor.Fail<RegexPattern>(
                placeOf(0),
                "a regular expression cannot have a quotation mark with 255 number signs behind it"
            );
        }

        if (RegexPattern.Read(text, out var pattern) is { } fault)
        {
            return cursor.Fail<RegexPattern>(placeOf(fault.At), $"in the regular expression: {fault.Message}");
        }

        _regexCost += pattern!.Matcher.Cost;
        if (_regexCost > RuleLimits.RegexCostPerExpression)
        {
            return cursor.Fail<RegexPattern>(
                placeOf(0),
                $"the regular expressions are too complex together: a byte costs them {_regexCost}, at most {RuleLimits.RegexCostPerExpression} is allowed"
            );
        }

        _regexPositions += pattern.Positions;
        return _regexPositions > RuleLimits.RegexPositionsPerExpression
            ? cursor.Fail<RegexPattern>(
                placeOf(0),
                $"the regular expressions are too large together: with repetitions written out they have more than {RuleLimits.RegexPositionsPerExpression} places"
            )
            : pattern;
    }

    /// <summary>Reads a wildcard; null after a fault.</summary>
    public WildcardPattern? ReadWildcard()
    {
        var at = cursor.At;
        if (ReadString() is not { } text)
        {
            return null;
        }

        return WildcardPattern.Read(text, out var pattern) is { } fault ? cursor.Fail<WildcardPattern>(at, fault) : pattern;
    }

    /// <summary>Reads a set in braces, after its opening brace was seen; null after a fault.</summary>
    public LiteralSet? ReadSet(RuleType type) =>
        type.Kind switch
        {
            RuleKind.Integer => ReadMembers(ReadIntegerRange) is { } numbers ? new IntegerSet([.. numbers]) : null,
            RuleKind.Address => ReadMembers(ReadAddressRange) is { } addresses ? new AddressSet([.. addresses]) : null,
            _ => ReadMembers(ReadString) is { } texts ? new StringSet([.. texts]) : null,
        };

    private T? Fault<T>(int at, string message)
        where T : struct
    {
        cursor.Fail<object>(at, message);
        return null;
    }

    private List<T>? ReadMembers<T>(Func<T?> read)
        where T : struct
    {
        var at = cursor.At++;
        var members = new List<T>();
        while (true)
        {
            cursor.SkipSpace();
            if (cursor.Take("}"))
            {
                return members.Count > 0
                    ? members
                    : cursor.Fail<List<T>>(at, "a set needs at least one member: an empty one is never what is meant");
            }

            if (cursor.AtEnd)
            {
                return cursor.Fail<List<T>>(at, "this set is never closed: its } is missing");
            }

            if (cursor.Next == ',')
            {
                return cursor.Fail<List<T>>(cursor.At, "members of a set are separated by spaces; found a comma");
            }

            var member = cursor.At;
            if (read() is not { } value)
            {
                return null;
            }

            members.Add(value);
            if (members.Count > RuleLimits.SetMembers)
            {
                return cursor.Fail<List<T>>(member, $"a set has at most {RuleLimits.SetMembers} members; put more of them into a list");
            }
        }
    }

    private long? ReadInteger()
    {
        var at = cursor.At;
        var negative = cursor.Take("-");
        var hex = cursor.Take("0x");
        var from = cursor.At;
        while (char.IsAsciiDigit(cursor.Next) || (hex && char.IsAsciiHexDigit(cursor.Next)))
        {
            cursor.At++;
        }

        var digits = cursor.Text.AsSpan(from, cursor.At - from);
        if (digits.IsEmpty || char.IsAsciiLetter(cursor.Next) || cursor.Next == '_')
        {
            return Fault<long>(at, $"a whole number belongs here; found {cursor.Found(at)}");
        }

        if (!hex && digits.Length > 1 && digits[0] == '0')
        {
            return Fault<long>(at, "a number does not begin with 0; hexadecimal ones begin with 0x");
        }

        // The sign is read with the digits, because the least number has no positive twin.
        var text = negative ? $"-{digits}" : digits.ToString();
        var parsed = hex
            ? long.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) && value >= 0
            : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
        if (!parsed)
        {
            return Fault<long>(at, "this number does not fit into 64 bits");
        }

        return hex && negative ? -value : value;
    }

    private IntegerRange? ReadIntegerRange()
    {
        var at = cursor.At;
        if (ReadInteger() is not { } first)
        {
            return null;
        }

        if (!cursor.Take(".."))
        {
            return new IntegerRange(first, first);
        }

        if (ReadInteger() is not { } last)
        {
            return null;
        }

        return first <= last ? new IntegerRange(first, last) : Fault<IntegerRange>(at, $"the range {first}..{last} ends before it begins");
    }

    // An address is what these characters make, up to two dots in a row, which are a range.
    private int AddressLength()
    {
        var end = cursor.At;
        while (end < cursor.Text.Length && (char.IsAsciiHexDigit(cursor.Text[end]) || cursor.Text[end] is ':' or '.' or '-'))
        {
            if (cursor.Text[end] == '.' && end + 1 < cursor.Text.Length && cursor.Text[end + 1] == '.')
            {
                break;
            }

            end++;
        }

        return end - cursor.At;
    }

    private RuleAddress? ReadAddress()
    {
        var at = cursor.At;
        if (ReadAddressAlone() is not { } address)
        {
            return null;
        }

        return cursor.Next == '/' || cursor.Sees("..")
            ? Fault<RuleAddress>(at, "networks and ranges of addresses stand in braces: in {192.0.2.0/24}")
            : address;
    }

    private RuleAddress? ReadAddressAlone()
    {
        var at = cursor.At;
        var text = cursor.Text.AsSpan(at, AddressLength());
        if (!RuleAddress.TryParse(text, out var address))
        {
            var found = text.IsEmpty ? cursor.Found(at) : $"'{text}'";
            return Fault<RuleAddress>(
                at,
                $"an IP address belongs here, such as 192.0.2.1 or 2001:db8::1, without quotation marks; found {found}"
            );
        }

        cursor.At += text.Length;
        return address;
    }

    private AddressRange? ReadAddressRange()
    {
        var at = cursor.At;
        if (ReadAddressAlone() is not { } first)
        {
            return null;
        }

        if (cursor.Take("/"))
        {
            var from = cursor.At;
            while (char.IsAsciiDigit(cursor.Next))
            {
                cursor.At++;
            }

            var digits = cursor.Text.AsSpan(from, cursor.At - from);
            if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var prefix) || prefix > first.Width)
            {
                return Fault<AddressRange>(from, $"the length of a network's prefix goes from 0 to {first.Width} here");
            }

            return first.Network(prefix) == first
                ? AddressRange.Network(first, prefix)
                : Fault<AddressRange>(
                    at,
                    $"{first}/{prefix} has bits set beyond its prefix; did you mean {first.Network(prefix)}/{prefix}?"
                );
        }

        if (!cursor.Take(".."))
        {
            return new AddressRange(first, first, null);
        }

        if (ReadAddressAlone() is not { } last)
        {
            return null;
        }

        if (first.IsIPv6 != last.IsIPv6)
        {
            return Fault<AddressRange>(at, "a range goes from IPv4 to IPv4 or from IPv6 to IPv6");
        }

        return first.CompareTo(last) <= 0
            ? new AddressRange(first, last, null)
            : Fault<AddressRange>(at, $"the range {first}..{last} ends before it begins");
    }
}
