using System.Collections.Concurrent;
using System.Globalization;
using Holdfast.Model.Releases;
using Holdfast.Releases.Rollout;
using Holdfast.Releases.Store;

namespace Holdfast.Releases.Intake;

// From the taster to all requests, and to last known good: slices, bake, the way back. All of it under the gate.
public sealed partial class ReleaseIntake
{
    private readonly Lock _gate = new();
    private readonly RolloutTable _rollout;
    private readonly CrashLoop _crashes;
    private readonly long _began;
    private readonly ConcurrentDictionary<int, ReleaseStanding> _standings = new();

    // From which generation on releases are beside what is live: whoever reads an artifact for all requests passes them over.
    private readonly ConcurrentDictionary<(ArtifactKind, string), long> _sliced = new();

    // Positions of the feed that were held and are dealt with: the feed's thread alone keeps its progress.
    private readonly ConcurrentQueue<long> _released = new();

    /// <summary>The artifacts of which something is on trial, held, or was reverted. Any thread.</summary>
    public IEnumerable<ReleaseStanding> Standings => _standings.Values;

    private TimeSpan Now => _options.Time.GetElapsedTime(_began);

    /// <summary>
    /// Whether a release that lies on the disk is not to be used by those who read it for all requests: it was refused, or only a share of
    /// the requests meets it. Any thread.
    /// </summary>
    public bool IsOut(Release release) =>
        _refused.ReasonFor(release) is not null
        || (_sliced.TryGetValue((release.Kind, release.Name), out var generation) && release.Generation >= generation);

    /// <summary>Says that the process ends in good order, or has handed over to another: its end is no sign of a bad release.</summary>
    public void Settle()
    {
        lock (_gate)
        {
            _crashes.Settle();
        }
    }

    /// <summary>Looks at everything on trial and held, and acts on it. Called several times a second.</summary>
    internal void Look()
    {
        lock (_gate)
        {
            var now = Now;
            foreach (var trial in _rollout.Trials.ToList())
            {
                try
                {
                    Judge(trial, now);
                }
                catch (Exception e)
                {
                    // A defect of what shows one release must not keep the others from their verdicts: that one stays unproven.
                    _rollout.End(trial);
                    if (trial.Trial.IsSliced)
                    {
                        _sliced.TryRemove((trial.Release.Kind, trial.Release.Name), out _);
                    }

                    _options.Observer?.StoreProblem(
                        new StoreProblem(trial.Release.Name, $"its trial ended without a verdict: {e.GetType().Name}: {e.Message}")
                    );
                }
            }

            foreach (var held in _rollout.TakeDue(now))
            {
                if (
                    _options.Pins?.KeepsOut(held.Release, _options.Store.Find(held.Release.Kind, held.Release.Name)?.Generation ?? 0)
                    == true
                )
                {
                    // It was pinned while it waited.
                    _rollout.Hold(held with { Until = now + TimeSpan.FromSeconds(1) });
                    continue;
                }

                _released.Enqueue(held.Position);
                try
                {
                    Use(held.Position, held.Release);
                }
                catch (Exception e)
                {
                    // The others that are held go all the same.
                    _options.Observer?.StoreProblem(
                        new StoreProblem(held.Release.Name, $"it was held, and could not be used: {e.GetType().Name}: {e.Message}")
                    );
                }
            }
        }
    }

    private async Task RunRolloutAsync(RolloutOptions options, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.LookEvery, _options.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                Look();
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }

    /// <summary>Whether a release must wait for the one before it; then it does.</summary>
    private bool IsHeld(long position, Release release, StoredArtifact? known)
    {
        if (release.Removed || known is not { Removed: false } live || IsWayBack(live, release))
        {
            return false;
        }

        var now = Now;
        if (_rollout.HeldUntil(release, now) is not { } until)
        {
            return false;
        }

        if (_rollout.Drop(release) is { } older)
        {
            _released.Enqueue(older.Position);
        }

        _progress.Open(position);
        _rollout.Hold(new HeldRelease(position, release, until));
        var reason = string.Create(
            CultureInfo.InvariantCulture,
            $"another was taken into use less than {_options.Rollout!.PaceOf(release.Kind)!.Dwell.TotalSeconds:0} s before; it goes in {(until - now).TotalSeconds:0.0} s"
        );
        var standing = StandingOf(live);
        _standings[live.Number] = standing with { Held = release.Generation, Reason = reason };
        Tell(release, ReleaseStage.Held, 0, reason, null);
        return true;
    }

    /// <summary>Takes a release into use that may: beside what is live, or for all requests.</summary>
    private void Activate(Release release, PreparedRelease? prepared, StoredArtifact? known)
    {
        if (_rollout.Drop(release) is { } older)
        {
            _released.Enqueue(older.Position);
        }

        var running = known is { } at ? _rollout.TrialOf(at.Number) : null;
        var superseded = running is { Trial.IsSliced: true } ? running.Release.Generation : 0;
        var before = known is { Removed: false } ? LiveOf(known.Value) : (StoredArtifact?)null;
        var pace = _options.Rollout?.PaceOf(release.Kind);
        var isTrial =
            pace is not null && before is not null && prepared is not null && !IsDamaged(known) && !IsWayBack(known!.Value, release);
        var sides = isTrial ? prepared!.Sides : null;
        var trial = isTrial ? new ReleaseTrial(pace!, sides is { CanSlice: true }, Now) : null;
        if (trial is { IsSliced: true })
        {
            _sliced.TryAdd((release.Kind, release.Name), release.Generation);
        }

        _activating = new Activation(known?.Number ?? _options.Store.Count, before);
        var problem = _options.Store.Keep(
            release,
            prepared?.Key ?? 0,
            out var artifact,
            isTrial || (IsDamaged(known) && known!.Value.Unproven),
            stored => stored.Generation == superseded || _refused.IsRefused(release.Kind, release.Name, stored.Digest)
        );
        _damaged.TryRemove(artifact, out _);
        if (running is not null)
        {
            _rollout.End(running);
            running.Sides?.End();
        }

        if (trial is { IsSliced: true })
        {
            sides!.Widen(trial.Share);
        }
        else if (prepared is not null)
        {
            _sliced.TryRemove((release.Kind, release.Name), out _);
            prepared.Activate(artifact, before);
            sides?.Widen(100);
        }
        else if (before is { } gone)
        {
            _consumers[release.Kind].Deactivate(gone, release);
        }

        if (trial is null)
        {
            _standings.TryRemove(artifact, out _);
        }
        else
        {
            var kept = trial.IsSliced ? release : release with { Payload = default };
            var stage = trial.IsSliced ? ReleaseStage.Slice : ReleaseStage.Live;
            _rollout.Begin(new RunningTrial(artifact, kept, trial, sides, trial.IsSliced ? prepared : null, before));
            Stand(kept, stage, artifact, trial.IsSliced ? before!.Value : Stored(release), trial.Share, null);
            Tell(release, stage, trial.Share, null, null);
        }

        _activating = null;
        if (before is not null && !release.Removed)
        {
            _rollout.Activated(release, Now);
        }

        Accept(release);
        if (problem is not null)
        {
            _options.Observer?.StoreProblem(problem);
        }
    }

    private void Judge(RunningTrial running, TimeSpan now)
    {
        var release = running.Release;
        if (running.Trial.IsSliced && IsPinnedAway(release))
        {
            // It was pinned while a share of the requests met it.
            const string reason = "its artifact is pinned on this node's own machine";
            End(running);
            Stand(release, ReleaseStage.Held, running.Artifact, running.Before!.Value, 0, reason);
            Tell(release, ReleaseStage.Held, 0, reason, null);
            return;
        }

        var decision = running.Trial.Look(now, running.Sides?.Read() ?? default);
        switch (decision.Step)
        {
            case TrialStep.Widen:
                running.Sides!.Widen(running.Trial.Share);
                Stand(release, ReleaseStage.Slice, running.Artifact, running.Before!.Value, running.Trial.Share, null);
                Tell(release, ReleaseStage.Slice, running.Trial.Share, null, decision.Evidence);
                break;

            case TrialStep.All:
                _sliced.TryRemove((release.Kind, release.Name), out _);
                running.Prepared!.Activate(running.Artifact, running.Before);
                running.Sides!.Widen(100);
                _rollout.Begin(running with { Prepared = null, Release = release with { Payload = default } });
                Stand(release, ReleaseStage.Live, running.Artifact, Stored(release), 100, null);
                Tell(release, ReleaseStage.Live, 100, null, decision.Evidence);
                break;

            case TrialStep.Good:
                End(running);
                if (_options.Store.Prove(running.Artifact, release.Generation) is { } problem)
                {
                    _options.Observer?.StoreProblem(problem);
                }

                Tell(release, ReleaseStage.Good, 100, null, decision.Evidence);
                StandGood(running);
                break;

            case TrialStep.Revert:
                Revert(running, decision.Reason!, decision.Evidence);
                break;
        }
    }

    /// <summary>Ends a trial, whatever came of it.</summary>
    private void End(RunningTrial running)
    {
        _rollout.End(running);
        running.Sides?.End();
        if (running.Trial.IsSliced)
        {
            _sliced.TryRemove((running.Release.Kind, running.Release.Name), out _);
        }
    }

    /// <summary>Whether it is the content of a generation that was good here: the only fast road is back.</summary>
    private bool IsWayBack(StoredArtifact known, Release release) => _options.Store.HasProven(known.Number, release);
}
