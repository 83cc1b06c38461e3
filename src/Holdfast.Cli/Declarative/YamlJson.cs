using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Holdfast.Cli.Declarative;

/// <summary>Settings' values between YAML and JSON.</summary>
internal static class YamlJson
{
    /// <summary>A node as JSON.</summary>
    /// <param name="node">What stands in the file.</param>
    /// <param name="like">
    /// The value that the setting has now: what is written without quotes is a text where the setting is a text, so that <c>on</c> and
    /// <c>1.2</c> mean what they say.
    /// </param>
    public static JsonNode? ToJson(YamlNode node, JsonElement? like) =>
        node switch
        {
            YamlMappingNode mapping => ToObject(mapping, like),
            YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select(item => ToJson(item, null))]),
            YamlScalarNode scalar => ToScalar(scalar, like),
            _ => null,
        };

    /// <summary>A value as a node.</summary>
    public static YamlNode ToYaml(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => new YamlMappingNode(
                value.EnumerateObject().SelectMany(member => new[] { new YamlScalarNode(member.Name), ToYaml(member.Value) })
            ),
            JsonValueKind.Array => new YamlSequenceNode(value.EnumerateArray().Select(ToYaml)),
            JsonValueKind.String => new YamlScalarNode(value.GetString()) { Style = ScalarStyle.DoubleQuoted },
            JsonValueKind.Null => new YamlScalarNode("null"),
            _ => new YamlScalarNode(value.GetRawText()),
        };

    private static JsonObject ToObject(YamlMappingNode mapping, JsonElement? like)
    {
        var result = new JsonObject();
        foreach (var (key, value) in mapping.Children)
        {
            var name = (key as YamlScalarNode)?.Value ?? "";
            JsonElement? member =
                like is { ValueKind: JsonValueKind.Object } known && known.TryGetProperty(name, out var found) ? found : null;
            result[name] = ToJson(value, member);
        }

        return result;
    }

    private static JsonNode? ToScalar(YamlScalarNode scalar, JsonElement? like)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any))
        {
            return text;
        }

        if (text is "" or "null" or "~")
        {
            return null;
        }

        if (like is { ValueKind: JsonValueKind.String })
        {
            return text;
        }

        return text switch
        {
            "true" => true,
            "false" => false,
            _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
            _ => text,
        };
    }
}
