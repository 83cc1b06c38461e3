using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Holdfast.Cli.RuleTrials;
using Holdfast.Cli.Terminal;
using Holdfast.Edge.Explaining;

namespace Holdfast.Cli.Commands.Rules;

/// <summary>
/// <c>holdfast rules test</c>: takes requests through rules, and says which acted, what became of each request, and what is different from what
/// is live.
/// </summary>
internal static class RulesTestCommand
{
    public static Command Create(CliContext context)
    {
        var requests = new Option<string>("--requests")
        {
            HelpName = "FILE",
            Description =
                "Requests, a JSON object a line: records of the access log, or {\"url\", \"method\", \"headers\", \"body\", \"ip\", \"country\"}, or {\"request\"}.",
            Required = true,
        };
        var command = new Command("test", "Take requests through rules, and say what becomes of each, and what differs from what is live.")
        {
            requests,
        };
        var trial = RuleTrial.AddTo(command);
        var options = ControlOptions.AddTo(command);
        command.SetAction(
            async (result, cancellationToken) =>
            {
                var file = Path.Combine(context.CurrentDirectory, result.GetRequiredValue(requests));
                var rules = await trial.RulesAsync(result, context, options, null, cancellationToken);
                using var tried = trial.Explainer(rules.Tried, result, context);
                using var live = rules.Live is { } config ? trial.Explainer(config, result, context) : null;
                var defaults = trial.Defaults(result, context);
                var (count, changed) = (0, 0);
                foreach (var (line, number) in Lines(file))
                {
                    var place = string.Create(CultureInfo.InvariantCulture, $"{file}, line {number}");
                    var sketch = Read(line, defaults, place);
                    var now = await ExplainAsync(tried, sketch, place);
                    var before = live is null ? null : await ExplainAsync(live, sketch, place);
                    var differs = before is not null && !SaysTheSame(now, before);
                    (count, changed) = (count + 1, changed + (differs ? 1 : 0));
                    if (options.WantsJson(result))
                    {
                        context.WriteJson(JsonText.Object(json => Write(json, number, now, before, differs)));
                    }
                    else
                    {
                        var was = differs ? $"   (live: {ExplanationText.Final(before!)[3..]})" : "";
                        var acting = string.Join(", ", now.Acting.Select(rule => rule.Ref));
                        context.Out.WriteLine(
                            Printable.From($"{number}: {ExplanationText.Final(now)[3..]}{(acting.Length > 0 ? $" [{acting}]" : "")}{was}")
                        );
                    }
                }

                if (!options.WantsJson(result))
                {
                    context.Out.WriteLine(
                        live is null ? $"{count} requests" : $"{count} requests, {changed} of them differ from what is live"
                    );
                }

                context.Out.Flush();
            }
        );
        return command;
    }

    private static IEnumerable<(string Line, int Number)> Lines(string file)
    {
        StreamReader reader;
        try
        {
            reader = new StreamReader(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CliFailure($"{file} cannot be read: {Printable.From(fault.Message)}");
        }

        using (reader)
        {
            for (var number = 1; reader.ReadLine() is { } line; number++)
            {
                if (!string.IsNullOrWhiteSpace(line))
                {
                    yield return (line, number);
                }
            }
        }
    }

    private static RequestSketch Read(string line, RequestSketch defaults, string place)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return SketchReader.Of(document.RootElement, defaults, place);
        }
        catch (JsonException fault)
        {
            throw new CliFailure($"{place} is no JSON object: {Printable.From(fault.Message)}");
        }
    }

    private static async Task<RequestExplanation> ExplainAsync(RuleExplainer explainer, RequestSketch sketch, string place)
    {
        try
        {
            return await explainer.ExplainAsync(sketch);
        }
        catch (RequestSketchException fault)
        {
            throw new CliFailure($"{place} cannot be read: {fault.Message}");
        }
    }

    // Whatever the rules are called.
    private static bool SaysTheSame(RequestExplanation now, RequestExplanation live) =>
        now.Action == live.Action
        && now.Target == live.Target
        && now.Acting.Select(rule => (rule.Action, rule.Expression))
            .SequenceEqual(live.Acting.Select(rule => (rule.Action, rule.Expression)));

    private static void Write(Utf8JsonWriter json, int number, RequestExplanation now, RequestExplanation? live, bool differs)
    {
        json.WriteNumber("line", number);
        WriteActing(json, now);
        ExplanationText.WriteFinal(json, now);
        if (live is not null)
        {
            json.WriteBoolean("changed", differs);
            json.WriteStartObject("live");
            WriteActing(json, live);
            ExplanationText.WriteFinal(json, live);
            json.WriteEndObject();
        }
    }

    private static void WriteActing(Utf8JsonWriter json, RequestExplanation explanation)
    {
        json.WriteStartArray("rules");
        foreach (var (phase, rule) in explanation.Phases.SelectMany(phase => phase.Rules.Select(rule => (phase.Phase, rule))))
        {
            if (rule.Verdict == RuleVerdict.Acts)
            {
                json.WriteStartObject();
                json.WriteString("phase", phase);
                json.WriteString("id", rule.Id);
                json.WriteString("ref", rule.Ref);
                json.WriteString("action", rule.Action);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }
}
