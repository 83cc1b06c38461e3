using Holdfast.Cli.Terminal;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Holdfast.Cli.Settings;

/// <summary>
/// <c>holdfast.yaml</c> in the data directory: one line a setting, named as the flags are, <c>http: 127.0.0.1:8080</c>; <c>http</c>,
/// <c>https</c>, <c>proxy</c> and <c>upper</c> may be lists. The section <c>edge</c> holds what edges run with,
/// the section <c>api</c> what the API does.
/// </summary>
internal sealed class ConfigurationFile
{
    /// <summary>The file's name.</summary>
    public const string Name = "holdfast.yaml";

    /// <summary>Largest file that is read, in bytes; it has some twenty settings.</summary>
    private const int MaxBytes = 64 * 1024;

    private static readonly string[] Keys =
    [
        "http",
        "https",
        "control",
        "node_listen",
        "status",
        "proxy",
        "report_work",
        "origin",
        UpperUrls.Name,
        "edges",
        "json",
        EdgeSettings.Section,
        ApiSettings.Section,
    ];

    private readonly Dictionary<string, (IReadOnlyList<string> Values, string Place)> values = [];

    private ConfigurationFile() { }

    /// <summary>The section <c>edge</c>: settings that every edge of this data directory runs with.</summary>
    public EdgeSettings Edge { get; private set; } = new();

    /// <summary>The section <c>api</c>: settings of control's API.</summary>
    public ApiSettings Api { get; private set; } = new();

    /// <summary>Reads the file of a data directory; one that is not there has no settings.</summary>
    /// <exception cref="CliFailure">It cannot be read, or is not what is expected; the message names file and line.</exception>
    public static ConfigurationFile Read(string dataDirectory)
    {
        var path = Path.Combine(dataDirectory, Name);
        try
        {
            if (!File.Exists(path))
            {
                return new ConfigurationFile();
            }

            if (new FileInfo(path).Length > MaxBytes)
            {
                throw new CliFailure($"{path} is larger than {MaxBytes} bytes", "it holds a line for each setting");
            }

            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CliFailure($"{path} cannot be read: {fault.Message}");
        }
    }

    /// <summary>Reads the file's text.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="path">The file's name, for messages.</param>
    /// <exception cref="CliFailure">The text is not what is expected; the message names the line.</exception>
    public static ConfigurationFile Parse(string text, string path)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException fault)
        {
            throw new CliFailure($"{path} line {fault.Start.Line}: {fault.Message}", "the file is YAML, one 'name: value' a line");
        }

        var file = new ConfigurationFile();
        if (stream.Documents.Count == 0 || stream.Documents[0].RootNode is YamlScalarNode { Value: null or "" })
        {
            return file;
        }

        if (stream.Documents[0].RootNode is not YamlMappingNode mapping)
        {
            throw new CliFailure($"{path} line 1: not a list of settings", "the file is YAML, one 'name: value' a line");
        }

        foreach (var (keyNode, valueNode) in mapping.Children)
        {
            var place = $"{path} line {keyNode.Start.Line}";
            var key = (keyNode as YamlScalarNode)?.Value ?? "";
            if (!Keys.Contains(key))
            {
                throw new CliFailure($"{place}: unknown setting '{key}'", $"known are {string.Join(", ", Keys)}");
            }

            if (key == EdgeSettings.Section)
            {
                file.Edge = EdgeSettings.Parse(valueNode, path);
                continue;
            }

            if (key == ApiSettings.Section)
            {
                file.Api = ApiSettings.Parse(valueNode, path);
                continue;
            }

            file.values[key] = (Scalars(valueNode, key, place), $"{place}: {key}");
        }

        return file;
    }

    /// <summary>A setting's values as text and where they stand; null when the file does not have it.</summary>
    public (IReadOnlyList<string> Values, string Place)? Find(string key) => values.TryGetValue(key, out var found) ? found : null;

    private static IReadOnlyList<string> Scalars(YamlNode node, string key, string place)
    {
        IReadOnlyList<YamlNode> nodes =
            node is YamlSequenceNode list && key is "http" or "https" or "proxy" or UpperUrls.Name ? [.. list.Children] : [node];
        if (nodes.Count == 0 || nodes.Any(item => item is not YamlScalarNode { Value.Length: > 0 }))
        {
            throw new CliFailure($"{place}: '{key}' has no value that is text or a number", $"write '{key}: VALUE'");
        }

        return [.. nodes.Select(item => ((YamlScalarNode)item).Value!)];
    }
}
