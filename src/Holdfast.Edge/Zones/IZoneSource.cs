namespace Holdfast.Edge.Zones;

/// <summary>Where cold zones come from.</summary>
internal interface IZoneSource
{
    /// <summary>Reads and compiles a zone: its newest generation that can be used. Blocks on the disk; any thread may call it.</summary>
    /// <param name="artifact">The artifact's number in the store.</param>
    /// <param name="key">The key that it is found by: a generation with another name does not serve in its place.</param>
    /// <returns>The zone, or null when none of its generations can be used; what was wrong was reported.</returns>
    ZoneRuntime? Read(int artifact, ulong key);
}
