using Holdfast.Cli.Commands.Records;
using Holdfast.Cli.Terminal;
using Holdfast.Model.Zones;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Holdfast.Cli.Declarative;

/// <summary>
/// A file of zones, for <c>holdfast apply</c>:
/// <code>
/// zones:
///   - name: example.com
///     origin: https://192.0.2.10
///     settings: {always_use_https: on}
///     records:
///       - {name: www, type: A, content: 192.0.2.10, proxied: true}
/// </code>
/// </summary>
internal static class ZoneFile
{
    private const int MaxBytes = 64 * 1024 * 1024;

    private static readonly string[] ZoneMembers = ["name", "origin", "settings", "records"];

    private static readonly string[] RecordMembers = ["name", "type", "content", "ttl", "proxied", "priority", "comment", "tags"];

    /// <summary>Reads a file.</summary>
    /// <exception cref="CliFailure">It cannot be read or is not what is expected; the message names the line.</exception>
    public static IReadOnlyList<DesiredZone> Read(string path)
    {
        try
        {
            return new FileInfo(path).Length > MaxBytes
                ? throw new CliFailure($"{path} is larger than {MaxBytes} bytes")
                : Parse(File.ReadAllText(path), path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CliFailure($"{path} cannot be read: {fault.Message}");
        }
    }

    /// <summary>Reads a file's text.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="path">The file's name, for messages.</param>
    /// <exception cref="CliFailure">It is not what is expected; the message names the line.</exception>
    public static IReadOnlyList<DesiredZone> Parse(string text, string path)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException fault)
        {
            throw new CliFailure($"{path} line {fault.Start.Line}: {fault.Message}");
        }

        if (
            stream.Documents.Count != 1
            || stream.Documents[0].RootNode is not YamlMappingNode root
            || Members(root, ["zones"], path).GetValueOrDefault("zones") is not YamlSequenceNode list
        )
        {
            throw new CliFailure($"{path}: no list of zones", "the file begins with 'zones:' and has a '- name: example.com' for each");
        }

        var zones = list.Children.Select(node => ReadZone(node, path)).ToList();
        var twice = zones.GroupBy(zone => zone.Name).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? zones : throw new CliFailure($"{twice.Last().Place}: the zone {twice.Key} stands there twice");
    }

    private static DesiredZone ReadZone(YamlNode node, string path)
    {
        var place = PlaceOf(node, path);
        var members = Members(node, ZoneMembers, path);
        var name = ZoneName.TryNormalize(Text(members, "name", path) ?? "", out var canonical, out var error)
            ? canonical
            : throw new CliFailure($"{place}: {error}");
        return new DesiredZone(name, place)
        {
            HasOrigin = members.ContainsKey("origin"),
            Origin = ReadOrigin(members, path),
            Settings = members.TryGetValue("settings", out var settings)
                ? Members(settings, null, path)
                : new Dictionary<string, YamlNode>(),
            Records = members.TryGetValue("records", out var records) ? ReadRecords(records, name, path) : null,
        };
    }

    private static string? ReadOrigin(Dictionary<string, YamlNode> members, string path)
    {
        if (Text(members, "origin", path) is not { } text || text is "null" or "~" or "")
        {
            return null;
        }

        return OriginUrl.TryParse(text, out var origin, out var error)
            ? origin.ToString()
            : throw new CliFailure($"{PlaceOf(members["origin"], path)}: origin: {error}");
    }

    private static List<DesiredRecord> ReadRecords(YamlNode node, string zone, string path)
    {
        if (node is not YamlSequenceNode list)
        {
            throw new CliFailure($"{PlaceOf(node, path)}: records is no list");
        }

        var records = list.Children.Select(item => ReadRecord(item, zone, path)).ToList();
        var twice = records.GroupBy(record => (record.Name, record.Type, record.Content)).FirstOrDefault(group => group.Count() > 1);
        return twice is null
            ? records
            : throw new CliFailure($"{twice.Last().Place}: the record {twice.Key.Name} {twice.Key.Type} stands there twice");
    }

    private static DesiredRecord ReadRecord(YamlNode node, string zone, string path)
    {
        var place = PlaceOf(node, path);
        var members = Members(node, RecordMembers, path);
        string Required(string member) =>
            Text(members, member, path) is { Length: > 0 } text ? text : throw new CliFailure($"{place}: the record has no {member}");
        return new DesiredRecord(RecordName.Full(Required("name"), zone), Required("type").ToUpperInvariant(), Required("content"), place)
        {
            Ttl = Text(members, "ttl", path) is null or "auto" ? 1 : Number(members, "ttl", path)!.Value,
            Proxied = Text(members, "proxied", path) switch
            {
                null or "false" or "no" or "off" => false,
                "true" or "yes" or "on" => true,
                { } other => throw new CliFailure($"{PlaceOf(members["proxied"], path)}: proxied: '{other}' is neither true nor false"),
            },
            Priority = Number(members, "priority", path),
            Comment = Text(members, "comment", path) ?? "",
            Tags = members.TryGetValue("tags", out var tags) ? ReadTags(tags, path) : [],
        };
    }

    private static IReadOnlyList<string> ReadTags(YamlNode node, string path) =>
        node is YamlSequenceNode list && list.Children.All(item => item is YamlScalarNode { Value.Length: > 0 })
            ? [.. list.Children.Select(item => ((YamlScalarNode)item).Value!).Order(StringComparer.Ordinal)]
            : throw new CliFailure($"{PlaceOf(node, path)}: tags is no list of texts");

    private static Dictionary<string, YamlNode> Members(YamlNode node, string[]? known, string path)
    {
        if (node is not YamlMappingNode mapping)
        {
            throw new CliFailure($"{PlaceOf(node, path)}: not a list of 'name: value'");
        }

        var members = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        foreach (var (key, value) in mapping.Children)
        {
            var name = (key as YamlScalarNode)?.Value ?? "";
            if (known is not null && !known.Contains(name))
            {
                throw new CliFailure(
                    $"{PlaceOf(key, path)}: unknown member '{Printable.From(name)}'",
                    $"known are {string.Join(", ", known)}"
                );
            }

            members[name] = value;
        }

        return members;
    }

    private static string? Text(Dictionary<string, YamlNode> members, string name, string path) =>
        !members.TryGetValue(name, out var node) ? null
        : node is YamlScalarNode scalar ? scalar.Value
        : throw new CliFailure($"{PlaceOf(node, path)}: {name} is no text");

    private static int? Number(Dictionary<string, YamlNode> members, string name, string path) =>
        Text(members, name, path) is not { } text ? null
        : int.TryParse(text, out var number) ? number
        : throw new CliFailure($"{PlaceOf(members[name], path)}: {name}: '{Printable.From(text)}' is not a whole number");

    private static string PlaceOf(YamlNode node, string path) => $"{path} line {node.Start.Line}";
}
