using System.Buffers;
using System.Text.Json;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Reporting;

namespace Holdfast.Edge.Management;

/// <summary>
/// What the status page asks every few seconds: counters since the start, of the edge and of each zone, by whose fault errors were. All only
/// grow; <c>started</c> says when they began, so that a reader knows a restart.
/// </summary>
internal static class HealthJson
{
    private static readonly DateTimeOffset Started = System.Diagnostics.Process.GetCurrentProcess().StartTime.ToUniversalTime();

    /// <summary>The answer of <c>/holdfast/health</c>.</summary>
    public static void Write(IEdgeState state, EdgeCounters counters, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("node", state.Node);
        json.WriteString("started", Started.UtcDateTime);
        json.WriteBoolean("ready", state.IsReady);
        json.WriteBoolean("draining", state.IsDraining);
        Counts(json, counters.Requests, counters.EdgeErrors, counters.OriginErrors);
        json.WriteStartArray("errors");
        foreach (var info in EdgeErrorCatalog.All)
        {
            if (info.Blame != Blame.Visitor && counters.Value(info.Error) is > 0 and var count)
            {
                json.WriteStartObject();
                json.WriteString("error", info.Name);
                json.WriteString("blame", info.Blame == Blame.Edge ? "edge" : "origin");
                json.WriteNumber("count", count);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
        json.WriteStartArray("zones");
        foreach (var (id, zone) in counters.Zones.Read(Environment.TickCount64))
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteString("name", zone.Name);
            Counts(json, zone.Requests, zone.EdgeErrors, zone.OriginErrors);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("other_zones");
        Counts(json, counters.Zones.Others.Requests, counters.Zones.Others.EdgeErrors, counters.Zones.Others.OriginErrors);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Counts(Utf8JsonWriter json, long requests, long edgeErrors, long originErrors)
    {
        json.WriteNumber("requests", requests);
        json.WriteNumber("edge_errors", edgeErrors);
        json.WriteNumber("origin_errors", originErrors);
    }
}
