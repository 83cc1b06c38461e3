using System.Buffers.Text;
using Holdfast.Cache.Directives;
using Holdfast.Cache.Fields;

namespace Holdfast.Cache.Decisions;

/// <summary>
/// How long browsers keep a response, where a zone wants it to be longer than the origin says (<c>browser_cache_ttl</c>). A longer lifetime
/// of the origin's stays, and so does whatever else it said.
/// </summary>
public static class LeastBrowserLifetime
{
    // Browsers are told to keep nothing, or to ask each time.
    private const Directive Forbids = Directive.NoStore | Directive.NoCache | Directive.Private | Directive.Unreadable;

    /// <summary>Writes the Cache-Control that browsers get.</summary>
    /// <param name="fields">The response's fields.</param>
    /// <param name="seconds">What the zone wants, from 1.</param>
    /// <param name="now">Seconds since 1970.</param>
    /// <param name="into">Where to.</param>
    /// <returns>The value's length; 0 when the response's own fields stay, also where <paramref name="into"/> has too little room.</returns>
    public static int Raise<T>(T fields, int seconds, long now, Span<byte> into)
        where T : IFields
    {
        var directives = default(CacheDirectives);
        long date = now;
        long? expires = null;
        for (var i = 0; i < fields.Count; i++)
        {
            switch (FieldNames.Find(fields.NameAt(i)))
            {
                case FieldName.CacheControl:
                    directives.Add(fields.ValueAt(i));
                    break;
                case FieldName.Expires:
                    expires = HttpTime.TryParse(fields.ValueAt(i), now, out var moment) ? moment : long.MinValue;
                    break;
                case FieldName.Date when HttpTime.TryParse(fields.ValueAt(i), now, out var said):
                    date = said;
                    break;
            }
        }

        var lasts =
            directives.Has(Directive.MaxAge) ? directives.MaxAge
            : expires is > 0 and var at ? at - date
            : 0;
        return directives.Has(Forbids) || lasts >= seconds ? 0 : Write(fields, seconds, into);
    }

    private static int Write<T>(T fields, int seconds, Span<byte> into)
        where T : IFields
    {
        var length = 0;
        for (var i = 0; i < fields.Count; i++)
        {
            if (FieldNames.Find(fields.NameAt(i)) != FieldName.CacheControl)
            {
                continue;
            }

            var members = new FieldList(fields.ValueAt(i));
            while (members.MoveNext())
            {
                if (DirectiveNames.Find(members.Current[..Octets.TokenLength(members.Current)]) == Directive.MaxAge)
                {
                    continue;
                }

                if (!TryAppend(into, ref length, members.Current) || !TryAppend(into, ref length, ", "u8))
                {
                    return 0;
                }
            }
        }

        if (!TryAppend(into, ref length, "max-age="u8) || !Utf8Formatter.TryFormat(seconds, into[length..], out var digits))
        {
            return 0;
        }

        return length + digits;
    }

    private static bool TryAppend(Span<byte> into, ref int length, ReadOnlySpan<byte> text)
    {
        if (text.Length > into.Length - length)
        {
            return false;
        }

        text.CopyTo(into[length..]);
        length += text.Length;
        return true;
    }
}
