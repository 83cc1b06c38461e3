using System.Buffers;
using System.Text.Json;
using Holdfast.Artifacts.KillSwitches;
using Holdfast.Cache.Disk;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Guard;
using Holdfast.Edge.KillSwitches;
using Holdfast.Edge.Reporting;
using Holdfast.Edge.Rules.Counting;

namespace Holdfast.Edge.Management;

/// <summary>The management listener's JSON documents.</summary>
internal static class StateJson
{
    /// <summary>Most releases listed: an edge may have a million.</summary>
    public const int MaxReleases = 1000;

    /// <summary>Most rules listed, those first that acted most.</summary>
    public const int MaxRules = 1000;

    /// <summary>Whether the edge is ready, and what it knows: the answer of <c>/readyz</c>.</summary>
    public static void WriteReady(IEdgeState state, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        WriteSummary(json, state);
        json.WriteEndObject();
    }

    /// <summary>Node, releases and counters: the answer of <c>/holdfast/state</c>.</summary>
    public static void WriteState(IEdgeState state, EdgeCounters counters, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        WriteSummary(json, state);
        json.WriteStartObject("counters");
        json.WriteNumber("requests", counters.Requests);
        json.WriteNumber("edge_errors", counters.EdgeErrors);
        json.WriteNumber("origin_errors", counters.OriginErrors);
        json.WriteNumber("open_connections", counters.OpenConnections);
        json.WriteNumber("log_drops", counters.LogDrops);
        json.WriteStartObject("errors");
        foreach (var info in EdgeErrorCatalog.All)
        {
            var count = counters.Value(info.Error);
            if (count > 0)
            {
                json.WriteNumber(info.Name, count);
            }
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject("taster");
        if (state.TasterProcess is { } taster)
        {
            json.WriteNumber("process", taster);
        }

        json.WriteNumber("put_aside", state.PutAside);
        json.WriteString("problem", state.TasterProblem);
        json.WriteEndObject();
        WriteRules(json, state.RuleCounts);
        GuardJson.Write(json, state.Guard);
        WriteKillSwitches(json, state.KillSwitches);
        json.WriteStartArray("releases");
        foreach (var release in state.LiveReleases(MaxReleases))
        {
            json.WriteStartObject();
            json.WriteString("kind", JsonNamingPolicy.SnakeCaseLower.ConvertName(release.Kind.ToString()));
            json.WriteString("name", release.Name);
            json.WriteNumber("generation", release.Generation);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteKillSwitches(Utf8JsonWriter json, KillSet kills)
    {
        json.WriteStartArray("kill_switches");
        foreach (var kill in kills.All)
        {
            json.WriteRawValue(KillSwitchArtifact.Write(kill));
        }

        json.WriteEndArray();
    }

    private static void WriteRules(Utf8JsonWriter json, RuleCounts counts)
    {
        json.WriteStartArray("rules");
        foreach (var (zone, rule, count) in counts.All.OrderByDescending(entry => entry.Count.Acted).Take(MaxRules))
        {
            json.WriteStartObject();
            json.WriteString("zone", zone);
            json.WriteString("rule", rule);
            json.WriteString("action", count.Action);
            json.WriteNumber("acted", count.Acted);
            json.WriteString("last_acted", DateTimeOffset.FromUnixTimeMilliseconds(count.LastActed).UtcDateTime);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteSummary(Utf8JsonWriter json, IEdgeState state)
    {
        json.WriteString("node", state.Node);
        json.WriteBoolean("ready", state.IsReady);
        json.WriteBoolean("draining", state.IsDraining);
        json.WriteNumber("position", state.Position);
        json.WriteStartObject("purged");
        json.WriteString("log", state.Purged.Log);
        json.WriteNumber("sequence", state.Purged.Sequence);
        json.WriteEndObject();
        WriteCacheDisk(json, state.CacheDisk);
        json.WriteNumber("zones", state.Zones);
        json.WriteString("http3", state.Http3);
        json.WriteString("last_feed_error", state.LastFeedError);
    }

    private static void WriteCacheDisk(Utf8JsonWriter json, DiskStore? disk)
    {
        json.WriteStartObject("cache_disk");
        json.WriteString("state", disk is null ? "off" : JsonNamingPolicy.SnakeCaseLower.ConvertName(disk.State.ToString()));
        if (disk is not null)
        {
            json.WriteNumber("objects", disk.Count);
            json.WriteNumber("bytes", disk.Bytes);
            json.WriteString("problem", disk.Problem);
        }

        json.WriteEndObject();
    }
}
