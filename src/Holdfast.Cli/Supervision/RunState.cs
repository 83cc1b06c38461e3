using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Cli.Settings;

namespace Holdfast.Cli.Supervision;

/// <summary>Where one edge answers.</summary>
/// <param name="Name"><c>edge-1</c>.</param>
/// <param name="Http">The URL of its first plain HTTP listener.</param>
/// <param name="Https">The URL of its first HTTPS listener.</param>
/// <param name="Management">The URL of its management listener, on loopback.</param>
internal sealed record EdgeUrls(string Name, string Http, string Https, string Management);

/// <summary>The line that <c>up --json</c> prints when everything is ready.</summary>
internal sealed record ReadyLine
{
    /// <summary>Always true.</summary>
    public required bool Ready { get; init; }

    /// <summary>edge-1's first plain HTTP listener.</summary>
    public required string Http { get; init; }

    /// <summary>edge-1's first HTTPS listener.</summary>
    public required string Https { get; init; }

    /// <summary>The API.</summary>
    public required string Control { get; init; }

    /// <summary>Where control listens for nodes on other machines, or null.</summary>
    public required string? Nodes { get; init; }

    /// <summary>The status page, or null while there is none.</summary>
    public required string? Status { get; init; }

    /// <summary>Every edge, edge-1 first.</summary>
    public required IReadOnlyList<EdgeUrls> Edges { get; init; }

    /// <summary>Process ids: <c>up</c>, <c>control</c>, <c>edge-1</c> and so on.</summary>
    public required IReadOnlyDictionary<string, int> Processes { get; init; }

    /// <summary>The line.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, RunStateJson.Default.ReadyLine);
}

/// <summary>What a running <c>up</c> tells other processes about itself, in <c>run/up.json</c>: addresses, process ids, restarts.</summary>
internal sealed record RunState
{
    /// <summary>When <c>up</c> started, UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The program's version.</summary>
    public required string Version { get; init; }

    /// <summary>The API.</summary>
    public required string Control { get; init; }

    /// <summary>Where control listens for nodes on other machines, or null.</summary>
    public string? Nodes { get; init; }

    /// <summary>The status page, or null while there is none.</summary>
    public required string? Status { get; init; }

    /// <summary>Every edge, edge-1 first.</summary>
    public required IReadOnlyList<EdgeUrls> Edges { get; init; }

    /// <summary>Process ids: <c>up</c>, <c>control</c>, <c>edge-1</c> and so on; 0 before the first start.</summary>
    public required IReadOnlyDictionary<string, int> Processes { get; init; }

    /// <summary>How often each child was started again.</summary>
    public required IReadOnlyDictionary<string, int> Restarts { get; init; }

    /// <summary>The line for <c>--json</c>.</summary>
    public ReadyLine ToReadyLine() =>
        new()
        {
            Ready = true,
            Http = Edges[0].Http,
            Https = Edges[0].Https,
            Control = Control,
            Nodes = Nodes,
            Status = Status,
            Edges = Edges,
            Processes = Processes,
        };

    /// <summary>Writes the file, mode 0600, in whole or not at all.</summary>
    public void Write(DataDirectory data) =>
        DataDirectory.WriteAtomically(data.RunFile, JsonSerializer.Serialize(this, RunStateJson.Default.RunState));

    /// <summary>Reads the file that an <c>up</c> left; false when there is none or it is not readable as one.</summary>
    public static bool TryRead(DataDirectory data, [NotNullWhen(true)] out RunState? state)
    {
        state = null;
        try
        {
            state = JsonSerializer.Deserialize(File.ReadAllBytes(data.RunFile), RunStateJson.Default.RunState);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            // No file, or one of another version: nothing is known, which is what false says.
        }

        return state is not null;
    }
}

/// <summary>Source-generated, so that a start does not pay for reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReadyLine))]
[JsonSerializable(typeof(RunState))]
internal sealed partial class RunStateJson : JsonSerializerContext;
