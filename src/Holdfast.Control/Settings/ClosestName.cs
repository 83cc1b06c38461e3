namespace Holdfast.Control.Settings;

/// <summary>The name that somebody may have meant.</summary>
internal static class ClosestName
{
    /// <summary>Longer texts are nobody's slip of the finger, and comparing them would cost.</summary>
    private const int MaxLength = 64;

    /// <summary>The known name that fewest insertions, deletions and replacements lead to; null when more than a third would be needed.</summary>
    public static string? Of(string text, IEnumerable<string> known)
    {
        if (text.Length is 0 or > MaxLength)
        {
            return null;
        }

        var (name, distance) = known.Select(name => (name, Distance(text, name))).MinBy(pair => pair.Item2);
        return distance <= Math.Max(1, text.Length / 3) ? name : null;
    }

    // Levenshtein's, by rows.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
