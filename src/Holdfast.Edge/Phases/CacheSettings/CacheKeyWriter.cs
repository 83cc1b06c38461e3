using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Rules.Signals;
using Holdfast.Http.Headers;
using Holdfast.Model.Rulesets;

namespace Holdfast.Edge.Phases.CacheSettings;

/// <summary>
/// Writes what a rule puts into the cache's key: the query as it counts, and behind the URL what else tells answers apart. A purge by URL
/// looks at the URL alone, so it finds all of them.
/// </summary>
internal sealed class CacheKeyWriter
{
    // More arguments than that are left in their order: whoever sends them shall not cost more.
    private const int MostSorted = 64;

    private readonly CustomCacheKey _key;
    private readonly ImmutableArray<byte[]> _names;
    private readonly ImmutableArray<byte[]> _headers;
    private readonly ImmutableArray<byte[]> _headerPresence;
    private readonly ImmutableArray<byte[]> _cookies;
    private readonly ImmutableArray<byte[]> _cookiePresence;
    private readonly bool _changesQuery;

    /// <summary>Of a rule.</summary>
    public CacheKeyWriter(CustomCacheKey key)
    {
        _key = key;
        _names = Bytes(key.Query?.Names ?? []);
        _headers = Bytes(key.Headers);
        _headerPresence = Bytes(key.HeaderPresence);
        _cookies = Bytes(key.Cookies);
        _cookiePresence = Bytes(key.CookiePresence);
        _changesQuery = key.Query is not null || key.IgnoreQueryOrder;
    }

    /// <summary>Writes it for a request.</summary>
    public void Write(EdgeRequest request, RuleTurn turn)
    {
        turn.KeyQuery.Clear();
        if (_changesQuery)
        {
            WriteQuery(turn.Signals.Uri.Query, turn.KeyQuery);
        }

        turn.KeySuffix.Clear();
        WriteSuffix(request, turn.Signals.Fields, turn.KeySuffix);
        // A plain null would be an empty query.
        request.SetCacheKey(_changesQuery ? (ReadOnlyMemory<byte>?)turn.KeyQuery.Written : null, turn.KeySuffix.Written, _key.ResolvedHost);
    }

    private void WriteQuery(ReadOnlySpan<byte> query, ReusableBuffer into)
    {
        Span<Range> kept = stackalloc Range[MostSorted];
        var (cursor, count) = (0, 0);
        while (QueryArguments.Next(query, ref cursor, out var name, out _))
        {
            if (!Counts(name))
            {
                continue;
            }

            if (count == MostSorted)
            {
                // All of it, in its order.
                into.Clear();
                into.Write("?"u8);
                into.Write(query);
                return;
            }

            // Where the argument lies: it ends before the next one, or at the end.
            var end = cursor < query.Length || query[^1] == '&' ? cursor - 1 : cursor;
            var start = query[..end].LastIndexOf((byte)'&') + 1;
            kept[count++] = start..end;
        }

        if (_key.IgnoreQueryOrder)
        {
            Sort(query, kept[..count]);
        }

        for (var i = 0; i < count; i++)
        {
            into.Write(i == 0 ? "?"u8 : "&"u8);
            into.Write(query[kept[i]]);
        }
    }

    // Excluded without a name are all.
    private bool Counts(ReadOnlySpan<byte> name) =>
        _key.Query is not { } query || (query.IsExclusion ? !_names.IsEmpty && !Contains(_names, name) : Contains(_names, name));

    // By insertion: they are few, and often in order.
    private static void Sort(ReadOnlySpan<byte> query, Span<Range> arguments)
    {
        for (var i = 1; i < arguments.Length; i++)
        {
            var argument = arguments[i];
            var at = i;
            while (at > 0 && query[arguments[at - 1]].SequenceCompareTo(query[argument]) > 0)
            {
                arguments[at] = arguments[at - 1];
                at--;
            }

            arguments[at] = argument;
        }
    }

    // Each part ends in a NUL, which no field can hold, so that no two requests that differ write the same.
    private void WriteSuffix(EdgeRequest request, FieldSignals fields, ReusableBuffer into)
    {
        foreach (var name in _headers)
        {
            var cursor = 0;
            while (fields.Next(name, ref cursor, out var value))
            {
                into.Write(value);
                into.Write("\n"u8);
            }

            into.Write("\0"u8);
        }

        foreach (var name in _headerPresence)
        {
            var cursor = 0;
            into.Write(fields.Next(name, ref cursor, out _) ? "1\0"u8 : "0\0"u8);
        }

        foreach (var name in _cookies)
        {
            var cursor = 0;
            while (fields.NextCookie(name, ref cursor, out var value))
            {
                into.Write(value);
                into.Write("\n"u8);
            }

            into.Write("\0"u8);
        }

        foreach (var name in _cookiePresence)
        {
            var cursor = 0;
            into.Write(fields.NextCookie(name, ref cursor, out _) ? "1\0"u8 : "0\0"u8);
        }

        if (_key.DeviceType)
        {
            into.Write(DeviceType.Of(fields.First(KnownHeader.UserAgent)));
            into.Write("\0"u8);
        }

        if (_key.Country)
        {
            into.Write(request.Country.Utf8);
            into.Write("\0"u8);
        }

        if (_key.Language)
        {
            var cursor = 0;
            fields.NextLanguage(ref cursor, out var language);
            into.Write(language);
            into.Write("\0"u8);
        }
    }

    private static bool Contains(ImmutableArray<byte[]> names, ReadOnlySpan<byte> name)
    {
        foreach (var known in names)
        {
            if (name.SequenceEqual(known))
            {
                return true;
            }
        }

        return false;
    }

    private static ImmutableArray<byte[]> Bytes(ImmutableArray<string> names) => [.. names.Select(Encoding.ASCII.GetBytes)];
}
