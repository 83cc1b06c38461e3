using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Holdfast.Model.Releases;
using Holdfast.Model.Uplink;
using Holdfast.Releases.Rollout;
using Holdfast.Releases.Store;

namespace Holdfast.Releases.Intake;

/// <summary>
/// An edge's end of the pipeline. <see cref="Boot"/> takes into use what is on the disk, without control; <see cref="RunAsync"/> then
/// follows the feed until it is cancelled. Every release is verified, checked and activated by itself: one that is refused changes
/// nothing, and the next one is dealt with at once.
/// </summary>
public sealed partial class ReleaseIntake
{
    // Releases of a long burst after which the position is written: a flush to the disk costs about as much as taking twenty.
    private const int SaveEvery = 1_000;

    // A disk that loses one record may lose many; the whole feed may be a million releases.
    private static readonly TimeSpan ReadAgainInterval = TimeSpan.FromMinutes(1);

    private readonly ReleaseIntakeOptions _options;
    private readonly Dictionary<ArtifactKind, IArtifactCheck> _checks;
    private readonly Dictionary<ArtifactKind, IReleaseConsumer> _consumers;
    private readonly RefusedDigests _refused;
    private readonly FeedProgress _progress = new();
    private readonly IntakeTasting _tasting;
    private readonly RetryDelay _delay;
    private readonly ConcurrentDictionary<int, bool> _damaged = new();

    // Up to which generation control knows of each artifact that was refused here. Under the gate; one at most for each artifact.
    private readonly Dictionary<(ArtifactKind, string), long> _refusedUpTo = [];
    private int _sinceSaved;
    private volatile Activation? _activating;
    private volatile bool _readAgain;

    // A key that this edge does not believe, and control signs with: what it signed must come again when it is believed.
    private string? _unknownKey;
    private long? _readAgainAt;
    private volatile IntakeState _state = new();

    /// <summary>An intake that has not begun.</summary>
    public ReleaseIntake(ReleaseIntakeOptions options)
    {
        _options = options;
        _checks = options.Checks.ToDictionary(check => check.Kind);
        _consumers = options.Consumers.ToDictionary(consumer => consumer.Kind);
        _delay = new RetryDelay(options.Random);
        _refused = new RefusedDigests(options.RefusalsPath is { } path ? new RefusalFile(path, options.Build) : null);
        _tasting = new IntakeTasting(options);
        _rollout = new RolloutTable(options.Rollout ?? new RolloutOptions());
        _crashes = new CrashLoop(options.CrashesPath);
        _began = options.Time.GetTimestamp();
    }

    /// <summary>How it stands; may be read from any thread.</summary>
    public IntakeState State => _state;

    /// <summary>
    /// Takes what is on the disk into use. Call it once, before <see cref="RunAsync"/> and before the edge answers its first visitor.
    /// Never throws for what is on the disk.
    /// </summary>
    /// <returns>What was found, and what could not be used.</returns>
    public StoreContents Boot()
    {
        _options.Purges?.Boot();
        var contents = _options.Store.Open(KeyOf);
        foreach (var problem in contents.Problems)
        {
            _options.Observer?.StoreProblem(problem);
        }

        var problems = new List<StoreProblem>(contents.Problems);
        if (_refused.Open() is { } unread)
        {
            _options.Observer?.StoreProblem(unread);
        }

        _options.Opened?.Invoke();

        BootRollout();
        var before = problems.Count;
        foreach (var artifact in _options.Store.Artifacts())
        {
            if (!artifact.Removed && _consumers.TryGetValue(artifact.Kind, out var consumer) && !consumer.Restore(artifact))
            {
                BootEagerly(artifact, problems);
            }
        }

        // The feed has a newer one perhaps: it is asked for everything again, and refused digests are not retried.
        var position = problems.Count == before && _state.Refused == 0 ? contents.Position : 0;
        Update(state => state with { Position = position });
        return contents with { Position = position, Problems = problems };
    }

    /// <summary>
    /// Says that an artifact's newest release is damaged on the disk. The feed is read again from its beginning, and that release taken
    /// when it comes, although its generation is known. Said again of one that did not come, it changes nothing. Any thread.
    /// </summary>
    public void ReportDamage(int artifact)
    {
        if (_damaged.TryAdd(artifact, true))
        {
            _readAgain = true;
        }
    }

    /// <summary>The artifacts in use, with their generations, in the order in which they came. Any thread.</summary>
    public IEnumerable<StoredArtifact> Live()
    {
        foreach (var artifact in _options.Store.Artifacts())
        {
            // Read after the artifact: the store has a release a moment before it is in use.
            var activating = _activating;
            if (activating is null || activating.Number != artifact.Number)
            {
                if (!artifact.Removed)
                {
                    yield return LiveOf(artifact);
                }
            }
            else if (activating.Before is { } before)
            {
                yield return before;
            }
        }
    }

    private ulong KeyOf(Release release) => _consumers.GetValueOrDefault(release.Kind)?.KeyOf(release) ?? 0;

    private void BootEagerly(StoredArtifact artifact, List<StoreProblem> problems)
    {
        foreach (var stored in _options.Store.Generations(artifact.Number))
        {
            if (stored.Release is { Removed: false } release)
            {
                if ((_options.Rollout is not null && _refused.ReasonFor(release) is not null) || IsPinnedAway(release))
                {
                    continue;
                }

                if (Refusal(release, out var prepared) is not { } reason)
                {
                    prepared!.Activate(artifact.Number, null);
                    Update(state => state with { Accepted = state.Accepted + 1 });
                    _options.Observer?.Accepted(release, fromStore: true);
                    return;
                }

                Refuse(release, reason, fromStore: true);
            }
            else if (stored.Problem is { } problem)
            {
                _damaged.TryAdd(artifact.Number, true);
                problems.Add(problem);
                _options.Observer?.StoreProblem(problem);
            }
        }
    }

    /// <summary>Deals with the releases that have come: those that pass are tasted together, then each is dealt with in its turn.</summary>
    private async ValueTask TasteAsync(CancellationToken cancellationToken)
    {
        if (_tasting.IsEmpty)
        {
            return;
        }

        var batch = _tasting.Take();
        var reasons = new string?[batch.Count];
        var candidates = new List<Release>(batch.Count);
        lock (_gate)
        {
            for (var i = 0; i < batch.Count; i++)
            {
                reasons[i] = IsPinnedOut(batch[i].Position, batch[i].Release) ? "" : ReasonBefore(batch[i].Release);
                if (reasons[i] is null && IsTasted(batch[i].Release))
                {
                    candidates.Add(batch[i].Release);
                }
            }
        }

        var verdicts = await _tasting.TasteAsync(candidates, cancellationToken).ConfigureAwait(false);
        for (int i = 0, tasted = 0; i < batch.Count; i++)
        {
            var (position, release) = batch[i];
            lock (_gate)
            {
                if (reasons[i] is { } reason)
                {
                    if (reason.Length > 0)
                    {
                        NoteKey(release);
                        Refuse(release, reason, fromStore: false);
                    }
                }
                else
                {
                    Act(position, release, IsTasted(release) ? verdicts[tasted++] : TasteVerdict.Good);
                }
            }
        }

        _sinceSaved += batch.Count;
        if (_sinceSaved >= SaveEvery)
        {
            SavePosition();
        }

        Update(state => state with { Position = _progress.Settled, PutAside = _tasting.PutAside, TasterProblem = _tasting.Problem });
    }

    private void TakeLate()
    {
        var any = false;
        while (_tasting.TryTakeLate(out var position, out var late))
        {
            any = true;
            _progress.Close(position);

            // A newer generation may have come meanwhile, and been taken.
            lock (_gate)
            {
                if (late.Verdict.Outcome != TasteOutcome.Good || !IsOvertaken(late.Release))
                {
                    Act(position, late.Release, late.Verdict);
                }
            }
        }

        if (any)
        {
            Update(state => state with { Position = _progress.Settled, PutAside = _tasting.PutAside });
        }
    }

    private void Act(long position, Release release, TasteVerdict verdict)
    {
        switch (verdict.Outcome)
        {
            case TasteOutcome.Good:
                if (!IsPinnedOut(position, release))
                {
                    Use(position, release);
                }

                break;

            case TasteOutcome.Refused:
                Remember(release, verdict.Reason!, forGood: true);
                Refuse(release, verdict.Reason!, fromStore: false);
                break;

            case TasteOutcome.Later:
                _progress.Open(position);
                if (_tasting.PutAsideAt(position, release))
                {
                    _options.Observer?.PutAside(release);
                }

                break;

            case TasteOutcome.Unavailable:
                _progress.Wait(position);
                break;
        }
    }

    private bool IsOvertaken(Release release) =>
        _options.Store.Find(release.Kind, release.Name) is { } live && release.Generation <= live.Generation;

    /// <summary>Everything that says no before the release is loaded anywhere.</summary>
    /// <returns>Null when it is to be tasted, empty when it is dealt with already, else why it is refused.</returns>
    private string? ReasonBefore(Release release)
    {
        var known = _options.Store.Find(release.Kind, release.Name);
        if (_refused.ReasonFor(release) is { } refused)
        {
            RefuseAgain(release, refused, known);
            return "";
        }

        if ((!IsDamaged(known) && _options.Store.Has(release)) || IsHeldAlready(release))
        {
            return "";
        }

        var reason = _consumers.ContainsKey(release.Kind)
            ? _options.Verifier.Verify(release)
            : "this build does not know its kind of artifact";
        return reason ?? ReasonOfOrder(release, known);
    }

    private string? ReasonOfOrder(Release release, StoredArtifact? known) =>
        known is { } live && (release.Generation < live.Generation || (release.Generation == live.Generation && !IsDamaged(known)))
            ? $"its generation {release.Generation} is not above {live.Generation}, which is in use"
            : null;

    // A held release comes again with a feed that was lost; the one that is held is tasted.
    private bool IsHeldAlready(Release release) =>
        _rollout.HeldOf(release) is { } held && release.Generation <= held.Release.Generation && !release.Removed;

    private bool IsDamaged(StoredArtifact? known) => known is { } at && _damaged.ContainsKey(at.Number);

    /// <summary>Loads a release and takes it into use.</summary>
    private void Use(long position, Release release)
    {
        var known = _options.Store.Find(release.Kind, release.Name);
        if (_refused.ReasonFor(release) is not null || (!IsDamaged(known) && _options.Store.Has(release)))
        {
            // The same came twice in one burst.
            return;
        }

        if (_options.KeepsUntried && !release.Removed && ReasonOfOrder(release, known) is null)
        {
            _options.Store.Keep(release, KeyOf(release), out _);
        }

        PreparedRelease? prepared = null;
        var reason = ReasonOfOrder(release, known);
        if (reason is null && _options.Rollout is not null && IsHeld(position, release, known))
        {
            return;
        }

        reason ??= release.Removed ? null : Refusal(release, out prepared);
        if (reason is not null)
        {
            NoteKey(release);
            Refuse(release, reason, fromStore: false);
            return;
        }

        Activate(release, prepared, known);
    }

    private void NoteKey(Release release)
    {
        if (!_options.Verifier.Believes(release.KeyId))
        {
            _unknownKey = release.KeyId;
        }
    }

    private void Remember(Release release, string reason, bool forGood = false)
    {
        if (!_options.ForgetsRefusals && _refused.Add(release, reason, forGood) is { } problem)
        {
            _options.Observer?.StoreProblem(problem);
        }
    }

    /// <summary>The checks, and everything of the use that can fail.</summary>
    /// <returns>Null when the release is ready, otherwise the reason it is not.</returns>
    private string? Refusal(Release release, out PreparedRelease? prepared)
    {
        prepared = null;
        if (!_checks.TryGetValue(release.Kind, out var check))
        {
            return "this build does not know its kind of artifact";
        }

        try
        {
            var problems = check.Check(release.FormatVersion, release.Payload.Span);
            if (problems.Count == 0)
            {
                prepared = _consumers[release.Kind].Prepare(release);
                return null;
            }

            Remember(release, problems[0].ToString());
            return ArtifactProblem.Summary(problems);
        }
        catch (Exception e)
        {
            // Nothing in an artifact may end the process or the intake: what fails is this release.
            if (e is not ArtifactRefusedException)
            {
                _options.AtLoaderFault?.Invoke(e);
            }

            var reason = e is ArtifactRefusedException ? e.Message : $"it cannot be used: {e.GetType().Name}: {e.Message}";
            Remember(release, reason);
            return reason;
        }
    }

    private void Accept(Release release)
    {
        Update(state => state with { Accepted = state.Accepted + 1 });
        _options.Observer?.Accepted(release, fromStore: false);
        _options.Uplink?.Add(UplinkRecordTypes.ReleaseAccepted, Body(release));
    }

    // Control thinks that it is on its way here, and must learn that it is not. Once for each generation: the feed may be read again.
    private void RefuseAgain(Release release, string reason, StoredArtifact? known)
    {
        var key = (release.Kind, release.Name);
        if (release.Generation <= (known?.Generation ?? 0) || release.Generation <= _refusedUpTo.GetValueOrDefault(key))
        {
            return;
        }

        _refusedUpTo[key] = release.Generation;
        var body = Body(release);
        body["reason"] = $"the same content was refused before: {reason}";
        body["again"] = true;
        _options.Uplink?.Add(UplinkRecordTypes.ReleaseRefused, body);
    }

    private void Refuse(Release release, string reason, bool fromStore)
    {
        if (_refused.ReasonFor(release) is not null)
        {
            _refusedUpTo[(release.Kind, release.Name)] = release.Generation;
        }

        Update(state => state with { Refused = state.Refused + 1 });
        _options.Observer?.Refused(new ReleaseRefusal(release, reason, fromStore));
        var body = Body(release);
        body["reason"] = reason;
        _options.Uplink?.Add(UplinkRecordTypes.ReleaseRefused, body);
    }

    private static JsonObject Body(Release release) =>
        new()
        {
            ["kind"] = ArtifactKindNames.Of(release.Kind),
            ["name"] = release.Name,
            ["generation"] = release.Generation,
            ["digest"] = release.Digest,
        };

    private void Update(Func<IntakeState, IntakeState> change)
    {
        lock (_gate)
        {
            _state = change(_state) with
            {
                Live = _options.Store.Live,
                Held = _held.Count,
                FailedWrites = _options.Store.FailedWrites,
                Unsaved = _options.Store.Unsaved,
            };
        }
    }

    /// <summary>An artifact between the store and its consumer.</summary>
    private sealed record Activation(int Number, StoredArtifact? Before);
}
