namespace Holdfast.Drills.Protections;

/// <summary>Reads what a drill is to be held without.</summary>
public static class Wall
{
    /// <summary>All that a drill can be held without.</summary>
    public const string All = "all";

    /// <summary>Reads a list with commas, or <see cref="All"/>.</summary>
    /// <param name="text">The list.</param>
    /// <param name="drill">The drill.</param>
    /// <returns>The protections, in the order in which they are taken away; the error is null then.</returns>
    public static (IReadOnlyList<Protection> Protections, string? Error) Read(string text, Drill drill)
    {
        if (text == All && drill.Walls.Count > 0)
        {
            return (drill.Walls, null);
        }

        var chosen = new List<Protection>();
        foreach (var name in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (drill.Walls.FirstOrDefault(wall => wall.Name == name) is not { } found)
            {
                return (
                    [],
                    drill.Walls.Count == 0
                        ? $"the drill {drill.Name} has no protection that can be taken away"
                        : $"'{name}' is no protection that {drill.Name} can be held without; "
                            + $"allowed are {string.Join(", ", drill.Walls.Select(static wall => wall.Name))}, or {All}"
                );
            }

            if (!chosen.Contains(found))
            {
                chosen.Add(found);
            }
        }

        return chosen.Count > 0 ? (chosen, null) : ([], "no protection is named");
    }
}
