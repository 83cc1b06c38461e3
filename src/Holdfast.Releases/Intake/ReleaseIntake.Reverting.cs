using System.Globalization;
using Holdfast.Model.Releases;
using Holdfast.Releases.Rollout;
using Holdfast.Releases.Store;

namespace Holdfast.Releases.Intake;

// The way back: from a verdict, and at a start.
public sealed partial class ReleaseIntake
{
    private void Revert(RunningTrial running, string reason, string? evidence)
    {
        var release = running.Release;
        var wasSliced = running.Trial.IsSliced;
        StoredArtifact live;
        PreparedRelease? back = null;
        if (wasSliced)
        {
            live = running.Before!.Value;
        }
        else if (FindBack(running.Artifact, release.Generation) is { } found)
        {
            back = found.Prepared;
            live = Stored(release) with { Generation = found.Generation, Key = back.Key };
        }
        else
        {
            // There is nothing else on the disk that could be used: bad is better than none. It is not good either.
            End(running);
            _options.Observer?.StoreProblem(
                new StoreProblem(_options.Store.NameOf(running.Artifact), $"{reason}; there is nothing to go back to, so it stays")
            );
            return;
        }

        Remember(release, reason, forGood: true);
        End(running);
        back?.Activate(running.Artifact, Stored(release));
        Stand(release, ReleaseStage.Reverted, running.Artifact, live, 0, reason);
        Tell(release, ReleaseStage.Reverted, 0, reason, evidence);
        BakeOn(running.Artifact, live.Generation, back?.Sides);
    }

    /// <summary>The newest generation that was not refused, made ready.</summary>
    private (long Generation, PreparedRelease Prepared)? FindBack(int artifact, long bad)
    {
        foreach (var stored in _options.Store.Generations(artifact))
        {
            if (
                stored.Release is { Removed: false } release
                && release.Generation != bad
                && _refused.ReasonFor(release) is null
                && !IsPinnedAway(release)
                && Refusal(release, out var prepared) is null
            )
            {
                return (release.Generation, prepared!);
            }
        }

        return null;
    }

    /// <summary>What is live now goes on with its bake, from its beginning, if it has not passed it.</summary>
    private void BakeOn(int artifact, long generation, IReleaseSides? sides)
    {
        if (
            !_options.Store.History(artifact).Any(stored => stored.Generation == generation && stored.Unproven)
            || _options.Store.Generations(artifact).FirstOrDefault(stored => stored.Release?.Generation == generation)?.Release
                is not { } release
            || _options.Rollout?.PaceOf(release.Kind) is not { } pace
        )
        {
            return;
        }

        sides ??= _consumers[release.Kind].Watch(release);
        sides?.Widen(100);
        _rollout.Begin(
            new RunningTrial(artifact, release with { Payload = default }, new ReleaseTrial(pace, canSlice: false, Now), sides, null, null)
        );
    }

    /// <summary>
    /// At a start, before anything is taken into use: what has not passed its bake is used, and bakes again, unless the process came to a bad
    /// end with it twice. What was reverted stays so.
    /// </summary>
    private void BootRollout()
    {
        if (_options.Rollout is null)
        {
            return;
        }

        var unproven = UnprovenAtStart();
        var start = _crashes.Begin([.. unproven.Select(entry => CrashName(entry.Artifact, entry.Used))], out var problem);
        var goesBack = start.GoesBack.ToHashSet(StringComparer.Ordinal);
        if (problem is not null)
        {
            _options.Observer?.StoreProblem(problem);
        }

        foreach (var (artifact, used) in unproven)
        {
            if (goesBack.Contains(CrashName(artifact, used)) && GoodOf(artifact.Number, artifact.Kind) is { } good)
            {
                const string reason = "the edge came to a bad end twice in a row while it had this, which had not passed its bake";
                Remember(used, reason, forGood: true);

                // Nor have those between it and the last known good; whoever went back to one of them would count from the beginning.
                var kept = _options.Store.Generations(artifact.Number).Select(stored => stored.Release).OfType<Release>().ToList();
                var proven = kept.Find(release => release.Generation == good)?.Digest;
                foreach (var unproved in kept.Where(release => release.Generation > good && release.Digest != proven && release != used))
                {
                    Remember(
                        unproved,
                        "it had not passed its bake when the edge came to a bad end twice with the one after it",
                        forGood: true
                    );
                }

                Tell(used, ReleaseStage.Reverted, 0, reason, null);
            }
            else
            {
                if (used.Generation == artifact.Generation)
                {
                    // Beside a newer one that was refused it stands below.
                    Stand(used, ReleaseStage.Live, artifact.Number, artifact, 100, null);
                    BakeOn(artifact.Number, used.Generation, null);
                }

                if (start.AfterBadEnd)
                {
                    // Whoever decides about the fleet waits again: it may end so again.
                    Tell(used, ReleaseStage.Live, 100, "the edge came to a bad end while it had this, and has started with it again", null);
                }
            }
        }

        foreach (var (kind, name, reason) in _refused.All)
        {
            if (_options.Store.Find(kind, name) is { Removed: false } artifact && _consumers.ContainsKey(kind))
            {
                BootReverted(artifact, name, reason);
            }
        }
    }

    /// <summary>
    /// What would be used and has not passed its bake: an artifact's newest generation, or the one before it where the newest was refused while
    /// that still baked.
    /// </summary>
    private List<(StoredArtifact Artifact, Release Used)> UnprovenAtStart()
    {
        var refused = _refused.All.Select(entry => (entry.Kind, entry.Name)).ToHashSet();
        var unproven = new List<(StoredArtifact, Release)>();
        foreach (var artifact in _options.Store.Artifacts())
        {
            if (
                artifact.Removed
                || !_consumers.ContainsKey(artifact.Kind)
                || (
                    !artifact.Unproven && (refused.Count == 0 || !refused.Contains((artifact.Kind, _options.Store.NameOf(artifact.Number))))
                )
            )
            {
                continue;
            }

            var used = _options
                .Store.Generations(artifact.Number)
                .Select(stored => stored.Release)
                .FirstOrDefault(release => release is not null && _refused.ReasonFor(release) is null);
            if (
                used is { Removed: false }
                && _options.Store.History(artifact.Number).Any(stored => stored.Generation == used.Generation && stored.Unproven)
            )
            {
                unproven.Add((artifact, used));
            }
        }

        return unproven;
    }

    private static string CrashName(StoredArtifact artifact, Release used) =>
        string.Create(CultureInfo.InvariantCulture, $"{ArtifactKindNames.Of(artifact.Kind)}/{used.Name}/{used.Generation}");

    private void BootReverted(StoredArtifact artifact, string name, string reason)
    {
        var history = _options.Store.History(artifact.Number);
        var live = history.FirstOrDefault(stored => !_refused.IsRefused(artifact.Kind, name, stored.Digest));
        if (history.Count == 0 || live.Generation == 0 || live.Generation == artifact.Generation)
        {
            return;
        }

        _standings[artifact.Number] = new ReleaseStanding
        {
            Kind = artifact.Kind,
            Name = name,
            Stage = ReleaseStage.Reverted,
            Live = artifact with { Generation = live.Generation },
            Good = GoodOf(artifact.Number, artifact.Kind),
            Reason = reason,
            Since = _options.Time.GetUtcNow(),
        };
        BakeOn(artifact.Number, live.Generation, null);
    }
}
