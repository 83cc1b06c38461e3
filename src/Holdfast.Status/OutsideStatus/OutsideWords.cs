using System.Collections.Frozen;
using System.Net;
using System.Text;

namespace Holdfast.Status.OutsideStatus;

/// <summary>What entries of status feeds say of how far something is. They have no member for it; each provider writes it into the text.</summary>
internal static class OutsideWords
{
    /// <summary>Statuspage's words for what is over, or was announced before: no trouble.</summary>
    private static readonly FrozenSet<string> Over = new[]
    {
        "resolved",
        "completed",
        "postmortem",
        "scheduled",
        "in progress",
        "verifying",
        "update to scheduled maintenance",
        "cancelled",
        "canceled",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Words that a title begins with when it is over: Google's, Heroku's, Azure's.</summary>
    private static readonly string[] OverPrefixes = ["resolved", "completed", "mitigated", "scheduled maintenance"];

    /// <summary>Whether an entry tells that it is over, or of planned work.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="text">Its text, with its markup.</param>
    public static bool IsOver(string title, string text)
    {
        // Amazon: "Service is operating normally: [RESOLVED] Increased error rates".
        if (
            title.Contains("[resolved]", StringComparison.OrdinalIgnoreCase)
            || title.StartsWith("service is operating normally", StringComparison.OrdinalIgnoreCase)
        )
        {
            return true;
        }

        // Google: "RESOLVED: ...". Azure, for the minutes until it takes the entry away: "Mitigated - ...", "... - Mitigated".
        if (
            Array.Exists(OverPrefixes, word => title.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            || title.EndsWith(" mitigated", StringComparison.OrdinalIgnoreCase)
            || title.EndsWith(" resolved", StringComparison.OrdinalIgnoreCase)
        )
        {
            return true;
        }

        // Statuspage: each update begins with its state in bold letters, the newest is the first.
        if (FirstState(text) is { } state)
        {
            return Over.Contains(state);
        }

        // Google again: "Incident began at ... and ended at ...".
        var plain = Plain(text);
        return plain.StartsWith("incident began at", StringComparison.OrdinalIgnoreCase)
            && plain.IndexOf("and ended at", StringComparison.OrdinalIgnoreCase) is > 0 and < 120;
    }

    /// <summary>A text in one line, without markup and control characters.</summary>
    public static string Plain(string text)
    {
        var plain = new StringBuilder(Math.Min(text.Length, 4_096));
        var isTag = false;
        foreach (var letter in text)
        {
            if (letter == '<')
            {
                isTag = true;
            }
            else if (letter == '>' && isTag)
            {
                isTag = false;
                Space(plain);
            }
            else if (!isTag)
            {
                if (char.IsWhiteSpace(letter) || char.IsControl(letter))
                {
                    Space(plain);
                }
                else
                {
                    plain.Append(letter);
                }
            }
        }

        return WebUtility.HtmlDecode(plain.ToString()).Trim();
    }

    /// <summary>A title as it is told: one line of at most <see cref="OutsideLimits.TitleLength"/> characters.</summary>
    public static string Title(string text)
    {
        var plain = new string([.. Plain(text).Where(letter => !char.IsControl(letter))]);
        return plain.Length <= OutsideLimits.TitleLength ? plain : string.Concat(plain.AsSpan(0, OutsideLimits.TitleLength - 1), "…");
    }

    private static void Space(StringBuilder plain)
    {
        if (plain.Length > 0 && plain[^1] != ' ')
        {
            plain.Append(' ');
        }
    }

    /// <summary>The first bold words, where they are few enough to be a state, and are no time: Google writes those in bold letters.</summary>
    private static string? FirstState(string text)
    {
        const string open = "<strong>";
        var begin = text.IndexOf(open, StringComparison.OrdinalIgnoreCase);
        if (begin < 0)
        {
            return null;
        }

        begin += open.Length;
        var end = text.IndexOf("</strong>", begin, StringComparison.OrdinalIgnoreCase);
        return end < 0 || end - begin > 40 || text.AsSpan(begin, end - begin).ContainsAnyInRange('0', '9') ? null : text[begin..end].Trim();
    }
}
