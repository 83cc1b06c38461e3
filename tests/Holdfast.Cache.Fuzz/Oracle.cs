using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Holdfast.Cache.Compression;
using Holdfast.Cache.Decisions;
using Holdfast.Cache.Directives;
using Holdfast.Cache.Facts;
using Holdfast.Cache.Fields;
using Holdfast.Cache.Purging;
using Holdfast.Cache.Ranges;
using Holdfast.Cache.Storage;
using Holdfast.Cache.Tests.Reference;

namespace Holdfast.Cache.Fuzz;

/// <summary>
/// What must hold for any text, a line break standing for a further line of the field: the parsers never throw, and say what the slow
/// reference says. Each check throws when it does not.
/// </summary>
internal static class Oracle
{
    private const long Now = 1_800_000_000;

    // A text of this length takes a parser that looks at each byte once well under a millisecond, and a quadratic one seconds.
    private const int LongLength = 64 * 1024;
    private const int LongMilliseconds = 300;

    private static readonly (string Name, Directive Directive)[] Known =
    [
        ("max-age", Directive.MaxAge),
        ("s-maxage", Directive.SharedMaxAge),
        ("no-cache", Directive.NoCache),
        ("no-store", Directive.NoStore),
        ("private", Directive.Private),
        ("public", Directive.Public),
        ("must-revalidate", Directive.MustRevalidate),
        ("proxy-revalidate", Directive.ProxyRevalidate),
        ("must-understand", Directive.MustUnderstand),
        ("immutable", Directive.Immutable),
        ("stale-while-revalidate", Directive.StaleWhileRevalidate),
        ("stale-if-error", Directive.StaleIfError),
        ("max-stale", Directive.MaxStale),
        ("min-fresh", Directive.MinFresh),
        ("only-if-cached", Directive.OnlyIfCached),
    ];

    private static readonly Regex Tags = new(@"^(?:[ \t]*(?<tag>(?:W/)?""[^""]*"")[ \t]*(?:,|\z))+\z", RegexOptions.CultureInvariant);

    /// <summary>All checks, by name.</summary>
    public static (string Name, Action<string> Check)[] All { get; } =
    [
        ("Cache-Control", CheckCacheControl),
        ("targeted Cache-Control", CheckTargeted),
        ("date", CheckDate),
        ("Age, Vary, Expires", CheckFacts),
        ("entity tags", CheckEntityTags),
        ("Range", CheckRange),
        ("Content-Range", CheckContentRange),
        ("Cache-Tag", CheckTags),
        ("Accept-Encoding", CheckAcceptEncoding),
    ];

    /// <summary>No parser takes longer than its text is long.</summary>
    public static void CheckTime(string text)
    {
        if (text.Length == 0)
        {
            return;
        }

        var repeated = string.Concat(Enumerable.Repeat(text.Replace('\n', ' '), (LongLength / text.Length) + 1));
        var fields = new RawFields(
            $"Cache-Control: {repeated}",
            $"CDN-Cache-Control: {repeated}",
            $"Vary: {repeated}",
            $"Expires: {repeated}",
            $"Age: {repeated}",
            $"Cache-Tag: {repeated}"
        );
        var request = new RawFields(
            $"Accept-Encoding: {repeated}",
            $"Accept-Language: {repeated}",
            $"Cache-Control: {repeated}",
            $"Pragma: {repeated}"
        );
        var bytes = Encoding.Latin1.GetBytes(repeated);
        var least = double.MaxValue;
        for (var tries = 3; tries > 0 && least > LongMilliseconds; tries--)
        {
            var watch = Stopwatch.StartNew();
            ResponseFacts.Of(200, fields, Now);
            RequestFacts.Of("GET"u8, request);
            EntityTag.AnyWeaklyEqual(bytes, "\"x\""u8);
            RangeRequest.Parse([.. "bytes="u8, .. bytes], 1000);
            ContentRange.Parse([.. "bytes "u8, .. bytes]);
            ContentCodings.Choose(bytes, true);
            QualifiedNames.Contain(fields, FieldName.CacheControl, "x"u8);
            NormalForm.Write(new ByteBuffer(), "Accept-Encoding"u8, request);
            NormalForm.Write(new ByteBuffer(), "Accept-Language"u8, request);
            least = Math.Min(least, watch.Elapsed.TotalMilliseconds);
        }

        Require(least <= LongMilliseconds, $"{repeated.Length} bytes took {least:0} ms");
    }

    private static void CheckCacheControl(string text)
    {
        var lines = text.Split('\n');
        var found = default(CacheDirectives);
        foreach (var line in lines)
        {
            found.Add(Latin1(line));
        }

        var expected = ReferenceDirectives.OfCacheControl(lines);
        Require(found.Has(Directive.Unreadable) == expected.IsUnreadable, $"unreadable: the reference says {expected.IsUnreadable}");
        Compare(found, expected);
        var fields = new RawFields([.. lines.Select(l => $"Cache-Control:{l}")]);
        foreach (var name in expected.FieldNames.Where(IsFieldName))
        {
            Require(QualifiedNames.Contain(fields, FieldName.CacheControl, Latin1(name)), $"the field {name} is named");
        }
    }

    private static void CheckTargeted(string text)
    {
        var lines = text.Split('\n').Select(l => l.Trim(' ', '\t')).ToArray();
        var fields = new RawFields([.. lines.Select(l => $"CDN-Cache-Control:{l}")]);
        var isThere = TargetedField.TryRead(fields, FieldName.CdnCacheControl, out var found);
        var expected = ReferenceDirectives.OfTargeted(lines);
        Require(isThere == expected is not null, $"a dictionary: the reference says {expected is not null}");
        if (expected is not null)
        {
            Compare(found, expected, Directive.MaxStale | Directive.MinFresh);
            foreach (var name in expected.FieldNames.Where(IsFieldName))
            {
                Require(QualifiedNames.Contain(fields, FieldName.CdnCacheControl, Latin1(name)), $"the field {name} is named");
            }
        }
    }

    private static void Compare(in CacheDirectives found, ReferenceDirectives expected, Directive except = Directive.None)
    {
        foreach (var (name, directive) in Known)
        {
            Require(
                (except & directive) != 0 || found.Has(directive) == expected.Names.Contains(name),
                $"{name}: the reference says {expected.Names.Contains(name)}"
            );
            var seconds = directive switch
            {
                Directive.MaxAge => found.MaxAge,
                Directive.SharedMaxAge => found.SharedMaxAge,
                Directive.StaleWhileRevalidate => found.StaleWhileRevalidate,
                Directive.StaleIfError => found.StaleIfError,
                Directive.MaxStale => found.MaxStale,
                Directive.MinFresh => found.MinFresh,
                _ => 0,
            };
            if (found.Has(directive) && (except & directive) == 0)
            {
                var wanted = expected.Seconds.GetValueOrDefault(name);
                Require(seconds == wanted, $"{name} is {seconds}; the reference says {wanted}");
            }
        }

        Require(
            found.Has(Directive.NoCacheFields | Directive.PrivateFields) == expected.FieldNames.Count > 0,
            $"field names: the reference says {string.Join(' ', expected.FieldNames)}"
        );
    }

    private static void CheckDate(string text)
    {
        var isDate = HttpTime.TryParse(Latin1(text), Now, out var seconds);
        var expected = ReferenceFields.Date(text, Now);
        Require(isDate == expected is not null, $"a date: the reference says {expected is not null}");
        if (expected is not null)
        {
            Require(seconds == expected, $"{seconds}; the reference says {expected}");
            Span<byte> written = stackalloc byte[HttpTime.Length];
            if (seconds < 253_402_300_800)
            {
                HttpTime.Format(seconds, written);
                Require(HttpTime.TryParse(written, Now, out var again) && again == seconds, "written and read it is another date");
            }
        }
    }

    private static void CheckFacts(string text)
    {
        var lines = text.Split('\n').Select(l => l.Trim(' ', '\t')).ToArray();
        string[] Of(string name) => [.. lines.Select(l => $"{name}:{l}")];
        (string, string)[] Pairs(string name) => [.. lines.Select(l => (name, l))];
        var age = ResponseFacts.Of(200, new RawFields(Of("Age")), Now).Age;
        Require(age == ReferenceFields.Age(Pairs("Age")), $"Age is {age}; the reference says {ReferenceFields.Age(Pairs("Age"))}");

        var star = ResponseFacts.Of(200, new RawFields(Of("Vary")), Now).Has(ResponseTraits.VaryStar);
        Require(star == lines.Any(ReferenceResponse.IsStar), $"Vary of everything is {star}");

        foreach (var name in (string[])["Expires", "Last-Modified", "Date"])
        {
            var fields = Of(name);
            var pairs = Pairs(name).Append(("Cache-Control", "")).ToArray();
            var facts = ResponseFacts.Of(200, new RawFields(fields), Now);
            var reference = new ReferenceResponse(200, pairs, Now, Now);
            Require(facts.Date == reference.Date, $"Date is {facts.Date}; the reference says {reference.Date}");
            Require((facts.LastModified == HttpTime.None ? null : facts.LastModified) == reference.LastModified, "Last-Modified differs");
            var lifetime = Freshness.Of(facts, Model.Zones.CacheProfile.Standard);
            Require(
                lifetime.Source == FreshnessSource.None ? reference.Lifetime is null : lifetime.Seconds == reference.Lifetime?.Seconds,
                $"{name}: the lifetime is {lifetime}; the reference says {reference.Lifetime}"
            );
        }

        // Whatever selects a response from a request, the same request selects it again; and there is one normal form.
        var request = new RawFields([.. Of("Accept-Encoding"), .. Of("Accept-Language"), .. Of("X-Color")]);
        var kept = new ByteBuffer();
        SelectingFields.Write(kept, new RawFields([.. Of("Vary"), "Vary: Accept-Encoding, accept-language, X-COLOR"]), request);
        Require(SelectingFields.Match(kept.Written, request, new ByteBuffer()), "a request does not select its own response");
        foreach (var name in (string[])["Accept-Encoding", "Accept-Language", "X-Color"])
        {
            var (once, twice) = (new ByteBuffer(), new ByteBuffer());
            NormalForm.Write(once, Latin1(name), request);
            NormalForm.Write(twice, Latin1(name), new RawFields($"{name}:{Encoding.Latin1.GetString(once.Written)}"));
            Require(once.Written.SequenceEqual(twice.Written), $"the normal form of {name} has another normal form");
        }
    }

    private static void CheckEntityTags(string text)
    {
        var list = Latin1(text);
        EntityTag.AnyWeaklyEqual(list, []);
        if (Tags.Match(text) is not { Success: true } match)
        {
            return;
        }

        string[] tags = [.. match.Groups["tag"].Captures.Select(c => c.Value)];
        string Opaque(string tag) => tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag;
        foreach (var tag in (string[])[.. tags, "\"never\"", "W/\"never\"", "\"\""])
        {
            var expected = tags.Any(t => Opaque(t) == Opaque(tag));
            Require(EntityTag.AnyWeaklyEqual(list, Latin1(tag)) == expected, $"{tag} is in the list: the reference says {expected}");
        }
    }

    private static void CheckRange(string text)
    {
        foreach (var length in (long[])[0, 1, 100, 1_000_000])
        {
            var found = RangeRequest.Parse(Latin1(text), length);
            var parts = found.Outcome == RangeOutcome.Part ? [found.Part] : found.Parts ?? [];
            Require(parts.All(p => p.Start >= 0 && p.Length > 0 && p.End <= length), "a part lies outside");
            var members = text.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase) ? ReferenceFields.Members(text[6..], out _) : [];
            var asked = members.ConvertAll(m => Range(m, length));
            if (members.Count is 0 or > 16 || asked.Contains(null))
            {
                Require(found.Outcome == RangeOutcome.Whole || members.Count == 0, $"{found.Outcome} for what is no range");
                continue;
            }

            var satisfiable = asked.Where(a => a!.Value.Length > 0).ToList();
            Require(
                satisfiable.Count == 0 ? found.Outcome == RangeOutcome.Unsatisfiable : parts.Count > 0,
                $"{found.Outcome} of {satisfiable.Count} that can be satisfied"
            );
            Require(
                satisfiable.TrueForAll(a => parts.Count(p => p.Start <= a!.Value.Start && a.Value.Start + a.Value.Length <= p.End) == 1),
                "a range is in no part, or in two"
            );
        }
    }

    private static (long Start, long Length)? Range(string member, long length)
    {
        if (Regex.Match(member, @"^-([0-9]+)\z") is { Success: true } suffix)
        {
            var wanted = Number(suffix.Groups[1].Value);
            return (Math.Max(0, length - wanted), Math.Min(length, wanted));
        }

        if (Regex.Match(member, @"^([0-9]+)-([0-9]*)\z") is not { Success: true } match)
        {
            return null;
        }

        var first = Number(match.Groups[1].Value);
        var last = match.Groups[2].Length == 0 ? long.MaxValue : Number(match.Groups[2].Value);
        return last < first ? null
            : first >= length ? (0, 0)
            : (first, Math.Min(last, length - 1) - first + 1);
    }

    private static void CheckContentRange(string text)
    {
        var found = ContentRange.Parse(Latin1(text));
        var match = Regex.Match(
            text,
            @"^bytes [ \t]*([0-9]+)-([0-9]+)/([0-9]+)[ \t]*\z",
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
        );
        var expected = default(ContentRange);
        if (match.Success)
        {
            var (first, last, complete) = (Number(match.Groups[1].Value), Number(match.Groups[2].Value), Number(match.Groups[3].Value));
            expected =
                first <= last && last < complete && complete < long.MaxValue / 2
                    ? new ContentRange(first, last - first + 1, complete)
                    : default;
            if (complete >= long.MaxValue / 2)
            {
                return;
            }
        }

        Require(found == expected, $"{found}; the reference says {expected}");
    }

    private static void CheckTags(string text)
    {
        List<string> found = [];
        var tags = new CacheTags(Latin1(text));
        while (tags.MoveNext())
        {
            found.Add(Encoding.Latin1.GetString(tags.Current));
        }

        var expected = text.Split(',').Select(t => t.Trim(' ', '\t')).Where(t => t.Length > 0);
        Require(found.SequenceEqual(expected), $"{string.Join('|', found)}; the reference says {string.Join('|', expected)}");
    }

    private static void CheckAcceptEncoding(string text)
    {
        var best = ContentCodings.Choose(Latin1(text), brotli: true);
        var withoutBrotli = ContentCodings.Choose(Latin1(text), brotli: false);
        Require(withoutBrotli != ContentCoding.Brotli, "br although it is not offered");
        if (best == ContentCoding.Identity)
        {
            return;
        }

        // What is chosen was named, or all were.
        var names = ReferenceFields.Members(text, out _).Select(m => m.Split(';')[0].Trim(' ', '\t').ToLowerInvariant()).ToHashSet();
        var name = Encoding.ASCII.GetString(ContentCodings.NameOf(best));
        Require(names.Contains(name) || names.Contains("*") || (name == "gzip" && names.Contains("x-gzip")), $"{name} was not asked for");
    }

    private static long Number(string digits) =>
        digits.TrimStart('0').Length > 18 ? long.MaxValue - 1 : long.Parse("0" + digits.TrimStart('0'), CultureInfo.InvariantCulture);

    // No field has any other name.
    private static bool IsFieldName(string name) => Regex.IsMatch(name, $@"^{ReferenceFields.Token}\z");

    private static byte[] Latin1(string text) => Encoding.Latin1.GetBytes(text);

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidDataException(what);
        }
    }
}
