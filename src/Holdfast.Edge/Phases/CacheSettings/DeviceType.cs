namespace Holdfast.Edge.Phases.CacheSettings;

/// <summary>What a visitor holds in their hands, as far as a User-Agent says.</summary>
internal static class DeviceType
{
    /// <summary><c>mobile</c>, <c>tablet</c> or <c>desktop</c>.</summary>
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> agent) =>
        Has(agent, "iPad"u8) || Has(agent, "Tablet"u8) || Has(agent, "Silk/"u8) || (Has(agent, "Android"u8) && !Has(agent, "Mobile"u8))
            ? "tablet"u8
        : Has(agent, "Mobile"u8) || Has(agent, "iPhone"u8) || Has(agent, "iPod"u8) || Has(agent, "Opera Mini"u8) ? "mobile"u8
        : "desktop"u8;

    private static bool Has(ReadOnlySpan<byte> agent, ReadOnlySpan<byte> word) => agent.IndexOf(word) >= 0;
}
