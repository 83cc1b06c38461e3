using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Cli.Settings;

namespace Holdfast.Cli.Supervision;

/// <summary>One process as <c>holdfast status</c> found it.</summary>
/// <param name="Name"><c>up</c>, <c>control</c>, <c>edge-1</c>.</param>
/// <param name="Id">The process id.</param>
/// <param name="State"><c>running</c>, <c>ready</c>, <c>not ready</c>, <c>does not answer</c> or <c>gone</c>.</param>
/// <param name="Healthy">Whether it does its work.</param>
/// <param name="Restarts">How often it was started again.</param>
/// <param name="Urls">Where it answers; the one that was asked last.</param>
/// <param name="CacheDisk">Of an edge: how the cache on its disk does, as <c>/readyz</c> says it; else null.</param>
internal sealed record ProcessStatus(
    string Name,
    int Id,
    string State,
    bool Healthy,
    int Restarts,
    IReadOnlyList<string> Urls,
    CacheDiskStatus? CacheDisk = null
);

/// <summary>How the cache on an edge's disk does.</summary>
/// <param name="State"><c>open</c>, <c>off</c>, <c>opening</c>, <c>read_only</c>, <c>slow</c> or <c>closed</c>.</param>
/// <param name="Objects">How many responses it has.</param>
/// <param name="Bytes">What they take on the disk.</param>
/// <param name="Problem">Why the disk refused last, or null.</param>
internal sealed record CacheDiskStatus(string State, long Objects, long Bytes, string? Problem);

/// <summary>What of <c>/readyz</c> is shown.</summary>
/// <param name="CacheDisk">As there.</param>
internal sealed record ReadyAnswer(CacheDiskStatus? CacheDisk);

/// <summary>The state of all processes of one <c>up</c>, from <c>run/up.json</c> and from asking each of them.</summary>
internal sealed record StatusReport
{
    /// <summary>How long a process may take to answer; a healthy one takes milliseconds.</summary>
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(3);

    /// <summary>Whether an <c>up</c> runs on the data directory.</summary>
    public required bool Running { get; init; }

    /// <summary>Whether it runs and every process does its work.</summary>
    public required bool Healthy { get; init; }

    /// <summary>The data directory.</summary>
    public required string Data { get; init; }

    /// <summary>When <c>up</c> started, UTC; null when none runs.</summary>
    public required DateTimeOffset? StartedAt { get; init; }

    /// <summary>Every process; empty when none runs.</summary>
    public required IReadOnlyList<ProcessStatus> Processes { get; init; }

    /// <summary>The line for <c>--json</c>.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, StatusReportJson.Default.StatusReport);

    /// <summary>Reads the file and asks every process.</summary>
    public static async Task<StatusReport> TakeAsync(DataDirectory data, CancellationToken cancellationToken)
    {
        if (!RunState.TryRead(data, out var state) || !state.Processes.TryGetValue("up", out var up) || !IsAlive(up))
        {
            return new StatusReport
            {
                Running = false,
                Healthy = false,
                Data = data.Root,
                StartedAt = null,
                Processes = [],
            };
        }

        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = AnswerTime };
        var asked = new List<Task<ProcessStatus>>
        {
            AskAsync(http, state, "control", $"{state.Control}/healthz", [state.Control], cancellationToken),
        };
        asked.AddRange(
            state.Edges.Select(edge =>
                AskAsync(http, state, edge.Name, $"{edge.Management}/readyz", [edge.Http, edge.Https, edge.Management], cancellationToken)
            )
        );
        if (state.Status is { } page)
        {
            asked.Add(AskAsync(http, state, "status", $"{page}/healthz", [page], cancellationToken));
        }

        ProcessStatus[] processes = [new ProcessStatus("up", up, "running", true, 0, []), .. await Task.WhenAll(asked)];
        return new StatusReport
        {
            Running = true,
            Healthy = processes.All(process => process.Healthy),
            Data = data.Root,
            StartedAt = state.StartedAt,
            Processes = processes,
        };
    }

    private static async Task<ProcessStatus> AskAsync(
        HttpClient http,
        RunState state,
        string name,
        string url,
        IReadOnlyList<string> urls,
        CancellationToken cancellationToken
    )
    {
        var id = state.Processes.GetValueOrDefault(name);
        var restarts = state.Restarts.GetValueOrDefault(name);
        try
        {
            using var response = await http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return new ProcessStatus(
                name,
                id,
                response.IsSuccessStatusCode ? "ready" : "not ready",
                response.IsSuccessStatusCode,
                restarts,
                urls,
                url.EndsWith("/readyz", StringComparison.Ordinal) ? await CacheDiskOfAsync(response, cancellationToken) : null
            );
        }
        catch (Exception fault)
            when (fault is HttpRequestException || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new ProcessStatus(name, id, IsAlive(id) ? "does not answer" : "gone", false, restarts, urls);
        }
    }

    // Another build's edge may say it in another way, or not at all.
    private static async Task<CacheDiskStatus?> CacheDiskOfAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            return (await JsonSerializer.DeserializeAsync(body, ReadyAnswerJson.Default.ReadyAnswer, cancellationToken))?.CacheDisk;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsAlive(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}

/// <summary>Source-generated, so that a start does not pay for reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StatusReport))]
internal sealed partial class StatusReportJson : JsonSerializerContext;

/// <summary>The same for what an edge says.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ReadyAnswer))]
internal sealed partial class ReadyAnswerJson : JsonSerializerContext;
