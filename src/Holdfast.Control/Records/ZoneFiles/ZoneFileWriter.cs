using System.Globalization;
using System.Text;
using Holdfast.Control.Envelope;

namespace Holdfast.Control.Records.ZoneFiles;

/// <summary>Writes records as a zone file: one line each, by type and name, every name absolute. There is no SOA: its server makes it.</summary>
internal static class ZoneFileWriter
{
    public static string Write(string zone, IEnumerable<RecordValues> records, DateTime now)
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $";;\n;; Domain:     {zone}.\n;; Exported:   {ApiAnswer.Time(now)}\n;;\n$ORIGIN {zone}.\n"
        );
        foreach (var type in records.GroupBy(record => record.Type.Name).OrderBy(type => type.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n;; {type.Key} Records\n");
            foreach (
                var record in type.OrderBy(record => record.Name, StringComparer.Ordinal)
                    .ThenBy(record => record.Content, StringComparer.Ordinal)
            )
            {
                text.Append(CultureInfo.InvariantCulture, $"{record.Name}.\t{record.Ttl}\tIN\t{type.Key}\t");
                if (record.Priority is { } priority)
                {
                    text.Append(CultureInfo.InvariantCulture, $"{priority} ");
                }

                text.Append(record.Type.ToZoneFile(record.Content));
                if (ZoneFileNote.Write(record) is { Length: > 0 } note)
                {
                    text.Append(" ; ").Append(note);
                }

                text.Append('\n');
            }
        }

        return text.ToString();
    }
}
