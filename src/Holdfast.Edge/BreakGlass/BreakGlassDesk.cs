using System.Text.Json.Nodes;
using Holdfast.Edge.KillSwitches;
using Holdfast.Model.Releases;
using Holdfast.Model.Uplink;
using Holdfast.Releases;
using Holdfast.Releases.Feed;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Keys;
using Holdfast.Releases.Store;
using Holdfast.Releases.Uplink;
using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.BreakGlass;

/// <summary>
/// Does what is ordered at this machine, without control: one command at a time, each reported upward whatever came of it. What was ordered
/// survives restarts, and what was ordered while the edge did not run is done by <see cref="Open"/>.
/// </summary>
/// <param name="directory">The edge's directory.</param>
/// <param name="store">The releases.</param>
/// <param name="kills">The kill switches.</param>
/// <param name="uplink">Where commands are told, for control's audit log.</param>
/// <param name="logger">Where they are told too.</param>
internal sealed partial class BreakGlassDesk(
    string directory,
    ReleaseStore store,
    KillSwitchBoard kills,
    IUplinkSink uplink,
    ILogger<BreakGlassDesk> logger
) : IReleasePins
{
    private readonly LocalStateFile _file = new(directory);
    private readonly WaitingCommands _waiting = new(directory);
    private readonly SemaphoreSlim _one = new(1);
    private volatile LocalState _state = LocalState.Empty;
    private ReleaseIntake? _intake;

    /// <summary>What is in force.</summary>
    public LocalState State => _state;

    /// <summary>Whether this process was started in bypass, because those before it have died again and again.</summary>
    public bool IsBypassed { get; init; }

    /// <summary>Why what is in force would be forgotten with this process; null when it is on the disk.</summary>
    public string? DiskProblem { get; private set; }

    /// <summary>Says of a release on the disk that it is not for all requests: it was refused, or is beside what is live.</summary>
    public Func<Release, bool> IsOut { get; set; } = static _ => false;

    /// <summary>Why a generation on the disk is no way back, or null: see <see cref="ReleaseIntake.WhyNoWayBack"/>.</summary>
    public Func<StoredArtifact, Release, string?> WhyNoWayBack { get; set; } = static (_, _) => null;

    /// <inheritdoc/>
    public bool Holds(ArtifactKind kind, string name, long generation) =>
        Holds(kind, name, generation, _state) || (IsBypassed && kind == ArtifactKind.List);

    /// <inheritdoc/>
    public bool KeepsOut(Release release, long newest) =>
        Holds(release.Kind, release.Name, release.Generation)
        || (_state.Everything is not null && FoundArtifact.CanBePinned(release.Kind) && release.Generation > newest);

    /// <summary>Reads what was ordered, and does what was ordered while the edge did not run. Before any release is taken into use.</summary>
    public void Open()
    {
        Note(_waiting.Make());
        _state = _file.Read(out var problem);
        Note(problem);
        PutInForce(_state);
        if (IsBypassed)
        {
            LogBypassed();
            uplink.Add(UplinkRecordTypes.EdgeBypassed, new JsonObject { ["reason"] = "the edge has died again and again" });
        }

        foreach (var command in _waiting.Read(out problem).Where(command => !_state.Done.Contains(command.Id)))
        {
            NodeOutcome outcome;
            try
            {
                // What lies on the disk was tasted when it came; the start itself runs the checks.
                var plan = Planner().Plan(command, _state);
                Save(plan.After.WithDone(command.Id));
                TellReverted(plan, command);
                outcome = new NodeOutcome(true, plan.Said);
            }
            catch (NodeRefusedException e)
            {
                Save(_state.WithDone(command.Id));
                outcome = new NodeOutcome(false, e.Message);
            }

            Report(command, outcome, waited: true);
        }

        Note(problem);
        if (DiskProblem is null)
        {
            _waiting.Clear();
        }
    }

    /// <summary>
    /// Does what was left in the file while the edge was starting. Call it when commands can be given directly: whoever leaves one in the file
    /// looks once more whether the edge answers.
    /// </summary>
    public async Task DoWaitingAsync(CancellationToken cancellationToken)
    {
        foreach (var command in _waiting.Read(out var problem))
        {
            Note(problem);
            await DoAsync(command, cancellationToken).ConfigureAwait(false);
        }

        if (DiskProblem is null)
        {
            _waiting.Clear();
        }
    }

    /// <summary>From now on commands are done at once.</summary>
    public void Attach(ReleaseIntake intake) => _intake = intake;

    /// <summary>Does a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Gives up before anything is changed.</param>
    /// <returns>What came of it.</returns>
    public async Task<NodeOutcome> DoAsync(NodeCommand command, CancellationToken cancellationToken)
    {
        var intake = _intake ?? throw new InvalidOperationException("The desk has no intake yet.");
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_state.Done.Contains(command.Id))
            {
                return new NodeOutcome(true, "it was done already");
            }

            NodeOutcome outcome;
            try
            {
                var plan = intake.Exclusively(() => Planner().Plan(command, _state));
                outcome = new NodeOutcome(true, await CarryOutAsync(plan, command, intake, cancellationToken).ConfigureAwait(false));
            }
            catch (NodeRefusedException e)
            {
                outcome = new NodeOutcome(false, e.Message);
            }

            Report(command, outcome, waited: false);
            return outcome;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>The generation of an artifact that is used here, 0 for none. Any thread; it may read the disk.</summary>
    public long GenerationInUse(StoredArtifact artifact, string name) =>
        Holds(artifact.Kind, name, artifact.Generation) || kills.Set.TakesOut(name, artifact.Generation)
            ? Planner().InUse(artifact.Number, _state)?.Generation ?? 0
            : artifact.Generation;

    private NodePlanner Planner() => new(store, IsUsable) { WhyNoWayBack = WhyNoWayBack };

    private bool IsUsable(Release release, LocalState state) =>
        !IsOut(release)
        && !Holds(release.Kind, release.Name, release.Generation, state)
        && !(release.Kind == ArtifactKind.Zone && kills.Set.TakesOut(release.Name, release.Generation));

    private static bool Holds(ArtifactKind kind, string name, long generation, LocalState state) =>
        !state.Pins.IsEmpty && state.PinOf(ArtifactKindNames.Of(kind), name) is { } pin && generation > pin.Generation;

    private async Task<string> CarryOutAsync(NodePlan plan, NodeCommand command, ReleaseIntake intake, CancellationToken cancellationToken)
    {
        var said = plan.Said;
        foreach (var move in plan.Moves)
        {
            var (refusal, untasted) = await intake
                .UseStoredAsync(move.Artifact, move.Release, () => Save(move.After), cancellationToken)
                .ConfigureAwait(false);
            if (refusal is not null)
            {
                throw new NodeRefusedException($"generation {move.Release.Generation} of {move.Release.Name} cannot be used: {refusal}");
            }

            said += untasted ? "; there was no taster to load it first, as there was when it came" : "";
        }

        Save(plan.After.WithDone(command.Id));
        TellReverted(plan, command);
        if (plan.Lifts)
        {
            intake.ReadHeldAgain();
        }

        return DiskProblem is { } problem ? $"{said}; it will be forgotten when this process ends, because {problem}" : said;
    }

    private void PutInForce(LocalState state) =>
        kills.SetLocal(LocalKills.Of(state), IsBypassed ? [null] : state.Bypasses.Select(bypass => bypass.Zone));

    private void Save(LocalState state)
    {
        var before = _state;
        _state = state;
        if (before.Kills != state.Kills || before.Bypasses != state.Bypasses)
        {
            PutInForce(state);
        }

        try
        {
            _file.Write(state);
            DiskProblem = null;
        }
        catch (Exception e) when (e is KeyFileException or IOException or UnauthorizedAccessException)
        {
            // A full disk costs durability alone.
            DiskProblem = e.Message;
        }
    }

    private void TellReverted(NodePlan plan, NodeCommand command)
    {
        if (plan.Reverted is { } release)
        {
            uplink.Add(
                UplinkRecordTypes.ReleaseProgress,
                ReleaseProgressCodec.Encode(
                    new ReleaseProgress
                    {
                        Kind = release.Kind,
                        Name = release.Name,
                        Generation = release.Generation,
                        Digest = release.Digest,
                        Stage = ReleaseStage.Reverted,
                        Share = 0,
                        Reason = $"ordered on this node's own machine by {command.By}{(command.Reason is { } why ? $": {why}" : "")}",
                        At = command.At,
                    }
                )
            );
        }
    }

    private void Report(NodeCommand command, NodeOutcome outcome, bool waited)
    {
        LogCommand(
            command.Verb,
            command.Target ?? (command.Everything ? "everything" : ""),
            command.By,
            outcome.IsDone ? "done" : "refused",
            outcome.Text
        );
        uplink.Add(
            UplinkRecordTypes.NodeCommand,
            new JsonObject
            {
                ["id"] = command.Id,
                ["verb"] = command.Verb.ToString().ToLowerInvariant(),
                ["target"] = command.Target,
                ["everything"] = command.Everything,
                ["generation"] = command.Generation,
                ["subject"] = command.Subject,
                ["killed"] = command.Killed,
                ["reason"] = command.Reason,
                ["by"] = command.By,
                ["given_at"] = command.At.UtcDateTime,
                ["waited"] = waited,
                ["outcome"] = outcome.IsDone ? "done" : "refused",
                ["text"] = outcome.Text,
            }
        );
    }

    private void Note(string? problem)
    {
        if (problem is not null)
        {
            LogUnread(problem);
        }
    }

    [LoggerMessage(
        EventId = 1131,
        Level = LogLevel.Warning,
        Message = "Ordered on this machine by {By}: {Verb} {Target}: {Outcome}: {Text}."
    )]
    private partial void LogCommand(NodeVerb verb, string target, string by, string outcome, string text);

    [LoggerMessage(
        EventId = 1135,
        Level = LogLevel.Error,
        Message = "This edge has died again and again, and was started in bypass: every zone is only forwarded, without rules, lists and cache."
    )]
    private partial void LogBypassed();

    [LoggerMessage(EventId = 1132, Level = LogLevel.Error, Message = "What was ordered on this machine is not all known: {Problem}.")]
    private partial void LogUnread(string problem);
}
