using System.Buffers;
using System.Text.Json;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Guard;
using Holdfast.Edge.Reporting;
using Holdfast.Releases;

namespace Holdfast.Edge.Management;

/// <summary>
/// What the status page asks every few seconds, and is told: counters since the start, of the edge and of each zone, by whose fault errors and
/// waits were; modules' faults; the releases that something was done with last. Counters only grow, so that a lost document loses nothing;
/// <c>started</c> says when they began, so that a reader knows a restart.
/// </summary>
internal static class HealthJson
{
    /// <summary>Beyond it zones are told without their errors by cause and their origins: a thousand zones take at most half of what is left of 1 MiB.</summary>
    private const long MostBytesWithMore = 600_000;

    private static readonly DateTimeOffset Started = System.Diagnostics.Process.GetCurrentProcess().StartTime.ToUniversalTime();

    /// <summary>The answer of <c>/holdfast/health</c>, at most 1 MiB with the longest names.</summary>
    public static void Write(IEdgeState state, EdgeCounters counters, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("node", state.Node);
        json.WriteString("place", state.Place);
        json.WriteString("at", state.Now.UtcDateTime);
        json.WriteString("started", Started.UtcDateTime);
        json.WriteBoolean("ready", state.IsReady);
        json.WriteBoolean("draining", state.IsDraining);
        Counts(json, counters.Requests, counters.EdgeErrors, counters.OriginErrors, counters.EdgeSlow, counters.OriginSlow);
        json.WriteStartArray("errors");
        foreach (var info in EdgeErrorCatalog.All)
        {
            if (info.Blame != Blame.Visitor && counters.Value(info.Error) is > 0 and var count)
            {
                WriteError(json, info.Name, info.Blame, count);
            }
        }

        json.WriteEndArray();
        GuardJson.Write(json, state.Guard);
        WriteReleases(json, state);
        json.WriteStartArray("zones");
        foreach (var (id, zone) in counters.Zones.Read(Environment.TickCount64))
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteString("name", zone.Name);
            json.WriteNumber("generation", zone.Generation);
            Counts(json, zone);
            WriteMore(json, zone);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("other_zones");
        Counts(json, counters.Zones.Others);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteError(Utf8JsonWriter json, string error, Blame blame, long count)
    {
        json.WriteStartObject();
        json.WriteString("error", error);
        json.WriteString("blame", blame == Blame.Edge ? "edge" : "origin");
        json.WriteNumber("count", count);
        json.WriteEndObject();
    }

    private static void WriteMore(Utf8JsonWriter json, ZoneCount zone)
    {
        // Many errors, and long names of many origins, must not keep the rest from being read.
        if (json.BytesCommitted + json.BytesPending > MostBytesWithMore)
        {
            return;
        }

        json.WriteStartArray("errors");
        foreach (var (error, blame, count) in zone.Errors.All)
        {
            WriteError(json, error, blame, count);
        }

        json.WriteEndArray();
        json.WriteStartArray("origins");
        foreach (var origin in zone.Origins.All)
        {
            json.WriteStartObject();
            json.WriteString("host", origin.Host);
            json.WriteString("address", origin.Address.ToString());
            json.WriteNumber("requests", origin.Requests);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteReleases(Utf8JsonWriter json, IEdgeState state)
    {
        json.WriteStartArray("releases");
        foreach (var release in state.Recent)
        {
            json.WriteStartObject();
            json.WriteString("kind", ArtifactKindNames.Of(release.Kind));
            json.WriteString("name", release.Name);
            json.WriteNumber("generation", release.Generation);
            json.WriteString("step", release.Step);
            json.WriteString("at", release.At.UtcDateTime);
            json.WriteString("changed_at", release.ChangedAt.UtcDateTime);
            json.WriteString("reason", release.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Counts(Utf8JsonWriter json, ZoneCount count) =>
        Counts(json, count.Requests, count.EdgeErrors, count.OriginErrors, count.EdgeSlow, count.OriginSlow);

    private static void Counts(Utf8JsonWriter json, long requests, long edgeErrors, long originErrors, long edgeSlow, long originSlow)
    {
        json.WriteNumber("requests", requests);
        json.WriteNumber("edge_errors", edgeErrors);
        json.WriteNumber("origin_errors", originErrors);
        json.WriteNumber("edge_slow", edgeSlow);
        json.WriteNumber("origin_slow", originSlow);
    }
}
