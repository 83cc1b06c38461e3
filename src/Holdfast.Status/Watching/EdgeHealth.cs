using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;

namespace Holdfast.Status.Watching;

/// <summary>
/// How an edge is, as its management listener tells it at <c>/holdfast/health</c> and as it pushes it. Of a build that tells less, what is missing
/// is 0 or empty.
/// </summary>
internal sealed record EdgeHealth
{
    /// <summary>Its name.</summary>
    public required string Node { get; init; }

    /// <summary>Where it stands, or empty.</summary>
    public required string Place { get; init; }

    /// <summary>What its counters count since: another value is another process.</summary>
    public required string Started { get; init; }

    /// <summary>Everything.</summary>
    public required EdgeCounts All { get; init; }

    /// <summary>Each zone, by its id.</summary>
    public required FrozenDictionary<string, EdgeZone> Zones { get; init; }

    /// <summary>How often each error occurred that is not the visitor's fault.</summary>
    public required ImmutableArray<EdgeCause> Causes { get; init; }

    /// <summary>How often modules failed.</summary>
    public required long Faults { get; init; }

    /// <summary>The modules that failed last.</summary>
    public required ImmutableArray<EdgeModuleFaults> Modules { get; init; }

    /// <summary>The releases that something was done with last; their times are by the edge's own clock, see <see cref="At"/>.</summary>
    public required ImmutableArray<SeenRelease> Releases { get; init; }

    /// <summary>When it was written, by the edge's clock; null when it does not say.</summary>
    public required DateTimeOffset? At { get; init; }

    /// <summary>Reads the document.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="FormatException">It is another document, or has more than an edge tells.</exception>
    public static EdgeHealth Read(ReadOnlyMemory<byte> document)
    {
        using var json = JsonDocument.Parse(document, new JsonDocumentOptions { MaxDepth = 16 });
        var root = json.RootElement;
        try
        {
            var guard = root.TryGetProperty("guard", out var guarded) ? guarded : default;
            return new EdgeHealth
            {
                Node = Name(root, "node"),
                Place = root.TryGetProperty("place", out _) ? Name(root, "place") : "",
                Started = Name(root, "started"),
                At = root.TryGetProperty("at", out var at) ? at.GetDateTimeOffset() : null,
                All = EdgeCounts.Read(root),
                Zones = root.GetProperty("zones")
                    .EnumerateArray()
                    .Take(WatchLimits.Zones)
                    .ToFrozenDictionary(zone => Name(zone, "id"), EdgeZone.Read),
                Causes = [.. List(root, "errors").Select(EdgeCause.Read)],
                Faults = guard.ValueKind == JsonValueKind.Object ? guard.GetProperty("faults").GetInt64() : 0,
                Modules =
                [
                    .. List(guard, "modules")
                        .Select(one => new EdgeModuleFaults(
                            Name(one, "module"),
                            one.GetProperty("zone").GetString() ?? "",
                            one.GetProperty("faults").GetInt64(),
                            one.GetProperty("generation").GetInt64()
                        )),
                ],
                Releases = [.. List(root, "releases").Select(SeenRelease.Read)],
            };
        }
        catch (Exception fault) when (fault is KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw new FormatException("the answer is not an edge's", fault);
        }
    }

    /// <summary>A short text that has to be there.</summary>
    internal static string Name(JsonElement json, string member) =>
        json.GetProperty(member).GetString() is { Length: > 0 and <= WatchLimits.NameLength } text && !text.Any(char.IsControl)
            ? text
            : throw new FormatException($"{member}: it has to be a text of 1 to {WatchLimits.NameLength} characters");

    private static IEnumerable<JsonElement> List(JsonElement json, string member) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(member, out var list)
            ? list.EnumerateArray().Take(WatchLimits.Listed)
            : [];
}

/// <summary>A module that failed in a zone.</summary>
/// <param name="Module">Its name.</param>
/// <param name="ZoneId">The zone; empty for what runs before one is known.</param>
/// <param name="Count">How often, since the start.</param>
/// <param name="Generation">The generation of the zone's release in which it last did.</param>
internal readonly record struct EdgeModuleFaults(string Module, string ZoneId, long Count, long Generation);

/// <summary>Counters that only grow.</summary>
internal readonly record struct EdgeCounts
{
    /// <summary>Requests that ended.</summary>
    public long Requests { get; init; }

    /// <summary>Errors that were the edge's fault.</summary>
    public long EdgeErrors { get; init; }

    /// <summary>Errors that were the origin's.</summary>
    public long OriginErrors { get; init; }

    /// <summary>Requests that the edge itself kept waiting for more than a quarter of a second.</summary>
    public long EdgeSlow { get; init; }

    /// <summary>Requests that the origin kept waiting for more than a second.</summary>
    public long OriginSlow { get; init; }

    /// <summary>Reads the members.</summary>
    public static EdgeCounts Read(JsonElement json) =>
        new()
        {
            Requests = json.GetProperty("requests").GetInt64(),
            EdgeErrors = json.GetProperty("edge_errors").GetInt64(),
            OriginErrors = json.GetProperty("origin_errors").GetInt64(),
            EdgeSlow = json.TryGetProperty("edge_slow", out var edge) ? edge.GetInt64() : 0,
            OriginSlow = json.TryGetProperty("origin_slow", out var origin) ? origin.GetInt64() : 0,
        };

    /// <summary>What came since; null when they went back, so that they are not the same counters.</summary>
    public EdgeCounts? Since(EdgeCounts before)
    {
        var more = new EdgeCounts
        {
            Requests = Requests - before.Requests,
            EdgeErrors = EdgeErrors - before.EdgeErrors,
            OriginErrors = OriginErrors - before.OriginErrors,
            EdgeSlow = EdgeSlow - before.EdgeSlow,
            OriginSlow = OriginSlow - before.OriginSlow,
        };
        return more is { Requests: >= 0, EdgeErrors: >= 0, OriginErrors: >= 0, EdgeSlow: >= 0, OriginSlow: >= 0 } ? more : null;
    }
}
