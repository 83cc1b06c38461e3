using System.Globalization;
using System.Text.RegularExpressions;

namespace Holdfast.Cache.Tests.Reference;

/// <summary>
/// Fields as RFC 9110 and RFC 9111 say that they are read: with strings and regular expressions, for plainness and not for speed. It
/// shares nothing with the product, so that both are wrong in the same way only if both misread the standard.
/// </summary>
internal static class ReferenceFields
{
    /// <summary>What a number of seconds becomes that is too large (RFC 9111 section 1.2.2).</summary>
    public const long LargestDelta = 1L << 31;

    /// <summary>A token (RFC 9110 section 5.6.2).</summary>
    public const string Token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

    private const string Months = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec";
    private const string Clock = @"(?<h>[0-9][0-9]):(?<m>[0-9][0-9]):(?<s>[0-9][0-9])";

    private static readonly Regex[] Dates =
    [
        new($@"^(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat), (?<d>[0-9][0-9]) (?<mon>{Months}) (?<y>[0-9]{{4}}) {Clock} GMT\z", Options),
        new(
            $@"^(?:Sunday|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday), (?<d>[0-9][0-9])-(?<mon>{Months})-(?<yy>[0-9][0-9]) {Clock} GMT\z",
            Options
        ),
        new($@"^(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat) (?<mon>{Months}) (?<d>[ 0-9][0-9]) {Clock} (?<y>[0-9]{{4}})\z", Options),
    ];

    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    /// <summary>The values of all lines of a field.</summary>
    public static List<string> Lines(IEnumerable<(string Name, string Value)> fields, string name) =>
        [.. fields.Where(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(f => f.Value)];

    /// <summary>The lines of a field as one value; null without any.</summary>
    public static string? Joined(IEnumerable<(string Name, string Value)> fields, string name)
    {
        var lines = Lines(fields, name);
        return lines.Count == 0 ? null : string.Join(", ", lines);
    }

    /// <summary>The members between commas that stand outside quoted strings, without white space around them and without empty ones.</summary>
    public static List<string> Members(string value, out bool endsInQuotes)
    {
        var members = new List<string> { "" };
        endsInQuotes = false;
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == ',' && !endsInQuotes)
            {
                members.Add("");
                continue;
            }

            members[^1] += value[i];
            if (value[i] == '"')
            {
                endsInQuotes = !endsInQuotes;
            }
            else if (value[i] == '\\' && endsInQuotes && i + 1 < value.Length)
            {
                members[^1] += value[++i];
            }
        }

        return [.. members.Select(m => m.Trim(' ', '\t')).Where(m => m.Length > 0)];
    }

    /// <summary>A number of seconds; null when it is none.</summary>
    public static long? Delta(string text)
    {
        if (text.Length == 0 || text.Any(c => c is < '0' or > '9'))
        {
            return null;
        }

        var digits = text.TrimStart('0');
        return digits.Length > 10 ? LargestDelta : Math.Min(LargestDelta, long.Parse("0" + digits, CultureInfo.InvariantCulture));
    }

    /// <summary>Age (RFC 9111 section 5.1): of several values the first, and nothing for what is no number.</summary>
    public static long Age(IEnumerable<(string Name, string Value)> fields) =>
        Lines(fields, "Age") is [var first, ..] ? Delta(first.Split(',')[0].Trim(' ', '\t')) ?? 0 : 0;

    /// <summary>A date in seconds since 1970; null when it is none.</summary>
    public static long? Date(string text, long now)
    {
        foreach (var form in Dates)
        {
            if (form.Match(text) is { Success: true } match)
            {
                return Date(match, DateTimeOffset.FromUnixTimeSeconds(now).Year);
            }
        }

        return null;
    }

    /// <summary>A field that is a date, of which the first line that is one counts.</summary>
    public static long? Date(IEnumerable<(string Name, string Value)> fields, string name, long now) =>
        Lines(fields, name).Select(l => Date(l, now)).FirstOrDefault(d => d is not null);

    private static long? Date(Match match, int thisYear)
    {
        int Number(string group) => int.Parse(match.Groups[group].Value.Trim(), CultureInfo.InvariantCulture);
        int year;
        if (match.Groups["yy"].Success)
        {
            year = (thisYear / 100 * 100) + Number("yy");
            year -= year > thisYear + 50 ? 100 : 0;
        }
        else
        {
            year = Number("y");
        }

        var month = Array.FindIndex(Months.Split('|'), m => m.Equals(match.Groups["mon"].Value, StringComparison.OrdinalIgnoreCase)) + 1;
        var (day, hour, minute, second) = (Number("d"), Number("h"), Number("m"), Number("s"));
        return year < 1 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 60
            ? null
            : new DateTimeOffset(year, month, day, hour, minute, 0, TimeSpan.Zero).ToUnixTimeSeconds() + second;
    }
}
