using Holdfast.Model.Zones;

namespace Holdfast.Artifacts.Zones;

/// <summary>A zone's type as it is spelled in the API and in releases.</summary>
public static class ZoneTypeNames
{
    /// <summary>All of them, in the order of <see cref="ZoneType"/>.</summary>
    public static IReadOnlyList<string> All { get; } = ["full", "partial", "secondary", "internal"];

    /// <summary>All of them, for messages.</summary>
    public static string Allowed { get; } = string.Join(", ", All);

    /// <summary>The name.</summary>
    public static string Of(ZoneType type) => All[(int)type];

    /// <summary>The type of this name.</summary>
    /// <returns>Whether there is one.</returns>
    public static bool TryParse(string text, out ZoneType type)
    {
        for (var i = 0; i < All.Count; i++)
        {
            if (All[i] == text)
            {
                type = (ZoneType)i;
                return true;
            }
        }

        type = default;
        return false;
    }
}
