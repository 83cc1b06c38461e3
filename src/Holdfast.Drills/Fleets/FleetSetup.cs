using Holdfast.Drills.Protections;

namespace Holdfast.Drills.Fleets;

/// <summary>How the machines of a fleet are started.</summary>
internal sealed record FleetSetup
{
    /// <summary>Whether the edges may be made to fail through their management listeners.</summary>
    public bool FaultInjection { get; init; }

    /// <summary>Whether the machines' disks may be filled.</summary>
    public bool DisksMayFill { get; init; }

    /// <summary>Defects of then that edges and tasters have: names of parts that can be faulty.</summary>
    public IReadOnlyList<string> Defects { get; init; } = [];

    /// <summary>Defects of then that control has, where edges have some.</summary>
    public IReadOnlyList<string> ControlDefects { get; init; } = [];

    /// <summary>Whether there is a status page.</summary>
    public bool HasStatusPage { get; init; }

    /// <summary>What the fleet is without.</summary>
    public IReadOnlyList<Protection> Without { get; init; } = [];

    /// <summary>Whether a process that died is started again.</summary>
    public bool Restarts => !Without.Contains(Protection.Restarts);

    /// <summary>An edge's arguments for all that.</summary>
    public IEnumerable<string> EdgeArguments =>
        [
            .. IsFaulty ? [Flag] : Array.Empty<string>(),
            .. Option("--without", Names(Removal.Edges)),
            .. Option("--faulty", [.. Defects, .. Names(Removal.FaultyEdges)]),
        ];

    /// <summary>Control's.</summary>
    public IEnumerable<string> ControlArguments =>
        Defects.Count == 0 ? [] : [Flag, .. Option("--faulty", [.. ControlDefects, .. Names(Removal.FaultyControl)])];

    private const string Flag = "--fault-injection";

    private bool IsFaulty => FaultInjection || Without.Count > 0 || Defects.Count > 0;

    private IEnumerable<string> Names(Removal removal) => Without.Where(wall => wall.Removal == removal).Select(static wall => wall.Name);

    private static IEnumerable<string> Option(string name, IEnumerable<string> values)
    {
        var list = string.Join(',', values);
        return list.Length > 0 ? [name, list] : [];
    }
}
