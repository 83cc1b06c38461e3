using System.Globalization;
using System.Text;
using System.Text.Json;
using Holdfast.Cli.Terminal;
using Holdfast.Edge.Explaining;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Explaining;

namespace Holdfast.Cli.RuleTrials;

/// <summary>Shows explanations: to people as lines, to scripts as JSON.</summary>
internal static class ExplanationText
{
    /// <summary>As lines.</summary>
    public static void Write(TextWriter output, RequestExplanation explanation)
    {
        foreach (var phase in explanation.Phases)
        {
            output.WriteLine(phase.Note is null ? phase.Phase : $"{phase.Phase}: {phase.Note}");
            if (phase.Note is not null)
            {
                continue;
            }

            var number = 0;
            foreach (var rule in phase.Rules)
            {
                var name = rule.Description.Length > 0 ? $"{rule.Ref} ({rule.Description})" : rule.Ref;
                output.WriteLine(
                    Printable.From(
                        string.Create(CultureInfo.InvariantCulture, $"  {++number} {name}: {rule.Action}: {Word(rule.Verdict)}: {rule.Why}")
                    )
                );
                if (rule.Trace is { } trace)
                {
                    Write(output, trace, "      ");
                }
            }
        }

        if (explanation.Bots is { } bots)
        {
            output.WriteLine(Score(bots));
        }

        output.WriteLine(Final(explanation));
    }

    private static string Score(BotScoreExplanation bots)
    {
        var held = bots.Held.Select(feature => string.Create(CultureInfo.InvariantCulture, $"{feature.Name} {feature.Weight:+0;-0}"));
        var score = bots.Score?.ToString(CultureInfo.InvariantCulture) ?? "unknown";
        return $"bot score {score}: {(bots.Held.IsEmpty ? "no feature holds" : string.Join(", ", held))}";
    }

    /// <summary>What becomes of the request, in a line.</summary>
    public static string Final(RequestExplanation explanation)
    {
        var by = explanation.AnsweredBy is { } rule ? $" by {rule}" : "";
        var target = explanation.Target is { } text ? $" to {text}" : "";
        return Printable.From($"=> {explanation.Action}{target}{by}");
    }

    /// <summary>The members of an explanation.</summary>
    public static void Write(Utf8JsonWriter json, RequestExplanation explanation)
    {
        json.WriteStartArray("phases");
        foreach (var phase in explanation.Phases)
        {
            json.WriteStartObject();
            json.WriteString("phase", phase.Phase);
            json.WriteString("note", phase.Note);
            json.WriteStartArray("rules");
            foreach (var rule in phase.Rules)
            {
                Write(json, rule);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (explanation.Bots is { } bots)
        {
            json.WriteStartObject("bots");
            if (bots.Score is { } score)
            {
                json.WriteNumber("score", score);
            }
            else
            {
                json.WriteNull("score");
            }

            json.WriteStartObject("features");
            foreach (var feature in bots.Held)
            {
                json.WriteNumber(feature.Name, feature.Weight);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        WriteFinal(json, explanation);
    }

    /// <summary>The members that say what becomes of the request.</summary>
    public static void WriteFinal(Utf8JsonWriter json, RequestExplanation explanation)
    {
        json.WriteString("action", explanation.Action);
        json.WriteString("answered_by", explanation.AnsweredBy);
        json.WriteString("target", explanation.Target);
    }

    private static void Write(Utf8JsonWriter json, RuleExplanation rule)
    {
        json.WriteStartObject();
        json.WriteString("id", rule.Id);
        json.WriteString("ref", rule.Ref);
        json.WriteString("description", rule.Description);
        json.WriteString("action", rule.Action);
        json.WriteString("expression", rule.Expression);
        json.WriteString("verdict", JsonNamingPolicy.SnakeCaseLower.ConvertName(rule.Verdict.ToString()));
        json.WriteString("why", rule.Why);
        if (rule.Trace is { } trace)
        {
            json.WritePropertyName("trace");
            Write(json, trace);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ExpressionTrace trace)
    {
        json.WriteStartObject();
        json.WriteString("expression", trace.Text);
        json.WriteString("result", Word(trace.Result));
        if (trace.Value is not null)
        {
            json.WriteString("value", trace.Value);
        }

        json.WriteStartObject("reads");
        foreach (var read in trace.Reads)
        {
            json.WriteString(read.Field, read.Value);
        }

        json.WriteEndObject();
        json.WriteStartArray("parts");
        foreach (var part in trace.Parts)
        {
            Write(json, part);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(TextWriter output, ExpressionTrace trace, string indent)
    {
        var line = new StringBuilder(indent).Append(Word(trace.Result)).Append(": ").Append(trace.Text);
        var reads = trace.Reads.Where(read => read.Field != trace.Text).Select(read => $"{read.Field} is {read.Value}").ToList();

        // Of a comparison of a field itself that says all.
        if (trace.Value is { } value && trace.Reads.All(read => read.Value != value))
        {
            reads.Add($"compared is {value}");
        }

        if (reads.Count > 0)
        {
            line.Append("   [").AppendJoin("; ", reads).Append(']');
        }

        output.WriteLine(Printable.From(line.ToString()));
        foreach (var part in trace.Parts)
        {
            Write(output, part, indent + "  ");
        }
    }

    private static string Word(Truth truth) =>
        truth switch
        {
            Truth.True => "true",
            Truth.False => "false",
            _ => "unknown",
        };

    private static string Word(RuleVerdict verdict) =>
        verdict switch
        {
            RuleVerdict.Acts => "acts",
            RuleVerdict.DoesNotMatch => "does not match",
            RuleVerdict.Unknown => "unknown",
            _ => "not asked",
        };
}
