using System.Globalization;
using System.Text;
using Holdfast.Control.Envelope;

namespace Holdfast.Control.Records;

/// <summary>
/// The entity tag of a zone's records as a whole: the list's, which guards what changes several of them. It is another one after any record
/// was made, changed or removed, also where edges see no difference.
/// </summary>
internal static class RecordTags
{
    /// <summary>The tag of these records, in any order.</summary>
    public static long Of(IEnumerable<DnsRecord> records)
    {
        var text = new StringBuilder();
        foreach (var record in records.OrderBy(record => record.Id, StringComparer.Ordinal))
        {
            text.Append(record.Id).Append(CultureInfo.InvariantCulture, $" {record.Generation}\n");
        }

        return Preconditions.TagOf(text.ToString());
    }
}
