using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts;
using Holdfast.Artifacts.KillSwitches;
using Holdfast.Model.Releases;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Store;

namespace Holdfast.Edge.BreakGlass;

/// <summary>Turns commands into plans. It changes nothing; it reads the store, so nothing may change that meanwhile.</summary>
/// <param name="store">The store, opened.</param>
/// <param name="inUse">Whether a generation may be used, as the kill switches and pins say.</param>
internal sealed class NodePlanner(ReleaseStore store, Func<Release, LocalState, bool> inUse)
{
    /// <summary>Why a generation on the disk is no way back; null when it is one.</summary>
    public Func<StoredArtifact, Release, string?> WhyNoWayBack { get; init; } = static (_, _) => null;

    /// <summary>Plans a command.</summary>
    /// <exception cref="NodeRefusedException">It cannot be done.</exception>
    public NodePlan Plan(NodeCommand command, LocalState state)
    {
        var order = new LocalOrder(command.By, command.At, command.Reason);
        return command.Verb switch
        {
            NodeVerb.Pin => command.Everything ? PinEverything(state, order) : Pin(Find(command.Target!), state, order),
            NodeVerb.Unpin => Unpin(command, state),
            NodeVerb.Revert => Revert(Find(command.Target!), command.Generation, state, order),
            NodeVerb.Kill => Kill(command, state, order),
            NodeVerb.Unkill => Unkill(command.Target!, state),
            NodeVerb.Bypass => Bypass(command, state, order),
            NodeVerb.Unbypass => Unbypass(command, state),
            NodeVerb.Drain => new NodePlan(
                state with
                {
                    Draining = order,
                },
                "the edge says that it wants no more visitors; those that come are served"
            ),
            _ => new NodePlan(state with { Draining = null }, "the edge takes visitors again"),
        };
    }

    /// <summary>The generation of an artifact that is used, or null when none can be.</summary>
    public Release? InUse(int artifact, LocalState state) => Usable(artifact).FirstOrDefault(release => inUse(release, state));

    private static NodePlan PinEverything(LocalState state, LocalOrder order) =>
        new(
            state with
            {
                Everything = order,
            },
            "every zone, list and certificate stays as it is on this edge; kill switches and signing keys still come"
        );

    private NodePlan Pin(FoundArtifact found, LocalState state, LocalOrder order)
    {
        var used = InUse(found.Artifact.Number, state) ?? throw new NodeRefusedException($"no generation of {found.Label} can be used");
        return new NodePlan(
            WithPin(state, found, used.Generation, order),
            $"{found.Kind} {found.Label} stays at generation {used.Generation} on this edge"
        );
    }

    private NodePlan Revert(FoundArtifact found, long? wanted, LocalState state, LocalOrder order)
    {
        var used = InUse(found.Artifact.Number, state);
        var below = used?.Generation ?? found.Artifact.Generation + 1;
        var usable = Usable(found.Artifact.Number).ToList();
        var target = usable.FirstOrDefault(release =>
            wanted is { } exact ? release.Generation == exact : release.Generation < below && WhyNoWayBack(found.Artifact, release) is null
        );
        if (target is null)
        {
            var there = usable.Count == 0 ? "none" : string.Join(", ", usable.Select(release => release.Generation));
            throw new NodeRefusedException(
                wanted is { } asked
                    ? $"generation {asked} of {found.Label} is not on this disk; there are {there}"
                    : $"no generation of {found.Label} before {used?.Generation}{(usable.Exists(release => release.Generation < below) ? " that was good here" : "")} is on this disk; there are {there}; 'holdfast node bypass' makes the edge a plain forwarder for a zone"
            );
        }

        if (WhyNoWayBack(found.Artifact, target) is { } reason)
        {
            // Back goes only to what was good here: what failed does not come again by hand either.
            throw new NodeRefusedException($"generation {target.Generation} of {found.Label} is no way back: {reason}");
        }

        var after = WithPin(state, found, target.Generation, order);
        return new NodePlan(
            after,
            $"{found.Kind} {found.Label} went from generation {used?.Generation.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"} to {target.Generation}, and stays there until 'holdfast node unpin'"
        )
        {
            Moves = [new NodePlan.Move(found.Artifact, target, after)],
            Reverted = used,
        };
    }

    private NodePlan Unpin(NodeCommand command, LocalState state)
    {
        var pins = command.Everything ? state.Pins : [PinOf(command.Target!, state)];
        if (command.Everything && pins.IsEmpty && state.Everything is null)
        {
            throw new NodeRefusedException("nothing is pinned on this edge");
        }

        // One after the other: what is refused keeps its pin.
        var after = state;
        var moves = new List<NodePlan.Move>();
        foreach (var pin in pins)
        {
            after = after with { Pins = after.Pins.Remove(pin) };
            if (
                FoundArtifact.Find(store, pin.Name) is { } found
                && InUse(found.Artifact.Number, after) is { } newest
                && newest.Generation != pin.Generation
            )
            {
                moves.Add(new NodePlan.Move(found.Artifact, newest, after));
            }
        }

        after = command.Everything ? after with { Everything = null } : after;
        var what = command.Everything ? "everything follows" : $"{pins[0].Kind} {pins[0].Label} follows";
        return new NodePlan(after, $"{what} control again") { Moves = [.. moves], Lifts = true };
    }

    private NodePlan Kill(NodeCommand command, LocalState state, LocalOrder order)
    {
        var zone = command.Everything ? null : Zone(command.Target!);
        var json = new JsonObject
        {
            ["id"] = ArtifactId.New(),
            ["reason"] = command.Reason ?? "set on this machine",
            ["subject"] = command.Subject,
            ["target"] = command.Killed,
            ["zone"] = zone?.Name ?? KillSwitchArtifact.Everywhere,
        };

        // The same checks as for those that control releases.
        if (
            !KillSwitchArtifact.TryParse(
                KillSwitchArtifact.FormatVersion,
                JsonSerializer.SerializeToUtf8Bytes(json),
                out var kill,
                out var problems
            )
        )
        {
            throw new NodeRefusedException(ArtifactProblem.Summary(problems));
        }

        RefuseTooMany(state.Kills.Length, "kill switches");
        var local = new LocalKill(
            LocalKills.Prefix + kill.Id[..12],
            KillSwitchArtifact.NameOf(kill.Subject),
            kill.Target,
            kill.ZoneId,
            zone?.Label ?? KillSwitchArtifact.Everywhere,
            order
        );
        return new NodePlan(
            state with
            {
                Kills = state.Kills.Add(local),
            },
            $"{local.Subject} {local.Target} is out of use {(zone is null ? "in every zone" : $"in {zone.Label}")}; 'holdfast node unkill {local.Id}' takes it back"
        );
    }

    private static NodePlan Unkill(string id, LocalState state)
    {
        var kill =
            state.Kills.FirstOrDefault(known => known.Id == id)
            ?? throw new NodeRefusedException(
                $"no kill switch {id} was set on this machine; 'holdfast node show' lists them, and those of control are taken back with 'holdfast kill remove'"
            );
        return new NodePlan(state with { Kills = state.Kills.Remove(kill) }, $"{kill.Subject} {kill.Target} is in use again");
    }

    private NodePlan Bypass(NodeCommand command, LocalState state, LocalOrder order)
    {
        var zone = command.Everything ? null : Zone(command.Target!);
        RefuseTooMany(state.Bypasses.Length, "bypasses");
        var bypass = new LocalBypass(zone?.Name, zone?.Label ?? KillSwitchArtifact.Everywhere, order);
        return new NodePlan(
            state with
            {
                Bypasses = [.. state.Bypasses.Where(known => known.Zone != bypass.Zone), bypass],
            },
            $"{(zone is null ? "every zone" : zone.Label)} is only forwarded to its origin now: no rules, no cache; TLS stays"
        );
    }

    private NodePlan Unbypass(NodeCommand command, LocalState state)
    {
        if (command.Everything)
        {
            return state.Bypasses.IsEmpty
                ? throw new NodeRefusedException("no zone is bypassed on this edge")
                : new NodePlan(state with { Bypasses = [] }, "every zone has its rules and its cache again");
        }

        var zone = Zone(command.Target!);
        var bypass =
            state.Bypasses.FirstOrDefault(known => known.Zone == zone.Name)
            ?? throw new NodeRefusedException(
                state.Bypasses.Any(known => known.Zone is null)
                    ? "every zone is bypassed; 'holdfast node unbypass --everything' takes that back"
                    : $"{zone.Label} is not bypassed on this edge"
            );
        return new NodePlan(state with { Bypasses = state.Bypasses.Remove(bypass) }, $"{zone.Label} has its rules and its cache again");
    }

    private static LocalState WithPin(LocalState state, FoundArtifact found, long generation, LocalOrder order)
    {
        var others = state.Pins.Where(pin => pin.Kind != found.Kind || pin.Name != found.Name).ToList();
        RefuseTooMany(others.Count, "pins");
        return state with { Pins = [.. others, new LocalPin(found.Kind, found.Name, found.Label, generation, order)] };
    }

    private static LocalPin PinOf(string target, LocalState state) =>
        state.Pins.FirstOrDefault(pin => pin.Label == target || pin.Name == target)
        ?? throw new NodeRefusedException(
            state.Everything is null
                ? $"{target} is not pinned on this edge"
                : $"{target} has no pin of its own; everything is pinned, and 'holdfast node unpin --everything' takes that back"
        );

    private static void RefuseTooMany(int there, string what)
    {
        if (there >= LocalState.MostOfEach)
        {
            throw new NodeRefusedException($"there are {there} {what} on this edge, which is the most there can be");
        }
    }

    private FoundArtifact Find(string target) =>
        FoundArtifact.Find(store, target)
        ?? throw new NodeRefusedException(
            $"there is no zone, list or certificate {target} on this edge; name a zone or a list, or give an id"
        );

    private FoundArtifact Zone(string target) =>
        FoundArtifact.FindZone(store, target) ?? throw new NodeRefusedException($"there is no zone {target} on this edge");

    private IEnumerable<Release> Usable(int artifact) =>
        store.Generations(artifact).Select(stored => stored.Release).OfType<Release>().Where(release => !release.Removed);
}
