using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Holdfast.Control.Operations;

namespace Holdfast.Control.Reference;

/// <summary>The parameters that stand in paths.</summary>
internal static partial class PathParameters
{
    /// <summary>Those of a path, in its order.</summary>
    public static IEnumerable<JsonNode> Of(string path) =>
        Braces().Matches(path).Select(match => OpenApiDocument.Parameter(match.Groups[1].Value, "path", Schema(match.Groups[1].Value)));

    private static ApiSchema Schema(string name) =>
        name switch
        {
            "setting_id" => ApiSchema.Text("The setting's id.", "always_use_https"),
            "ruleset_phase" => ApiSchema.Text("The phase.", "http_request_firewall_custom"),
            "ruleset_version" => ApiSchema.Text("The version.", "1"),
            "sequence" => ApiSchema.Text("The entry's number.", "1"),
            "node_name" => ApiSchema.Text("The node's name.", "edge-1"),
            "name" => ApiSchema.Text("The name.", "example.com"),
            _ => ApiSchema.Text(
                $"The id of the {name.Replace("_id", "", StringComparison.Ordinal).Replace('_', ' ')}.",
                "353e105f4ecef8ad9ca31a8372d0c023"
            ),
        };

    [GeneratedRegex(@"\{\**(\w+)[^}]*\}")]
    private static partial Regex Braces();
}
