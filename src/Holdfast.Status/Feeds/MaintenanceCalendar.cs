using System.Globalization;
using System.Text;
using Holdfast.Status.Page;

namespace Holdfast.Status.Feeds;

/// <summary>Scheduled maintenances as iCalendar (RFC 5545): <c>/maintenance.ics</c>.</summary>
internal static class MaintenanceCalendar
{
    /// <summary>Bytes of a line, RFC 5545 section 3.1.</summary>
    private const int LineBytes = 75;

    /// <summary>The calendar.</summary>
    public static byte[] Write(PageView view)
    {
        var text = new StringBuilder();
        Line(text, "BEGIN:VCALENDAR");
        Line(text, "VERSION:2.0");
        Line(text, "PRODID:-//Holdfast//Status//EN");
        Line(text, $"X-WR-CALNAME:{Escape($"{view.Profile.Name} maintenance")}");
        foreach (var maintenance in view.State.Incidents.Where(incident => incident.IsMaintenance))
        {
            Line(text, "BEGIN:VEVENT");
            Line(text, $"UID:{maintenance.Id}@{new Uri(view.Profile.Url).Host}");
            Line(text, $"DTSTAMP:{Time(maintenance.UpdatedAt)}");
            Line(text, $"DTSTART:{Time(maintenance.ScheduledFor!.Value)}");
            Line(text, $"DTEND:{Time(maintenance.ScheduledUntil!.Value)}");
            Line(text, $"SUMMARY:{Escape(maintenance.Name)}");
            Line(text, $"DESCRIPTION:{Escape(maintenance.Updates.FirstOrDefault()?.Body ?? "")}");
            Line(text, $"URL:{view.Profile.Url}/incidents/{maintenance.Id}");
            Line(text, "END:VEVENT");
        }

        Line(text, "END:VCALENDAR");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    private static string Escape(string text) =>
        text.Replace(@"\", @"\\", StringComparison.Ordinal)
            .Replace(";", @"\;", StringComparison.Ordinal)
            .Replace(",", @"\,", StringComparison.Ordinal)
            .Replace("\n", @"\n", StringComparison.Ordinal);

    /// <summary>A line, folded between characters.</summary>
    private static void Line(StringBuilder text, string line)
    {
        var used = 0;
        foreach (var rune in line.EnumerateRunes())
        {
            if (used + rune.Utf8SequenceLength > LineBytes)
            {
                text.Append("\r\n ");
                used = 1;
            }

            text.Append(rune.ToString());
            used += rune.Utf8SequenceLength;
        }

        text.Append("\r\n");
    }
}
