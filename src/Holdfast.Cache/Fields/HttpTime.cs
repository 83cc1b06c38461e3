using System.Globalization;
using System.Text;

namespace Holdfast.Cache.Fields;

/// <summary>
/// HTTP dates (RFC 9110 section 5.6.7) as seconds since 1970, UTC. All three forms are read; names and the zone without regard to case,
/// and UTC as another name of GMT, as RFC 9111 section 4.2 asks of caches. Anything else is no date.
/// </summary>
public static class HttpTime
{
    /// <summary>What stands for "no date".</summary>
    public const long None = long.MinValue;

    /// <summary>The length of a date as it is written.</summary>
    public const int Length = 29;

    private static readonly byte[][] Months =
    [
        .. "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".Split(' ').Select(Encoding.ASCII.GetBytes),
    ];

    private static readonly byte[][] Days =
    [
        .. "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".Split(' ').Select(Encoding.ASCII.GetBytes),
    ];

    /// <summary>Reads a date.</summary>
    /// <param name="text">The field's value.</param>
    /// <param name="now">The time now in seconds since 1970: a year of two digits is at most 50 years after it.</param>
    /// <param name="seconds">The date, or <see cref="None"/>.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, long now, out long seconds)
    {
        seconds = None;
        var comma = text.IndexOf((byte)',');
        if (comma < 0)
        {
            // Sun Nov  6 08:49:37 1994
            return text.Length == 24
                && IsDay(text[..3])
                && text[3] == ' '
                && text[7] == ' '
                && text[10] == ' '
                && text[19] == ' '
                && TryNumber(text[8] == ' ' ? text[9..10] : text[8..10], out var day)
                && TryNumber(text[20..], out var fullYear)
                && TryMake(fullYear, text[4..7], day, text[11..19], out seconds);
        }

        if (!IsDay(text[..comma]) || text.Length < comma + 2 || text[comma + 1] != ' ')
        {
            return false;
        }

        var rest = text[(comma + 2)..];
        if (comma == 3)
        {
            // 06 Nov 1994 08:49:37 GMT
            return rest.Length == 24
                && rest[2] == ' '
                && rest[6] == ' '
                && rest[11] == ' '
                && IsGmt(rest[20..])
                && TryNumber(rest[..2], out var day)
                && TryNumber(rest[7..11], out var year)
                && TryMake(year, rest[3..6], day, rest[12..20], out seconds);
        }

        // 06-Nov-94 08:49:37 GMT
        return rest.Length == 22
            && rest[2] == '-'
            && rest[6] == '-'
            && rest[9] == ' '
            && IsGmt(rest[18..])
            && TryNumber(rest[..2], out var dayOfMonth)
            && TryNumber(rest[7..9], out var twoDigits)
            && TryMake(YearOf(twoDigits, now), rest[3..6], dayOfMonth, rest[10..18], out seconds);
    }

    /// <summary>Writes a date as IMF-fixdate, <see cref="Length"/> bytes.</summary>
    public static void Format(long seconds, Span<byte> into) =>
        DateTimeOffset.FromUnixTimeSeconds(seconds).TryFormat(into, out _, "r", CultureInfo.InvariantCulture);

    // A date that seems more than 50 years ahead is the last one in the past with these two digits (RFC 9110 section 5.6.7).
    private static int YearOf(int twoDigits, long now)
    {
        var thisYear = DateTimeOffset.FromUnixTimeSeconds(now).Year;
        var year = (thisYear / 100 * 100) + twoDigits;
        return year > thisYear + 50 ? year - 100 : year;
    }

    private static bool IsDay(ReadOnlySpan<byte> name)
    {
        foreach (var day in Days)
        {
            if (Ascii.EqualsIgnoreCase(name, name.Length == 3 ? day.AsSpan(0, 3) : day))
            {
                return true;
            }
        }

        return false;
    }

    // No other name of a zone makes a date (RFC 9111 section 4.2).
    private static bool IsGmt(ReadOnlySpan<byte> zone) => Ascii.EqualsIgnoreCase(zone, " GMT"u8);

    private static bool TryMake(int year, ReadOnlySpan<byte> monthName, int day, ReadOnlySpan<byte> time, out long seconds)
    {
        seconds = None;
        var month = 0;
        for (var i = 0; i < Months.Length; i++)
        {
            month = Ascii.EqualsIgnoreCase(Months[i], monthName) ? i + 1 : month;
        }

        if (
            month == 0
            || year is < 1 or > 9999
            || day < 1
            || day > DateTime.DaysInMonth(year, month)
            || time[2] != ':'
            || time[5] != ':'
            || !TryNumber(time[..2], out var hour)
            || !TryNumber(time[3..5], out var minute)
            || !TryNumber(time[6..], out var second)
            || hour > 23
            || minute > 59
            || second > 60
        )
        {
            return false;
        }

        // A leap second, which the calendar here does not know, is the second after it.
        seconds = new DateTimeOffset(year, month, day, hour, minute, 0, TimeSpan.Zero).ToUnixTimeSeconds() + second;
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<byte> digits, out int number)
    {
        number = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            number = (number * 10) + digit - '0';
        }

        return true;
    }
}
