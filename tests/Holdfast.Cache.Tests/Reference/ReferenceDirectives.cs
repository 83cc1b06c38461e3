using System.Text;
using System.Text.RegularExpressions;

namespace Holdfast.Cache.Tests.Reference;

/// <summary>Cache directives as RFC 9111 section 5.2 and RFC 9213 say that they are read; see <see cref="ReferenceFields"/>.</summary>
internal sealed class ReferenceDirectives
{
    private static readonly string[] Numbers =
    [
        "max-age",
        "s-maxage",
        "stale-while-revalidate",
        "stale-if-error",
        "max-stale",
        "min-fresh",
    ];

    private static readonly Regex Member = new(
        $@"^(?<name>{ReferenceFields.Token})(?:=(?:(?<arg>{ReferenceFields.Token})|""(?<arg>(?:[^""\\]|\\.)*)""))?\z",
        RegexOptions.CultureInvariant | RegexOptions.Singleline
    );

    private static readonly Regex BrokenMember = new($"^(?<name>{ReferenceFields.Token})", RegexOptions.CultureInvariant);

    // RFC 9651 section 3 as one expression.
    private const string Key = @"[a-z*][a-z0-9_.*-]*";
    private const string SfString = @"""(?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\[""\\])*""";
    private const string SfToken = @"[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*";
    private const string SfBytes = @":[A-Za-z0-9+/]*=*:";
    private const string SfDisplay = @"%""(?:[\x20-\x21\x23-\x24\x26-\x7e]|%[0-9a-f]{2})*""";
    private const string Integer = @"-?[0-9]{1,15}";
    private const string Decimal = @"-?[0-9]{1,12}\.[0-9]{1,3}";
    private const string Bare = $@"(?:{Decimal}|{Integer}|{SfString}|{SfToken}|{SfBytes}|\?[01]|@{Integer}|{SfDisplay})";
    private const string Parameters = $@"(?:;[ ]*{Key}(?:={Bare})?)*";
    private const string Inner = $@"\([ ]*(?:{Bare}{Parameters}(?:[ ]+{Bare}{Parameters})*[ ]*)?\)";
    private const string SfMember = $@"(?<key>{Key})(?:=(?<value>{Inner}|{Bare})|(?<value>)){Parameters}";

    private static readonly Regex Dictionary = new($@"^[ ]*{SfMember}(?:[ \t]*,[ \t]*{SfMember})*[ \t]*\z", RegexOptions.CultureInvariant);

    private static readonly Regex Display = new(SfDisplay, RegexOptions.CultureInvariant);

    /// <summary>The directives that are there, in lower case; <c>no-cache</c> and <c>private</c> only without field names.</summary>
    public HashSet<string> Names { get; } = [];

    /// <summary>The field names in <c>no-cache="..."</c> and <c>private="..."</c>, in lower case.</summary>
    public HashSet<string> FieldNames { get; } = [];

    /// <summary>Seconds by directive; -1 for what is no number.</summary>
    public Dictionary<string, long> Seconds { get; } = [];

    /// <summary>Whether a quoted string does not end, so that nobody can say what is meant.</summary>
    public bool IsUnreadable { get; private set; }

    /// <summary>The seconds of a directive; 0 without a usable one.</summary>
    public long Of(string name) => Math.Max(0, Seconds.GetValueOrDefault(name));

    /// <summary>Reads Cache-Control.</summary>
    public static ReferenceDirectives OfCacheControl(IEnumerable<string> lines)
    {
        var found = new ReferenceDirectives();
        foreach (var line in lines)
        {
            var members = ReferenceFields.Members(line, out var endsInQuotes);
            found.IsUnreadable |= endsInQuotes;
            foreach (var member in members)
            {
                var match = Member.Match(member);
                var isValid = match.Success;
                match = isValid ? match : BrokenMember.Match(member);
                if (match.Success)
                {
                    var argument = isValid && match.Groups["arg"].Success ? match.Groups["arg"].Value : null;
                    found.Add(match.Groups["name"].Value.ToLowerInvariant(), argument, isValid);
                }
            }
        }

        return found;
    }

    /// <summary>Reads a targeted field; null when it is not there or no dictionary, so that it is ignored (RFC 9213 section 2.1).</summary>
    public static ReferenceDirectives? OfTargeted(IEnumerable<string> lines)
    {
        // A string that goes over several lines is nobody's to put together (RFC 9651 section 4.2: the results are unpredictable).
        if (!lines.Any() || !lines.All(Dictionary.IsMatch) || Dictionary.Match(string.Join(",", lines)) is not { Success: true } match)
        {
            return null;
        }

        var keys = match.Groups["key"].Captures;
        var members = new Dictionary<string, string>();
        for (var i = 0; i < keys.Count; i++)
        {
            // Where a key comes twice, the last one counts (RFC 9651 section 4.2.2).
            members[keys[i].Value] = match.Groups["value"].Captures[i].Value;
        }

        if (!Display.Matches(match.Value).All(m => IsUtf8(m.Value)))
        {
            return null;
        }

        var found = new ReferenceDirectives();
        foreach (var (key, value) in members)
        {
            var isTrue = value is "" or "?1";
            if (key is "max-age" or "s-maxage" or "stale-while-revalidate" or "stale-if-error")
            {
                found.Names.Add(key);
                found.Seconds[key] =
                    long.TryParse(value, out var number) && number >= 0 ? Math.Min(number, ReferenceFields.LargestDelta) : -1;
            }
            else if (key is "no-cache" or "private" && value.Length > 0 && (value[0] is '"' or '*' || char.IsAsciiLetter(value[0])))
            {
                // Field names in a string, as in Cache-Control.
                found.AddFieldNames(value[0] == '"' ? value[1..^1] : value);
            }
            else if (isTrue)
            {
                found.Names.Add(key);
            }
        }

        return found;
    }

    /// <summary>The directives that count at the edge: of the first targeted field that is usable, else of Cache-Control.</summary>
    public static ReferenceDirectives OfResponse(IReadOnlyList<(string Name, string Value)> fields, out bool isTargeted)
    {
        var targeted =
            OfTargeted(ReferenceFields.Lines(fields, "Cloudflare-CDN-Cache-Control"))
            ?? OfTargeted(ReferenceFields.Lines(fields, "CDN-Cache-Control"));
        isTargeted = targeted is not null;
        return targeted ?? OfCacheControl(ReferenceFields.Lines(fields, "Cache-Control"));
    }

    private void Add(string name, string? argument, bool isValid)
    {
        if (name is "no-cache" or "private")
        {
            if (argument is null || !AddFieldNames(argument))
            {
                Names.Add(name);
            }

            return;
        }

        // Of a directive that comes twice the first counts (RFC 9111 section 4.2.1).
        if (Names.Add(name) && Numbers.Contains(name))
        {
            Seconds[name] =
                name == "max-stale" && isValid && argument is null ? ReferenceFields.LargestDelta
                : argument is null ? -1
                : ReferenceFields.Delta(argument) ?? -1;
        }
    }

    private bool AddFieldNames(string list)
    {
        var names = ReferenceFields.Members(list, out _);
        FieldNames.UnionWith(names.Select(n => n.ToLowerInvariant()));
        return names.Count > 0;
    }

    private static bool IsUtf8(string display)
    {
        var bytes = new List<byte>();
        for (var i = 2; i < display.Length - 1; i++)
        {
            bytes.Add(display[i] == '%' ? Convert.ToByte(display[(i + 1)..(i + 3)], 16) : (byte)display[i]);
            i += display[i] == '%' ? 2 : 0;
        }

        try
        {
            _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString([.. bytes]);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
