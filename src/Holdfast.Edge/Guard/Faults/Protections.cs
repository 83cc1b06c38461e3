namespace Holdfast.Edge.Guard.Faults;

/// <summary>
/// What stands between a fault and the visitors, and can be taken away, so that drills show what it is good for. Only on an edge that was started
/// with <c>--fault-injection</c>.
/// </summary>
[Flags]
internal enum Protections
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>
    /// The guard around modules and loaders. Without it, what a module throws is the request's end, what a loader throws is the process's, and
    /// nobody looks at the time that they take or for threads that do not come back.
    /// </summary>
    Guard = 1,

    /// <summary>The process that loads a release before the edge does.</summary>
    Taster = 2,

    /// <summary>The memory of contents that were refused. Without it they are tried again whenever they come.</summary>
    Refusals = 4,

    /// <summary>
    /// That a release is kept once it has been loaded, and not before. Without it an edge keeps what comes, and starts with that and nothing
    /// older.
    /// </summary>
    LastKnownGood = 8,
}

/// <summary>The protections' names on the command line.</summary>
internal static class ProtectionNames
{
    private static readonly (string Name, Protections Protection)[] Table =
    [
        ("guard", Protections.Guard),
        ("taster", Protections.Taster),
        ("refusals", Protections.Refusals),
        ("last-known-good", Protections.LastKnownGood),
    ];

    /// <summary>All of them.</summary>
    public static IEnumerable<string> All => Table.Select(static entry => entry.Name);

    /// <summary>Reads a list with commas.</summary>
    /// <param name="text">The list; null for none.</param>
    /// <param name="protections">What it names.</param>
    /// <returns>Null, or the name that is none.</returns>
    public static string? TryRead(string? text, out Protections protections)
    {
        protections = Protections.None;
        foreach (var name in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var found = Table.FirstOrDefault(entry => entry.Name == name).Protection;
            if (found == Protections.None)
            {
                return name;
            }

            protections |= found;
        }

        return null;
    }

    /// <summary>The list that <see cref="TryRead"/> reads.</summary>
    public static string Write(Protections protections) =>
        string.Join(',', Table.Where(entry => protections.HasFlag(entry.Protection)).Select(static entry => entry.Name));
}
