using System.Buffers;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Edge.Guard;
using Holdfast.Edge.KillSwitches;
using Holdfast.Edge.Management;
using Holdfast.Edge.Releases;
using Holdfast.Model.Releases;
using Holdfast.Releases;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Store;
using Holdfast.Releases.Uplink;

namespace Holdfast.Edge.BreakGlass;

/// <summary>What <c>holdfast node show</c> shows: how this edge stands, without control. Any thread; it reads the disk.</summary>
/// <param name="state">The edge.</param>
/// <param name="desk">What was ordered here.</param>
/// <param name="store">The releases.</param>
/// <param name="intake">How the feed is followed.</param>
/// <param name="live">What was refused.</param>
/// <param name="uplink">What waits for control.</param>
internal sealed class NodeView(
    IEdgeState state,
    BreakGlassDesk desk,
    ReleaseStore store,
    ReleaseIntake intake,
    LiveReleases live,
    UplinkRing uplink
)
{
    /// <summary>Most artifacts listed, those first that something was ordered of: an edge may have a million.</summary>
    public const int MostReleases = 200;

    private static readonly string Version =
        typeof(NodeView).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";

    /// <summary>Writes it.</summary>
    /// <param name="output">Gets one JSON object.</param>
    public void Write(IBufferWriter<byte> output)
    {
        var ordered = desk.State;
        var feed = intake.State;
        var shown = new JsonObject
        {
            ["node"] = state.Node,
            ["version"] = Version,
            ["process"] = Environment.ProcessId,
            ["ready"] = state.IsReady,
            ["draining"] = Order(ordered.Draining),
            ["zones"] = state.Zones,
            ["feed"] = new JsonObject
            {
                ["connected"] = feed.Connected,
                ["last_message_on"] = feed.LastMessageAt?.UtcDateTime,
                ["last_error"] = feed.Connected ? null : feed.LastError,
                ["position"] = feed.Position,
                ["held"] = feed.Held,
                ["put_aside"] = feed.PutAside,
            },
            ["pinned_everything"] = Order(ordered.Everything),
            ["pins"] = new JsonArray([.. ordered.Pins.Select(Pin)]),
            ["bypasses"] = new JsonArray([
                .. ordered.Bypasses.Select(bypass =>
                    WithOrder(new JsonObject { ["zone"] = bypass.Zone ?? "*", ["label"] = bypass.Label }, bypass.Order)
                ),
            ]),
            ["kill_switches"] = Kills(ordered, state.KillSwitches),
            ["releases"] = Releases(ordered),
            ["guard"] = GuardJson.Of(state.Guard),
            ["refused"] = feed.Refused,
            ["refusals"] = new JsonArray([
                .. live
                    .Refusals.Reverse()
                    .Select(entry => new JsonObject
                    {
                        ["at"] = entry.At.UtcDateTime,
                        ["kind"] = ArtifactKindNames.Of(entry.Refusal.Release.Kind),
                        ["name"] = entry.Refusal.Release.Name,
                        ["generation"] = entry.Refusal.Release.Generation,
                        ["reason"] = entry.Refusal.Reason,
                    }),
            ]),
            ["taster"] = new JsonObject { ["process"] = state.TasterProcess, ["problem"] = state.TasterProblem },
            ["disk"] = new JsonObject
            {
                ["releases_unsaved"] = feed.Unsaved,
                ["failed_writes"] = feed.FailedWrites,
                ["orders"] = desk.DiskProblem,
                ["uplink_waiting"] = uplink.Count,
                ["uplink"] = uplink.DiskProblem,
                ["cache"] = state.CacheDisk is { } disk ? disk.Problem ?? disk.State.ToString().ToLowerInvariant() : "off",
            },
        };
        using var json = new Utf8JsonWriter(output);
        shown.WriteTo(json);
    }

    private static JsonObject? Order(LocalOrder? order) => order is null ? null : WithOrder([], order);

    private static JsonObject WithOrder(JsonObject shown, LocalOrder order)
    {
        shown["by"] = order.By;
        shown["at"] = order.At.UtcDateTime;
        shown["reason"] = order.Reason;
        return shown;
    }

    private static JsonObject Pin(LocalPin pin) =>
        WithOrder(
            new JsonObject
            {
                ["kind"] = pin.Kind,
                ["name"] = pin.Name,
                ["label"] = pin.Label,
                ["generation"] = pin.Generation,
            },
            pin.Order
        );

    private static JsonArray Kills(LocalState ordered, KillSet all) =>
        [
            .. all.All.Select(kill =>
            {
                var local = ordered.Kills.FirstOrDefault(known => known.Id == kill.Id);
                return new JsonObject
                {
                    ["id"] = kill.Id,
                    ["subject"] = kill.Subject.ToString().ToLowerInvariant(),
                    ["target"] = kill.Target,
                    ["zone"] = kill.ZoneId ?? "*",
                    ["label"] = local?.Label,
                    ["reason"] = kill.Reason,
                    ["by"] = local?.Order.By,
                    ["local"] = local is not null,
                };
            }),
        ];

    private JsonArray Releases(LocalState ordered)
    {
        var marked = ordered.Pins.Select(pin => pin.Name).Concat(ordered.Bypasses.Select(bypass => bypass.Zone ?? "")).ToHashSet();
        var pinnable = store.Artifacts().Where(artifact => !artifact.Removed && FoundArtifact.CanBePinned(artifact.Kind));

        // Names cost a read from the disk: where there are many, only what something was ordered of is looked for.
        var named = pinnable.Take(MostReleases).Select(artifact => (Artifact: artifact, Name: store.NameOf(artifact.Number))).ToList();
        var first = ordered
            .Pins.Where(pin => named.All(entry => entry.Name != pin.Name))
            .Select(pin => intake.Exclusively(() => FoundArtifact.Find(store, pin.Name)))
            .OfType<FoundArtifact>()
            .Select(found => (found.Artifact, found.Name));
        return
        [
            .. first
                .Concat(named.OrderByDescending(entry => marked.Contains(entry.Name)))
                .Take(MostReleases)
                .Select(entry => Release(entry.Artifact, entry.Name, ordered)),
        ];
    }

    private JsonObject Release(StoredArtifact artifact, string name, LocalState ordered)
    {
        var stored = store.Generations(artifact.Number).ToList();
        return new JsonObject
        {
            ["kind"] = ArtifactKindNames.Of(artifact.Kind),
            ["name"] = name,
            ["label"] = FoundArtifact.LabelOf(store, artifact) ?? name,
            ["generation"] = desk.GenerationInUse(artifact, name),
            ["on_disk"] = new JsonArray([
                .. stored
                    .Select(generation => generation.Release)
                    .OfType<Release>()
                    .Select(release => new JsonObject { ["generation"] = release.Generation, ["digest"] = release.Digest }),
            ]),
            ["damaged"] = stored.Count(generation => generation.Problem is not null),
            ["pinned"] = ordered.PinOf(ArtifactKindNames.Of(artifact.Kind), name)?.Generation,
            ["bypassed"] = artifact.Kind == ArtifactKind.Zone && ordered.Bypasses.Any(bypass => bypass.Zone is null || bypass.Zone == name),
        };
    }
}
