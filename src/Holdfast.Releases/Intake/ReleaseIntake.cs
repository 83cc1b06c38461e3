using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Holdfast.Model.Releases;
using Holdfast.Model.Uplink;
using Holdfast.Releases.Store;

namespace Holdfast.Releases.Intake;

/// <summary>
/// An edge's end of the pipeline. <see cref="Boot"/> takes into use what is on the disk, without control; <see cref="RunAsync"/> then
/// follows the feed until it is cancelled. Every release is verified, checked and activated by itself: one that is refused changes
/// nothing, and the next one is dealt with at once.
/// </summary>
public sealed class ReleaseIntake
{
    // Releases of a long burst after which the position is written: a flush to the disk costs about as much as taking twenty.
    private const int SaveEvery = 1_000;

    // A disk that loses one record may lose many; the whole feed may be a million releases.
    private static readonly TimeSpan ReadAgainInterval = TimeSpan.FromMinutes(1);

    private readonly ReleaseIntakeOptions _options;
    private readonly Dictionary<ArtifactKind, IArtifactCheck> _checks;
    private readonly Dictionary<ArtifactKind, IReleaseConsumer> _consumers;
    private readonly RefusedDigests _refused = new();
    private readonly RetryDelay _delay;
    private readonly ConcurrentDictionary<int, bool> _damaged = new();
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
                    yield return artifact;
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

    /// <summary>Follows the feed for ever; lost connections are made again after a delay (<see cref="RetryDelay"/>).</summary>
    /// <param name="cancellationToken">Ends it; the task then completes without an exception.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(cancellationToken).ConfigureAwait(false);
                throw new IOException("the feed ended");
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                // Whatever the channel throws, the edge serves on with what it has and tries again.
                var retryIn = _delay.Next();
                Update(state => state with { Connected = false, LastError = e.Message });
                _options.Observer?.Lost(e, retryIn);
                await Task.Delay(retryIn, _options.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        Update(state => state with { Connected = false });
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var after = _state.Position;
        _options.Purges?.Connecting();
        var position = new FeedPosition(after, _options.Purges?.Position);
        await foreach (var message in _options.Feed.ReadAsync(position, cancellationToken).ConfigureAwait(false))
        {
            if (!_state.Connected)
            {
                _options.Observer?.Connected();
            }

            _delay.Reset();
            if (message.Position < _state.Position)
            {
                // Control's database was restored or made anew: its positions mean something else now.
                Update(state => state with { Position = 0 });
                throw new IOException($"the feed is at {message.Position}, before position {after}; it is read again from its beginning");
            }

            _options.Purges?.Take(message);
            if (message.Release is { } release)
            {
                Take(release);
            }
            else if (message.Problem is { } problem)
            {
                Update(state => state with { Refused = state.Refused + 1, LastError = problem });
            }

            var isHeartbeat = message is { Release: null, Problem: null, Purge: null };
            if (isHeartbeat && _unknownKey is { } key && _options.Verifier.Believes(key))
            {
                _unknownKey = null;
                Update(state => state with { Position = 0 });
                throw new IOException($"key {key} is believed now: the feed is read again from its beginning");
            }

            if (isHeartbeat && _options.Purges is { HasMore: true })
            {
                throw new IOException("the key of purges that were refused is believed now: they are read again");
            }

            // A heartbeat follows every burst of releases: the position is written once for all of them, or now and then in a long one.
            _sinceSaved++;
            if (isHeartbeat || _sinceSaved >= SaveEvery)
            {
                _sinceSaved = 0;
                if (_unknownKey is null && _options.Store.SavePosition(message.Position) is { } unsaved)
                {
                    _options.Observer?.StoreProblem(unsaved);
                }
            }

            Update(state => state with { Position = message.Position, Connected = true, LastMessageAt = _options.Time.GetUtcNow() });
            if (_readAgain && (_readAgainAt is not { } last || _options.Time.GetElapsedTime(last) >= ReadAgainInterval))
            {
                _readAgain = false;
                _readAgainAt = _options.Time.GetTimestamp();
                Update(state => state with { Position = 0 });
                throw new IOException("a release on the disk is damaged: the feed is read again from its beginning");
            }
        }
    }

    private void Take(Release release)
    {
        if (_refused.ReasonFor(release) is not null)
        {
            return;
        }

        var known = _options.Store.Find(release.Kind, release.Name);
        var damaged = known is { } and var at && _damaged.ContainsKey(at.Number);
        if (!damaged && _options.Store.Has(release))
        {
            return;
        }

        var reason = _consumers.ContainsKey(release.Kind)
            ? _options.Verifier.Verify(release)
            : "this build does not know its kind of artifact";
        if (
            reason is null
            && known is { } live
            && (release.Generation < live.Generation || (release.Generation == live.Generation && !damaged))
        )
        {
            reason = $"its generation {release.Generation} is not above {live.Generation}, which is in use";
        }

        PreparedRelease? prepared = null;
        if (reason is null && !release.Removed)
        {
            reason = Refusal(release, out prepared);
        }

        if (reason is not null)
        {
            if (!_options.Verifier.Believes(release.KeyId))
            {
                _unknownKey = release.KeyId;
            }

            Refuse(release, reason, fromStore: false);
            return;
        }

        var before = known is { Removed: false } ? known : null;
        _activating = new Activation(known?.Number ?? _options.Store.Count, before);
        var problem = _options.Store.Keep(release, prepared?.Key ?? 0, out var artifact);
        _damaged.TryRemove(artifact, out _);
        if (prepared is not null)
        {
            prepared.Activate(artifact, before);
        }
        else if (before is { } gone)
        {
            _consumers[release.Kind].Deactivate(gone, release);
        }

        _activating = null;
        Accept(release);
        if (problem is not null)
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

            var more = problems.Count > 1 ? $" (and {problems.Count - 1} more)" : "";
            _refused.Add(release, problems[0].ToString());
            return problems[0] + more;
        }
        catch (Exception e)
        {
            // Nothing in an artifact may end the process or the intake: what fails is this release.
            var reason = e is ArtifactRefusedException ? e.Message : $"it cannot be used: {e.GetType().Name}: {e.Message}";
            _refused.Add(release, reason);
            return reason;
        }
    }

    private void Accept(Release release)
    {
        Update(state => state with { Accepted = state.Accepted + 1 });
        _options.Observer?.Accepted(release, fromStore: false);
        _options.Uplink?.Add(UplinkRecordTypes.ReleaseAccepted, Body(release));
    }

    private void Refuse(Release release, string reason, bool fromStore)
    {
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

    /// <summary>The state has one writer at a time: Boot, then RunAsync.</summary>
    private void Update(Func<IntakeState, IntakeState> change) =>
        _state = change(_state) with
        {
            Live = _options.Store.Live,
            FailedWrites = _options.Store.FailedWrites,
            Unsaved = _options.Store.Unsaved,
        };

    /// <summary>An artifact between the store and its consumer.</summary>
    private sealed record Activation(int Number, StoredArtifact? Before);
}
