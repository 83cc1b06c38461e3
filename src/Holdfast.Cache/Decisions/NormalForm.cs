using System.Text;
using Holdfast.Cache.Fields;
using Holdfast.Cache.Storage;

namespace Holdfast.Cache.Decisions;

/// <summary>
/// A request field's value in a form that is the same for all spellings of the same meaning (RFC 9111 section 4.1): lines joined, and no
/// white space around the commas of a list; for Accept-Encoding and Accept-Language, whose grammar is known, members in lower case in order
/// of their weight. Cookie, Referer and User-Agent are no lists: a comma in them is part of the text.
/// </summary>
internal static class NormalForm
{
    // More members than any client has a reason to send; such a value is compared as it came.
    private const int MostMembers = 24;

    /// <summary>Appends the value's normal form; false when the request does not have the field.</summary>
    public static bool Write<T>(ByteBuffer into, ReadOnlySpan<byte> name, T request)
        where T : IFields
    {
        var known = FieldNames.Find(name);
        var start = into.Length;
        var present = false;
        for (var i = 0; i < request.Count; i++)
        {
            if (Ascii.EqualsIgnoreCase(request.NameAt(i), name))
            {
                if (present)
                {
                    into.Add((byte)',');
                }

                present = true;
                into.Add(Octets.Trim(request.ValueAt(i)));
            }
        }

        if (present && known is FieldName.AcceptEncoding or FieldName.AcceptLanguage)
        {
            // Tags of equal weight keep their order: some origins read it as an order of preference (RFC 9110 section 12.5.4).
            WriteByWeight(into, start, sortNames: known == FieldName.AcceptEncoding);
        }
        else if (present && !IsText(name))
        {
            into.Truncate(start + CloseUp(into.Written[start..]));
        }

        return present;
    }

    private static bool IsText(ReadOnlySpan<byte> name) =>
        Ascii.EqualsIgnoreCase(name, "user-agent"u8)
        || Ascii.EqualsIgnoreCase(name, "cookie"u8)
        || Ascii.EqualsIgnoreCase(name, "referer"u8);

    // Takes white space around commas out, but for those in quotes. What opens quotes and does not close them stays as it is from there on.
    private static int CloseUp(Span<byte> value)
    {
        var (length, isQuoted, isEscaped) = (0, false, false);
        for (var i = 0; i < value.Length; i++)
        {
            var octet = value[i];
            if (octet == ',' && !isQuoted)
            {
                while (length > 0 && value[length - 1] is (byte)' ' or (byte)'\t')
                {
                    length--;
                }

                while (i + 1 < value.Length && value[i + 1] is (byte)' ' or (byte)'\t')
                {
                    i++;
                }
            }

            isQuoted ^= octet == '"' && !isEscaped;
            isEscaped = octet == '\\' && isQuoted && !isEscaped;
            value[length++] = octet;
        }

        return length;
    }

    private static void WriteByWeight(ByteBuffer into, int start, bool sortNames)
    {
        Span<Member> members = stackalloc Member[MostMembers];
        var count = 0;
        var joined = into.Written[start..];
        for (var i = 0; i < joined.Length; i++)
        {
            joined[i] = Octets.Lower(joined[i]);
        }

        var at = 0;
        while (at <= joined.Length)
        {
            var comma = joined[at..].IndexOf((byte)',');
            var end = comma < 0 ? joined.Length : at + comma;
            if (!Octets.Trim(joined[at..end]).IsEmpty)
            {
                if (count == MostMembers || !TryRead(joined, at, end, out members[count]))
                {
                    return;
                }

                count++;
            }

            at = end + 1;
        }

        Sort(members[..count], joined, sortNames);
        var raw = joined.Length;
        var behind = into.Length;
        for (var i = 0; i < count; i++)
        {
            if (i > 0)
            {
                into.Add((byte)',');
            }

            var room = into.Reserve(members[i].Length);
            into.Written.Slice(start + members[i].Start, members[i].Length).CopyTo(room);
            if (members[i].Weight < 1000)
            {
                room = into.Reserve(4);
                room[0] = (byte)';';
                room[1] = (byte)('0' + (members[i].Weight / 100));
                room[2] = (byte)('0' + (members[i].Weight / 10 % 10));
                room[3] = (byte)('0' + (members[i].Weight % 10));
            }
        }

        var length = into.Length - behind;
        into.Written.Slice(behind, length).CopyTo(into.Written[start..]);
        into.Truncate(behind - raw + length);
    }

    private static void Sort(Span<Member> members, ReadOnlySpan<byte> text, bool sortNames)
    {
        // Few members, and stable: those of equal weight stay in order unless their names decide.
        for (var i = 1; i < members.Length; i++)
        {
            var moved = members[i];
            var place = i;
            while (place > 0 && Before(moved, members[place - 1], text, sortNames))
            {
                members[place] = members[place - 1];
                place--;
            }

            members[place] = moved;
        }
    }

    private static bool Before(Member one, Member other, ReadOnlySpan<byte> text, bool sortNames) =>
        one.Weight != other.Weight
            ? one.Weight > other.Weight
            : sortNames && text.Slice(one.Start, one.Length).SequenceCompareTo(text.Slice(other.Start, other.Length)) < 0;

    // name [ OWS ";" OWS "q=" qvalue ]; anything else is not ours to rewrite.
    private static bool TryRead(ReadOnlySpan<byte> text, int start, int end, out Member member)
    {
        while (text[start] is (byte)' ' or (byte)'\t')
        {
            start++;
        }

        var length = Octets.TokenLength(text[start..end]);
        member = new Member(start, length, 1000);
        var rest = Octets.Trim(text[(start + length)..end]);
        if (rest.IsEmpty)
        {
            return length > 0;
        }

        if (rest[0] != ';')
        {
            return false;
        }

        rest = Octets.Trim(rest[1..]);
        if (!rest.StartsWith("q="u8) || rest.Length is < 3 or > 7 || rest[2] is not ((byte)'0' or (byte)'1'))
        {
            return false;
        }

        var weight = (rest[2] - '0') * 1000;
        var unit = 100;
        for (var i = 4; i < rest.Length; i++, unit /= 10)
        {
            if (rest[3] != '.' || rest[i] is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            weight += (rest[i] - '0') * unit;
        }

        member = new Member(start, length, weight);
        return length > 0 && weight <= 1000 && (rest.Length != 4 || rest[3] == '.');
    }

    private readonly record struct Member(int Start, int Length, int Weight);
}
