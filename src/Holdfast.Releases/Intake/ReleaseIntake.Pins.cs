using Holdfast.Model.Releases;
using Holdfast.Model.Uplink;
using Holdfast.Releases.Feed;
using Holdfast.Releases.Store;

namespace Holdfast.Releases.Intake;

// What this machine's own people have pinned, and how they go back: through the same door as what comes by the feed.
public sealed partial class ReleaseIntake
{
    // Releases that a pin holds back, with their positions, of which several may have one. Only for the loop.
    private readonly Dictionary<(ArtifactKind Kind, string Name, long Generation), long> _held = [];
    private volatile bool _readHeldAgain;

    /// <summary>Runs something while no release is taken into use. It must not wait.</summary>
    public T Exclusively<T>(Func<T> action)
    {
        lock (_gate)
        {
            return action();
        }
    }

    /// <summary>Says that pins were taken back: what they held back is read again, with the feed's next message. Any thread.</summary>
    public void ReadHeldAgain() => _readHeldAgain = true;

    /// <summary>
    /// Why a generation on the disk is no way back by hand: it was refused here, or was never good here. Null when it is one. Only where no release
    /// is taken into use meanwhile: see <see cref="Exclusively"/>.
    /// </summary>
    /// <param name="artifact">The artifact.</param>
    /// <param name="release">One of its generations, as the store has read it.</param>
    public string? WhyNoWayBack(StoredArtifact artifact, Release release) =>
        _refused.ReasonFor(release) is { } reason ? $"it was refused here: {reason}"
        : _options.Store.History(artifact.Number).Any(stored => stored.Generation == release.Generation && stored.Unproven)
            ? "it has not passed its bake here"
        : null;

    /// <summary>
    /// Takes a generation that lies on the disk into use, in the place of the one that is: through the same checks and the taster as any
    /// release. What is refused changes nothing. Any thread.
    /// </summary>
    /// <param name="artifact">The artifact.</param>
    /// <param name="release">One of its generations, as the store has read it.</param>
    /// <param name="commit">Called when everything that can fail has gone well, just before it is in use.</param>
    /// <param name="cancellationToken">Gives up before that.</param>
    /// <returns>Why it was refused, or null; and whether it was taken without being tasted now, because no taster was to be had.</returns>
    public async Task<(string? Refusal, bool Untasted)> UseStoredAsync(
        StoredArtifact artifact,
        Release release,
        Action commit,
        CancellationToken cancellationToken
    )
    {
        if (!_checks.TryGetValue(release.Kind, out var check) || !_consumers.TryGetValue(release.Kind, out var consumer))
        {
            return ("this build does not know its kind of artifact", false);
        }

        if (
            Guarded(() =>
                check.Check(release.FormatVersion, release.Payload.Span) is { Count: > 0 } found ? ArtifactProblem.Summary(found) : null
            ) is
            { } problem
        )
        {
            return (problem, false);
        }

        var verdict = consumer.IsTasted ? await _tasting.TasteAloneAsync(release, cancellationToken).ConfigureAwait(false) : null;
        if (verdict is { Outcome: TasteOutcome.Refused or TasteOutcome.Later })
        {
            return (verdict.Reason ?? "it holds the taster up", false);
        }

        lock (_gate)
        {
            PreparedRelease? prepared = null;
            var refusal = Guarded(() =>
            {
                prepared = consumer.Prepare(release);
                return artifact.Key != 0 && prepared.Key != artifact.Key ? "it had another name then" : null;
            });
            if (refusal is null)
            {
                commit();
                prepared!.Activate(artifact.Number, artifact);
                Stand(artifact, release);
            }

            return (refusal, verdict is { Outcome: TasteOutcome.Unavailable });
        }
    }

    /// <summary>What somebody at this machine has chosen is in use: what was on trial is not any more, and is neither good nor refused.</summary>
    private void Stand(StoredArtifact artifact, Release release)
    {
        if (_rollout.TrialOf(artifact.Number) is { } running)
        {
            End(running);
        }

        var newest = _options.Store.Find(release.Kind, release.Name)!.Value;
        if (newest.Generation == release.Generation)
        {
            _standings.TryRemove(artifact.Number, out _);
        }
        else if (_standings.TryGetValue(artifact.Number, out var standing))
        {
            _standings[artifact.Number] = standing with
            {
                Live = newest with { Generation = release.Generation },
                Candidate = null,
                Share = 0,
            };
        }
    }

    /// <summary>Whether a pin holds back what has come; then its place in the feed is kept, so that it comes again after a restart.</summary>
    private bool IsPinnedOut(long position, Release release)
    {
        if (_options.Pins is { } pins && pins.KeepsOut(release, _options.Store.Find(release.Kind, release.Name)?.Generation ?? 0))
        {
            _progress.Open(position);
            if (_held.TryAdd((release.Kind, release.Name, release.Generation), position))
            {
                _options.Observer?.Held(release);
                _options.Uplink?.Add(
                    UplinkRecordTypes.ReleaseProgress,
                    ReleaseProgressCodec.Encode(
                        new ReleaseProgress
                        {
                            Kind = release.Kind,
                            Name = release.Name,
                            Generation = release.Generation,
                            Digest = release.Digest,
                            Stage = ReleaseStage.Held,
                            Share = 0,
                            Reason = "its artifact is pinned on this node's own machine",
                            At = _options.Time.GetUtcNow(),
                        }
                    )
                );
            }

            return true;
        }

        if (_held.Remove((release.Kind, release.Name, release.Generation)))
        {
            _progress.Close(position);
        }

        return false;
    }

    private bool IsPinnedAway(Release release) => _options.Pins?.Holds(release.Kind, release.Name, release.Generation) ?? false;

    // The feed is read again from before the oldest one that was held back.
    private void ReadAgainWhatWasHeld()
    {
        if (!_readHeldAgain)
        {
            return;
        }

        _readHeldAgain = false;
        if (_held.Count == 0)
        {
            return;
        }

        var from = Math.Min(_progress.Settled, _held.Values.Min() - 1);
        foreach (var position in _held.Values)
        {
            _progress.Close(position);
        }

        _held.Clear();
        Update(state => state with { Position = from });
        throw new IOException("a pin was taken back: what it held back is read again");
    }

    private static string? Guarded(Func<string?> prepare)
    {
        try
        {
            return prepare();
        }
        catch (Exception e)
        {
            // Nothing in an artifact may end the process: what fails is this release.
            return e is ArtifactRefusedException ? e.Message : $"it cannot be used: {e.GetType().Name}: {e.Message}";
        }
    }
}
