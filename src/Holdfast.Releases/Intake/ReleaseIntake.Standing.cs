using Holdfast.Model.Releases;
using Holdfast.Model.Uplink;
using Holdfast.Releases.Feed;
using Holdfast.Releases.Rollout;
using Holdfast.Releases.Store;

namespace Holdfast.Releases.Intake;

// What is told of artifacts on trial, to this machine and upward.
public sealed partial class ReleaseIntake
{
    /// <summary>An artifact that is in use, or null. Any thread.</summary>
    public StoredArtifact? InUse(ArtifactKind kind, string name)
    {
        lock (_gate)
        {
            return _options.Store.Find(kind, name) is { Removed: false } artifact ? artifact : null;
        }
    }

    private void StandGood(RunningTrial running)
    {
        if (
            _standings.TryGetValue(running.Artifact, out var standing)
            && (standing.Held ?? 0) == 0
            && standing.Stage != ReleaseStage.Reverted
        )
        {
            _standings.TryRemove(running.Artifact, out _);
        }
        else if (standing is not null)
        {
            _standings[running.Artifact] = standing with
            {
                Good = running.Release.Generation,
                Stage = standing.Stage == ReleaseStage.Reverted ? ReleaseStage.Reverted : ReleaseStage.Good,
            };
        }
    }

    private StoredArtifact LiveOf(StoredArtifact known) => _standings.TryGetValue(known.Number, out var standing) ? standing.Live : known;

    private StoredArtifact Stored(Release release) => _options.Store.Find(release.Kind, release.Name)!.Value;

    private ReleaseStanding StandingOf(StoredArtifact live) =>
        _standings.GetValueOrDefault(live.Number)
        ?? new ReleaseStanding
        {
            Kind = live.Kind,
            Name = _options.Store.NameOf(live.Number),
            Live = live,
            Good = GoodOf(live.Number, live.Kind),
            Since = _options.Time.GetUtcNow(),
        };

    private long? GoodOf(int artifact, ArtifactKind kind)
    {
        var name = _options.Store.NameOf(artifact);
        return _options
            .Store.History(artifact)
            .Where(stored => !stored.Unproven && !_refused.IsRefused(kind, name, stored.Digest))
            .Select(stored => (long?)stored.Generation)
            .FirstOrDefault();
    }

    private void Stand(Release release, ReleaseStage stage, int artifact, StoredArtifact live, int share, string? reason) =>
        _standings[artifact] = new ReleaseStanding
        {
            Kind = release.Kind,
            Name = release.Name,
            Stage = stage,
            Live = live,
            Candidate = stage == ReleaseStage.Slice ? release.Generation : null,
            Share = stage == ReleaseStage.Slice ? share : 0,
            Good = GoodOf(artifact, release.Kind),
            Held = _rollout.HeldOf(release)?.Release.Generation,
            Reason = reason,
            Since = _options.Time.GetUtcNow(),
        };

    private void Tell(Release release, ReleaseStage stage, int share, string? reason, string? evidence)
    {
        var progress = new ReleaseProgress
        {
            Kind = release.Kind,
            Name = release.Name,
            Generation = release.Generation,
            Digest = release.Digest,
            Stage = stage,
            Share = share,
            Reason = reason,
            Evidence = evidence,
            At = _options.Time.GetUtcNow(),
        };
        _options.Observer?.Progressed(progress);
        _options.Uplink?.Add(UplinkRecordTypes.ReleaseProgress, ReleaseProgressCodec.Encode(progress));
    }
}
