using System.Collections.Frozen;
using System.Text.Json;

namespace Holdfast.Status.Watching;

/// <summary>An edge's counters, as its management listener tells them at <c>/holdfast/health</c>.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Started">What its counters count since: another value is another process.</param>
/// <param name="All">Everything.</param>
/// <param name="Zones">Each zone, by its id.</param>
internal sealed record EdgeHealth(string Node, string Started, EdgeCounts All, FrozenDictionary<string, EdgeZone> Zones)
{
    /// <summary>Reads the document.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="FormatException">It is another document.</exception>
    public static EdgeHealth Read(byte[] document)
    {
        using var json = JsonDocument.Parse(document, new JsonDocumentOptions { MaxDepth = 16 });
        var root = json.RootElement;
        try
        {
            return new EdgeHealth(
                root.GetProperty("node").GetString()!,
                root.GetProperty("started").GetString()!,
                EdgeCounts.Read(root),
                root.GetProperty("zones")
                    .EnumerateArray()
                    .Take(WatchLimits.Zones)
                    .ToFrozenDictionary(
                        zone => zone.GetProperty("id").GetString()!,
                        zone => new EdgeZone(zone.GetProperty("name").GetString()!, EdgeCounts.Read(zone))
                    )
            );
        }
        catch (Exception fault) when (fault is KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw new FormatException("the answer is not an edge's", fault);
        }
    }
}

/// <summary>One zone at an edge.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Counts">What it did.</param>
internal sealed record EdgeZone(string Name, EdgeCounts Counts);

/// <summary>Counters that only grow.</summary>
/// <param name="Requests">Requests that ended.</param>
/// <param name="EdgeErrors">Errors that were the edge's fault.</param>
/// <param name="OriginErrors">Errors that were the origin's.</param>
internal readonly record struct EdgeCounts(long Requests, long EdgeErrors, long OriginErrors)
{
    /// <summary>Reads the members.</summary>
    public static EdgeCounts Read(JsonElement json) =>
        new(
            json.GetProperty("requests").GetInt64(),
            json.GetProperty("edge_errors").GetInt64(),
            json.GetProperty("origin_errors").GetInt64()
        );

    /// <summary>What came since; null when they went back, so that they are not the same counters.</summary>
    public EdgeCounts? Since(EdgeCounts before)
    {
        var more = new EdgeCounts(Requests - before.Requests, EdgeErrors - before.EdgeErrors, OriginErrors - before.OriginErrors);
        return more is { Requests: >= 0, EdgeErrors: >= 0, OriginErrors: >= 0 } ? more : null;
    }
}
