using System.Text;
using Holdfast.Control.Records.Content;

namespace Holdfast.Control.Records.ZoneFiles;

/// <summary>One entry of a zone file (RFC 1035 section 5): a directive or a record, which parentheses may spread over several lines.</summary>
/// <param name="Line">The line that it begins on, from 1.</param>
/// <param name="Indented">Whether it begins with a blank: it then has the owner of the record before it.</param>
/// <param name="Words">Its words, one at least.</param>
/// <param name="Comment">The last comment in it, without semicolon; or null.</param>
internal sealed record ZoneFileEntry(int Line, bool Indented, IReadOnlyList<PresentationWord> Words, string? Comment)
{
    /// <summary>Reads all entries. What cannot be read is reported, and reading goes on with the next line.</summary>
    /// <param name="text">The file's bytes as characters.</param>
    /// <param name="report">Gets the line and what is wrong.</param>
    public static IEnumerable<ZoneFileEntry> ReadAll(string text, Action<int, string> report)
    {
        var line = 1;
        for (var at = 0; at < text.Length; )
        {
            if (Read(text, ref at, ref line, report) is { } entry)
            {
                yield return entry;
            }
        }
    }

    private static ZoneFileEntry? Read(string text, ref int at, ref int line, Action<int, string> report)
    {
        var begun = line;
        var indented = text[at] is ' ' or '\t';
        var words = new List<PresentationWord>();
        string? comment = null;
        var depth = 0;
        while (at < text.Length)
        {
            switch (text[at])
            {
                case ' ' or '\t' or '\r':
                    at++;
                    continue;
                case '\n':
                    at++;
                    line++;
                    if (depth > 0)
                    {
                        continue;
                    }

                    return words.Count == 0 ? null : new ZoneFileEntry(begun, indented, words, comment);
                case ';':
                    var end = text.IndexOf('\n', at);
                    end = end < 0 ? text.Length : end;
                    comment = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(text[(at + 1)..end])).Trim();
                    at = end;
                    continue;
                case '(':
                    depth++;
                    at++;
                    continue;
                case ')':
                    if (depth-- == 0)
                    {
                        report(line, "a ) closes nothing");
                        SkipLine(text, ref at);
                        return null;
                    }

                    at++;
                    continue;
            }

            if (words.Count == 0 && line != begun)
            {
                // An entry that is only an opening parenthesis so far: its words begin here.
                begun = line;
            }

            if (!PresentationWord.TryRead(text, ref at, out var word))
            {
                report(line, "a quote or an escape is not finished");
                SkipLine(text, ref at);
                return null;
            }

            words.Add(word);
        }

        if (depth > 0)
        {
            report(begun, "a ( is never closed");
            return null;
        }

        return words.Count == 0 ? null : new ZoneFileEntry(begun, indented, words, comment);
    }

    private static void SkipLine(string text, ref int at)
    {
        var end = text.IndexOf('\n', Math.Min(at, text.Length - 1));
        at = end < 0 ? text.Length : end;
    }
}
