using System.Collections.Immutable;
using System.Net;
using System.Text.Json;

namespace Holdfast.Status.Watching;

/// <summary>One zone at an edge.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Counts">What it did.</param>
/// <param name="Generation">The generation of its release that serves; 0 when it is not told.</param>
/// <param name="Causes">Its errors by their cause; default where the edge does not tell them, for want of room or in an earlier build.</param>
/// <param name="Origins">Where its answers came from.</param>
internal sealed record EdgeZone(
    string Name,
    EdgeCounts Counts,
    long Generation,
    ImmutableArray<EdgeCause> Causes,
    ImmutableArray<EdgeOrigin> Origins
)
{
    private const int MostOrigins = 4;

    /// <summary>Reads the members.</summary>
    public static EdgeZone Read(JsonElement json) =>
        new(
            EdgeHealth.Name(json, "name"),
            EdgeCounts.Read(json),
            json.TryGetProperty("generation", out var generation) ? generation.GetInt64() : 0,
            json.TryGetProperty("errors", out var errors)
                ? [.. errors.EnumerateArray().Take(WatchLimits.Listed).Select(EdgeCause.Read)]
                : default(ImmutableArray<EdgeCause>),
            json.TryGetProperty("origins", out var origins) ? [.. origins.EnumerateArray().Take(MostOrigins).Select(EdgeOrigin.Read)] : []
        );
}

/// <summary>An origin of a zone.</summary>
/// <param name="Host">Its name.</param>
/// <param name="Address">The address that the edge reached it at.</param>
/// <param name="Requests">How often it was asked, since the first time.</param>
internal readonly record struct EdgeOrigin(string Host, IPAddress Address, long Requests)
{
    /// <summary>Reads the members.</summary>
    public static EdgeOrigin Read(JsonElement json) =>
        new(
            EdgeHealth.Name(json, "host"),
            IPAddress.TryParse(json.GetProperty("address").GetString(), out var address)
                ? address
                : throw new FormatException("origins.address: it is no address"),
            json.GetProperty("requests").GetInt64()
        );
}

/// <summary>An error of an edge's, and how often it occurred.</summary>
/// <param name="Error">Its name: <c>origin_refused</c>.</param>
/// <param name="IsEdges">Whether it is the edge's fault, else the origin's.</param>
/// <param name="Count">How often, since the start.</param>
internal readonly record struct EdgeCause(string Error, bool IsEdges, long Count)
{
    /// <summary>Reads the members.</summary>
    public static EdgeCause Read(JsonElement json) =>
        new(EdgeHealth.Name(json, "error"), EdgeHealth.Name(json, "blame") == "edge", json.GetProperty("count").GetInt64());
}
