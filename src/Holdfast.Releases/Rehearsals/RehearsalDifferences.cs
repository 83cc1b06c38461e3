using System.Text.Json;
using Holdfast.Model.Releases.Rehearsals;

namespace Holdfast.Releases.Rehearsals;

/// <summary>The differences' names on the wire and in the API: <c>newly_blocked</c>.</summary>
public static class RehearsalDifferences
{
    private static readonly string[] All =
    [
        .. Enum.GetValues<RehearsalDifference>().Select(difference => JsonNamingPolicy.SnakeCaseLower.ConvertName(difference.ToString())),
    ];

    /// <summary>All names, in the order of the differences.</summary>
    public static IReadOnlyList<string> Names => All;

    /// <summary>A difference's name.</summary>
    public static string NameOf(RehearsalDifference difference) => All[(int)difference];

    /// <summary>Reads a name.</summary>
    /// <returns>False for a difference that this build does not know.</returns>
    public static bool TryParse(string? name, out RehearsalDifference difference)
    {
        var number = Array.IndexOf(All, name);
        difference = (RehearsalDifference)Math.Max(number, 0);
        return number >= 0;
    }
}
