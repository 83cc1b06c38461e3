using System.Globalization;

namespace Holdfast.Drills;

/// <summary>What happened in an outage, minute by minute, as those whose it was have told it.</summary>
/// <param name="Source">Where they told it.</param>
/// <param name="Entries">What happened when; the first is the cause.</param>
public sealed record Chronicle(string Source, IReadOnlyList<ChronicleEntry> Entries)
{
    /// <summary>Minutes from the cause to an entry; past midnight it goes on.</summary>
    public int MinutesTo(ChronicleEntry entry)
    {
        var minutes = MinutesOf(entry.Utc) - MinutesOf(Entries[0].Utc);
        return minutes < 0 ? minutes + (24 * 60) : minutes;
    }

    private static int MinutesOf(string utc) =>
        (int)TimeOnly.ParseExact(utc, "HH:mm", CultureInfo.InvariantCulture).ToTimeSpan().TotalMinutes;
}

/// <summary>Something that happened.</summary>
/// <param name="Utc">When: <c>11:28</c>.</param>
/// <param name="What">One line.</param>
public sealed record ChronicleEntry(string Utc, string What);
