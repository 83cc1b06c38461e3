using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Zones;
using Holdfast.Cli.ControlApi;
using Holdfast.Model.Zones;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Holdfast.Cli.Declarative;

/// <summary>Writes zones as <see cref="ZoneFile"/> reads them. Settings that have their default are left out.</summary>
internal static class ZoneExport
{
    /// <summary>One zone.</summary>
    public static async Task<YamlMappingNode> ZoneAsync(ControlClient control, JsonElement zone, CancellationToken cancellationToken)
    {
        var id = ZoneApi.Text(zone, "id");
        var node = new YamlMappingNode { { "name", Quoted(ZoneApi.Text(zone, "name")) } };
        if (ZoneApi.Text(zone, "origin") is { Length: > 0 } origin)
        {
            node.Add("origin", Quoted(origin));
        }

        var settings = new YamlMappingNode();
        var defaults = new ZoneSettings();
        await foreach (var setting in control.ListAsync($"/client/v4/zones/{id}/settings", cancellationToken))
        {
            var name = ZoneApi.Text(setting, "id");
            var value = setting.GetProperty("value");
            if (
                ZoneSettingDefinitions.Find(name) is { } known
                && !JsonNode.DeepEquals(known.Read(defaults), JsonNode.Parse(value.GetRawText()))
            )
            {
                settings.Add(name, YamlJson.ToYaml(value));
            }
        }

        if (settings.Children.Count > 0)
        {
            node.Add("settings", settings);
        }

        var records = await ZonePlanner.RecordsAsync(control, id, cancellationToken);
        if (records.Count > 0)
        {
            node.Add("records", new YamlSequenceNode(records.Select(Record)));
        }

        return node;
    }

    private static YamlNode Record(ExistingRecord record)
    {
        var node = new YamlMappingNode
        {
            { "name", Quoted(record.Name) },
            { "type", record.Type },
            { "content", Quoted(record.Content) },
        };
        node.Style = YamlDotNet.Core.Events.MappingStyle.Flow;
        if (record.Ttl != 1)
        {
            node.Add("ttl", record.Ttl.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        if (record.Proxied)
        {
            node.Add("proxied", "true");
        }

        if (record.Priority is { } priority)
        {
            node.Add("priority", priority.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        if (record.Comment.Length > 0)
        {
            node.Add("comment", Quoted(record.Comment));
        }

        if (record.Tags.Count > 0)
        {
            node.Add("tags", new YamlSequenceNode(record.Tags.Select(Quoted)));
        }

        return node;
    }

    private static YamlNode Quoted(string text) => new YamlScalarNode(text) { Style = ScalarStyle.DoubleQuoted };
}
