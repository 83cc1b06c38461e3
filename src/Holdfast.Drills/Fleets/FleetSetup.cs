using Holdfast.Drills.Protections;

namespace Holdfast.Drills.Fleets;

/// <summary>How the machines of a fleet are started.</summary>
internal sealed record FleetSetup
{
    /// <summary>Whether the edges may be made to fail through their management listeners.</summary>
    public bool FaultInjection { get; init; }

    /// <summary>Whether the machines' disks may be filled.</summary>
    public bool DisksMayFill { get; init; }

    /// <summary>What the fleet is without.</summary>
    public IReadOnlyList<Protection> Without { get; init; } = [];

    /// <summary>Whether a process that died is started again.</summary>
    public bool Restarts => !Without.Contains(Protection.Restarts);

    /// <summary>An edge's arguments for all that.</summary>
    public IEnumerable<string> EdgeArguments
    {
        get
        {
            if (FaultInjection || Without.Count > 0)
            {
                yield return "--fault-injection";
            }

            var names = string.Join(',', Without.Where(static wall => wall.IsOfEdges).Select(static wall => wall.Name));
            if (names.Length > 0)
            {
                yield return "--without";
                yield return names;
            }
        }
    }
}
