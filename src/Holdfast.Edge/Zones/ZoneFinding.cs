namespace Holdfast.Edge.Zones;

/// <summary>What a look-up found: a zone, one that must be read first, one that can't be read, or nothing.</summary>
internal readonly record struct ZoneFinding
{
    private readonly int _artifact;

    /// <summary>A compiled zone.</summary>
    public ZoneFinding(ZoneRuntime zone)
    {
        Zone = zone;
    }

    /// <summary>A zone that is to be read.</summary>
    public ZoneFinding(int artifact, ulong key)
    {
        _artifact = artifact + 1;
        Key = key;
    }

    /// <summary>A zone of which no generation can be read.</summary>
    public static ZoneFinding Unusable { get; } = new() { IsUnusable = true };

    /// <summary>The zone, or null.</summary>
    public ZoneRuntime? Zone { get; }

    /// <summary>Whether there is a zone, and none of its generations can be read.</summary>
    public bool IsUnusable { get; private init; }

    /// <summary>Whether the zone must be read first.</summary>
    public bool IsUnread => _artifact != 0;

    /// <summary>Whether nobody serves the host.</summary>
    public bool IsNothing => Zone is null && _artifact == 0 && !IsUnusable;

    /// <summary>The artifact to read.</summary>
    public int Artifact => _artifact - 1;

    /// <summary>The key to read it for.</summary>
    public ulong Key { get; }
}
