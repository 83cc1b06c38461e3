namespace Holdfast.Rules.Parsing;

/// <summary>What somebody may have meant.</summary>
internal static class Suggestions
{
    private const int MostEdits = 4;

    /// <summary>"; did you mean X?", or nothing when no candidate is near.</summary>
    public static string For(string found, IEnumerable<string> candidates) =>
        Nearest(found, candidates) is { } near ? $"; did you mean {near}?" : "";

    /// <summary>
    /// The shortest candidate that has the same words between its dots and some more; else the one with the fewest edits, when those are
    /// few for its length.
    /// </summary>
    public static string? Nearest(string found, IEnumerable<string> candidates)
    {
        var all = candidates.ToList();
        if (found.Contains('.') && all.Where(candidate => HasWordsOf(found, candidate)).MinBy(candidate => candidate.Length) is { } longer)
        {
            return longer;
        }

        var (best, bestDistance) = ((string?)null, int.MaxValue);
        foreach (var candidate in all)
        {
            var most = Math.Clamp(Math.Max(found.Length, candidate.Length) / 3, 1, MostEdits);
            if (Math.Abs(found.Length - candidate.Length) > most)
            {
                continue;
            }

            var distance = Distance(found.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (distance <= most && distance < bestDistance)
            {
                (best, bestDistance) = (candidate, distance);
            }
        }

        return best;
    }

    // The words of http.request.path stand in http.request.uri.path, in their order, from the first to the last.
    private static bool HasWordsOf(string found, string candidate)
    {
        var words = found.Split('.');
        var (next, parts) = (0, candidate.Split('.'));
        foreach (var part in parts)
        {
            next += next < words.Length && part == words[next] ? 1 : 0;
        }

        return next == words.Length && parts[0] == words[0] && parts[^1] == words[^1];
    }

    // Optimal string alignment: insertions, deletions, replacements, swaps of neighbours.
    private static int Distance(string one, string other)
    {
        var rows = new int[one.Length + 1, other.Length + 1];
        for (var i = 0; i <= one.Length; i++)
        {
            for (var j = 0; j <= other.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    rows[i, j] = i + j;
                    continue;
                }

                var cost = one[i - 1] == other[j - 1] ? 0 : 1;
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }

        return rows[one.Length, other.Length];
    }
}
