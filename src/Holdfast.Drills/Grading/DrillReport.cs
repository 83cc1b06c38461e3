using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Drills.Protections;
using Holdfast.Drills.Visitors;

namespace Holdfast.Drills.Grading;

/// <summary>What came of a drill.</summary>
public sealed class DrillReport
{
    /// <summary>As people read it: nothing but quotes and control characters escaped.</summary>
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal DrillReport(Drill drill, DrillRun? run, Timeline timeline, IReadOnlyList<LawGrade> laws, string? fault)
    {
        Drill = drill;
        Timeline = timeline;
        Laws = laws;
        Fault = fault;
        DetectSeconds = run?.DetectSeconds;
        StopSeconds = run?.StopSeconds;
        RevertSeconds = run?.RevertSeconds;
        AttributeSeconds = run?.AttributeSeconds;
        DraftSeconds = run?.DraftSeconds;
        CauseAt = run?.CauseAt;
    }

    /// <summary>Which drill.</summary>
    public Drill Drill { get; }

    /// <summary>Whether it ran to its end, no law was broken, and at least one was graded.</summary>
    public bool Passed => Fault is null && Laws.Count > 0 && Laws.All(static law => law.Passed);

    /// <summary>What the fleet was without; empty for a drill that is to be passed.</summary>
    public IReadOnlyList<Protection> Without { get; init; } = [];

    /// <summary>Its name, and what the fleet was without.</summary>
    public string Title =>
        Without.Count == 0 ? Drill.Name : $"{Drill.Name} without {string.Join(", ", Without.Select(static wall => wall.Name))}";

    /// <summary>How often edges' processes ended without being told to.</summary>
    public int EdgeDeaths { get; init; }

    /// <summary>Whether it was the outage that happened then.</summary>
    public bool IsOutage { get; init; }

    /// <summary>The visitors' requests, those that were lost included.</summary>
    public long Requests => Timeline.AnsweredCount + Timeline.LostCount;

    /// <summary>How many of them were lost.</summary>
    public long Lost => Timeline.LostCount;

    /// <summary>The 99th percentile of the right answers' times, in milliseconds.</summary>
    public double P99Milliseconds => Timeline.Quantile(0.99);

    /// <summary>The laws that it grades.</summary>
    public IReadOnlyList<LawGrade> Laws { get; }

    /// <summary>Why it could not be held to its end; null when it was.</summary>
    public string? Fault { get; }

    /// <summary>Seconds from the cause to its detection; null where the drill has no such moment.</summary>
    public double? DetectSeconds { get; }

    /// <summary>Seconds from the cause to its end; null likewise.</summary>
    public double? StopSeconds { get; }

    /// <summary>Seconds from the cause to the state that was wanted; null likewise.</summary>
    public double? RevertSeconds { get; }

    /// <summary>Seconds from the cause to its being named; null likewise.</summary>
    public double? AttributeSeconds { get; }

    /// <summary>Seconds from the cause to an incident that the status page has drafted by itself; null likewise.</summary>
    public double? DraftSeconds { get; }

    /// <summary>When the cause came, in seconds on the time line; null where the drill has no such moment.</summary>
    public double? CauseAt { get; }

    internal Timeline Timeline { get; }

    /// <summary>The first requests that were lost, a line each.</summary>
    public IEnumerable<string> Losses =>
        Timeline.Losses.Select(static loss => FormattableString.Invariant($"{loss.At:0.0} s {loss.Edge} {loss.Zone}: {loss.Trouble}"));

    /// <summary>
    /// One line: <c>{"drill","passed","requests","lost","detect_s","stop_s","revert_s","attribute_s","laws":[{"law","passed","figure"}]}</c>, and
    /// <c>draft_s</c> where the status page has drafted an incident, <c>fault</c> where the drill could not be held to its end, <c>without</c> and <c>outage</c> where protections were taken away.
    /// </summary>
    public string ToJson()
    {
        var json = new JsonObject
        {
            ["drill"] = Drill.Name,
            ["passed"] = Passed,
            ["requests"] = Requests,
            ["lost"] = Lost,
            ["detect_s"] = Seconds(DetectSeconds),
            ["stop_s"] = Seconds(StopSeconds),
            ["revert_s"] = Seconds(RevertSeconds),
            ["attribute_s"] = Seconds(AttributeSeconds),
            ["laws"] = new JsonArray([
                .. Laws.Select(static law => new JsonObject
                {
                    ["law"] = law.Law,
                    ["passed"] = law.Passed,
                    ["figure"] = law.Figure,
                }),
            ]),
        };
        if (DraftSeconds is not null)
        {
            json["draft_s"] = Seconds(DraftSeconds);
        }

        if (Fault is not null)
        {
            json["fault"] = Fault;
        }

        if (Without.Count > 0)
        {
            json["without"] = new JsonArray([.. Without.Select(static wall => JsonValue.Create(wall.Name))]);
            json["outage"] = IsOutage;
        }

        return json.ToJsonString(Plain);
    }

    private static JsonValue? Seconds(double? value) => value is { } seconds ? JsonValue.Create(Math.Round(seconds, 3)) : null;
}
