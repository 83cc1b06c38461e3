using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Model.Zones;

namespace Holdfast.Artifacts.Zones;

/// <summary>How one zone setting stands in JSON: in the API and in a zone's release alike.</summary>
public sealed class ZoneSettingDefinition
{
    private readonly Func<ZoneSettings, JsonNode?> _read;
    private readonly Func<ZoneSettings, JsonElement, ZoneSettings?> _write;

    internal ZoneSettingDefinition(
        string id,
        string allowed,
        Func<ZoneSettings, JsonNode?> read,
        Func<ZoneSettings, JsonElement, ZoneSettings?> write
    )
    {
        Id = id;
        Allowed = allowed;
        _read = read;
        _write = write;
    }

    /// <summary>The setting's id, <c>min_tls_version</c>.</summary>
    public string Id { get; }

    /// <summary>Whether it is <c>"on"</c> or <c>"off"</c>.</summary>
    public bool IsSwitch { get; internal init; }

    /// <summary>The values that it can have, for messages.</summary>
    public string Allowed { get; }

    /// <summary>The setting's value.</summary>
    public JsonNode? Read(ZoneSettings settings) => _read(settings);

    /// <summary>The settings with this one changed, or null when the value is not one that it can have.</summary>
    public ZoneSettings? Write(ZoneSettings settings, JsonElement value) => _write(settings, value);
}
