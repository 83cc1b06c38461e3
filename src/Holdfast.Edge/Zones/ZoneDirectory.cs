namespace Holdfast.Edge.Zones;

/// <summary>The zones that are live now. Read by every request with one volatile read, written by the release loop alone.</summary>
internal sealed class ZoneDirectory
{
    private volatile ZoneMap _current = ZoneMap.Empty;

    /// <summary>The map in force. A request takes it once.</summary>
    public ZoneMap Current
    {
        get => _current;
        set => _current = value;
    }
}
