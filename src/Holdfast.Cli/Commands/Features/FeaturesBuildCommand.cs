using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Bots;
using Holdfast.Cli.Terminal;
using Holdfast.Releases.Intake;
using JsonArray = System.Text.Json.Nodes.JsonArray;

namespace Holdfast.Cli.Commands.Features;

/// <summary><c>holdfast features build</c></summary>
internal static class FeaturesBuildCommand
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,

        // For people, and for a file: expressions are full of quotation marks.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Command Create(CliContext context)
    {
        var add = new Option<string[]>("--add")
        {
            HelpName = "FILE",
            Description = "JSON: an array of features of your own; one that has the name of one that ships takes its place.",
        };
        var before = new Option<string?>("--before")
        {
            HelpName = "FILE",
            Description = "The file that it is to replace: their numbers of features must not differ by much.",
        };
        var any = new Option<bool>("--any-row-change") { Description = "They may." };
        var output = new Option<string?>("--out") { HelpName = "FILE", Description = "Where to write it [default: standard output]." };
        var command = new Command("build", "Build a bot feature file from what ships and what you add, and check it.")
        {
            add,
            before,
            any,
            output,
        };
        command.SetAction(result =>
        {
            var features = new List<JsonNode?>(
                ShippedBotFeatures.All.Select(feature => Feature(feature.Name, feature.Expression, feature.Weight))
            );
            foreach (var name in result.GetValue(add) ?? [])
            {
                Merge(features, Read(context, name), name);
            }

            var file = new JsonObject
            {
                ["features"] = new JsonArray([.. features]),
                ["least_evidence"] = ShippedBotFeatures.LeastEvidence,
                ["rows"] = features.Count,
                ["any_row_change"] = result.GetValue(any),
            };
            Check(file, result.GetValue(before) is { } old ? RowsOf(context, old) : null);
            var text = file.ToJsonString(Indented) + "\n";
            if (result.GetValue(output) is { } path)
            {
                Write(Path.Combine(context.CurrentDirectory, path), text);
                context.Out.WriteLine($"{path}: {features.Count} features");
            }
            else
            {
                context.Out.Write(text);
            }
        });
        return command;
    }

    private static JsonObject Feature(string name, string expression, int weight) =>
        new()
        {
            ["name"] = name,
            ["expression"] = expression,
            ["weight"] = weight,
        };

    private static void Merge(List<JsonNode?> features, JsonArray added, string file)
    {
        foreach (var feature in added)
        {
            if (feature is not JsonObject || NameOf(feature) is not { } name)
            {
                throw new CliFailure($"{file}: not every element of its array is a feature with a name");
            }

            var at = features.FindIndex(known => NameOf(known) == name);
            if (at < 0)
            {
                features.Add(feature.DeepClone());
            }
            else
            {
                features[at] = feature.DeepClone();
            }
        }
    }

    private static string? NameOf(JsonNode? feature) =>
        feature?["name"] is JsonValue value && value.TryGetValue<string>(out var name) ? name : null;

    // The same that control and every edge will ask.
    private static void Check(JsonObject file, int? before)
    {
        var canonical = file.DeepClone().AsObject();
        canonical["rows_before"] = before;
        var problems = new BotFeatureArtifact(BotFeatureLimits.Standard).Check(
            BotFeatureArtifact.FormatVersion,
            Encoding.UTF8.GetBytes(canonical.ToJsonString())
        );
        if (problems.Count > 0)
        {
            throw new CliFailure($"no file was written: {ArtifactProblem.Summary(problems)}");
        }
    }

    private static JsonArray Read(CliContext context, string name)
    {
        var path = Path.Combine(context.CurrentDirectory, name);
        try
        {
            return JsonNode.Parse(File.ReadAllText(path)) as JsonArray ?? throw new CliFailure($"{name} holds no JSON array");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CliFailure($"{name} cannot be read: {Printable.From(fault.Message)}");
        }
    }

    private static int RowsOf(CliContext context, string name)
    {
        using var document = FeatureFile.Open(context, name);
        return document.RootElement.TryGetProperty("features", out var features) && features.ValueKind == JsonValueKind.Array
            ? features.GetArrayLength()
            : throw new CliFailure($"{name} is no bot feature file: it has no array of features");
    }

    private static void Write(string path, string text)
    {
        try
        {
            File.WriteAllText(path, text);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CliFailure($"{path} cannot be written: {Printable.From(fault.Message)}");
        }
    }
}
