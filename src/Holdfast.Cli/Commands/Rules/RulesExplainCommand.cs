using System.CommandLine;
using System.Text.Json;
using Holdfast.Cli.RuleTrials;
using Holdfast.Cli.Terminal;
using Holdfast.Edge.Explaining;

namespace Holdfast.Cli.Commands.Rules;

/// <summary><c>holdfast rules explain</c>: one request's way through a zone's rules, and why each acted or did not.</summary>
internal static class RulesExplainCommand
{
    // A request's largest head, and the body that rules are shown.
    private const int MostCharacters = 1024 * 1024;

    public static Command Create(CliContext context)
    {
        var request = new Option<string?>("--request")
        {
            HelpName = "FILE",
            Description = "The request: HTTP as text, or a record of the access log, or a security event [default: standard input].",
        };
        var ray = new Option<string?>("--ray")
        {
            HelpName = "ID",
            Description = "The request with this ray id, from this machine's logs or control's events.",
        };
        var command = new Command("explain", "Show a request's way through a zone's rules, and why each acted or did not.")
        {
            request,
            ray,
        };
        var trial = RuleTrial.AddTo(command);
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var text = await TextAsync(context, result, result.GetValue(request), result.GetValue(ray), options, cancellationToken);
                var sketch = SketchReader.Read(text, trial.Defaults(result, context), "the request");
                var rules = await trial.RulesAsync(result, context, options, ZoneOf(text), cancellationToken);
                using var explainer = trial.Explainer(rules.Tried, result, context);
                RequestExplanation explanation;
                try
                {
                    explanation = await explainer.ExplainAsync(sketch);
                }
                catch (RequestSketchException fault)
                {
                    throw new CliFailure($"the request cannot be read: {fault.Message}");
                }

                if (options.WantsJson(result))
                {
                    context.WriteJson(JsonText.Object(json => ExplanationText.Write(json, explanation)));
                    return;
                }

                if (!sketch.IsWhole)
                {
                    context.Error.WriteLine("holdfast: of a recorded request, fields, cookies and body are unknown");
                }

                ExplanationText.Write(context.Out, explanation);
                context.Out.Flush();
            }
        );
        return command;
    }

    private static async Task<string> TextAsync(
        CliContext context,
        ParseResult result,
        string? file,
        string? ray,
        ControlOptions options,
        CancellationToken cancellationToken
    )
    {
        if (ray is not null)
        {
            return file is null
                ? await RecordedRay.FindAsync(ray, options.Data(result, context), () => options.Open(result, context), cancellationToken)
                : throw new CliFailure("--ray and --request exclude each other");
        }

        try
        {
            using var reader = file is null or "-" ? context.OpenIn() : new StreamReader(Path.Combine(context.CurrentDirectory, file));
            var buffer = new char[MostCharacters + 1];
            var length = await reader.ReadBlockAsync(buffer, cancellationToken);
            return length <= MostCharacters
                ? new string(buffer, 0, length)
                : throw new CliFailure($"the request has more than {MostCharacters} characters");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CliFailure($"{file} cannot be read: {Printable.From(fault.Message)}");
        }
    }

    // The zone that a record names.
    private static string? ZoneOf(string text)
    {
        if (!text.TrimStart().StartsWith('{'))
        {
            return null;
        }

        using var document = JsonDocument.Parse(text);
        return document.RootElement.TryGetProperty("ZoneName", out var name) && name.ValueKind == JsonValueKind.String
            ? name.GetString()
            : null;
    }
}
