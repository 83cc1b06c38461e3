using System.Text.Json;
using Holdfast.Artifacts.Bots;
using Holdfast.Artifacts.Json;
using Holdfast.Cli.Terminal;
using Holdfast.Model.Bots;
using Holdfast.Releases.Intake;

namespace Holdfast.Cli.Commands.Features;

/// <summary>Bot feature files on disk, and where control has its own.</summary>
internal static class FeatureFile
{
    /// <summary>The API's path.</summary>
    public const string Path = "/holdfast/v1/bot-features";

    /// <summary>Reads a file; what 'features show --json' says of its release may stand in it.</summary>
    /// <exception cref="CliFailure">No edge would take it.</exception>
    public static BotFeaturesConfig Read(CliContext context, string name)
    {
        using var document = Open(context, name);
        var problems = new List<ArtifactProblem>();
        var members = new JsonMembers(document.RootElement, "", problems);
        var file = new BotFeatureJson(BotFeatureLimits.Standard, problems).Read(members, before: null);
        return problems.Count == 0 && file is not null
            ? file
            : throw new CliFailure($"{name} is no bot feature file: {ArtifactProblem.Summary(problems)}");
    }

    /// <summary>Reads a file as JSON, whatever object it is.</summary>
    /// <param name="context">The process.</param>
    /// <param name="name">Its name; - for standard input.</param>
    /// <exception cref="CliFailure">It cannot be read, is too large, or is no JSON object.</exception>
    public static JsonDocument Open(CliContext context, string name)
    {
        try
        {
            var path = System.IO.Path.Combine(context.CurrentDirectory, name);
            if (name != "-" && new FileInfo(path).Length > BotFeatureLimits.MostBytes)
            {
                throw new CliFailure($"{name} has more than {BotFeatureLimits.MostBytes} bytes, which no bot feature file has");
            }

            var document = JsonDocument.Parse(name == "-" ? context.OpenIn().ReadToEnd() : File.ReadAllText(path));
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document
                : throw new CliFailure($"{name} is no bot feature file: it holds no JSON object");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CliFailure($"{name} cannot be read: {Printable.From(fault.Message)}");
        }
    }
}
