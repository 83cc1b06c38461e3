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
    private readonly ReleaseIntakeOptions _options;
    private readonly Dictionary<ArtifactKind, IArtifactCheck> _checks;
    private readonly Dictionary<ArtifactKind, IReleaseConsumer> _consumers;
    private readonly Dictionary<(ArtifactKind, string), Known> _known = [];
    private readonly RefusedDigests _refused = new();
    private readonly RetryDelay _delay;
    private int _live;
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
    /// Takes the newest usable release of every artifact on the disk into use. Call it once, before <see cref="RunAsync"/> and before
    /// the edge answers its first visitor. Never throws for what is on the disk.
    /// </summary>
    /// <returns>What was found, and what could not be used.</returns>
    public StoreContents Boot()
    {
        var contents = _options.Store.Load();
        var problems = new List<StoreProblem>(contents.Problems);
        var position = contents.Position;
        foreach (var problem in contents.Problems)
        {
            _options.Observer?.StoreProblem(problem);
        }

        foreach (var artifact in contents.Artifacts)
        {
            for (var release = artifact.Release; release is not null; )
            {
                if (Refusal(release, verified: true) is not { } reason)
                {
                    Accept(release, fromStore: true);
                    break;
                }

                // The feed has a newer one perhaps: it is asked for everything again, and refused digests are not retried.
                position = 0;
                Refuse(release, reason, fromStore: true);
                release = _options.Store.Before(release.Kind, release.Name, release.Generation, out var found);
                problems.AddRange(found);
                foreach (var problem in found)
                {
                    _options.Observer?.StoreProblem(problem);
                }
            }
        }

        Update(state => state with { Position = position });
        return contents with { Position = position, Problems = problems };
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
        await foreach (var message in _options.Feed.ReadAsync(after, cancellationToken).ConfigureAwait(false))
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

            if (message.Release is { } release)
            {
                Take(release);
            }
            else if (message.Problem is { } problem)
            {
                Update(state => state with { Refused = state.Refused + 1, LastError = problem });
            }

            // A heartbeat follows every burst of releases: the position is written once for all of them.
            if (message is { Release: null, Problem: null } && _options.Store.SavePosition(message.Position) is { } unsaved)
            {
                _options.Observer?.StoreProblem(unsaved);
            }

            Update(state => state with { Position = message.Position, Connected = true, LastMessageAt = _options.Time.GetUtcNow() });
        }
    }

    private void Take(Release release)
    {
        if (_refused.ReasonFor(release) is not null)
        {
            return;
        }

        if (
            _known.TryGetValue((release.Kind, release.Name), out var known)
            && release.Generation == known.Generation
            && release.Digest == known.Digest
        )
        {
            return;
        }

        if (Refusal(release, verified: false) is { } reason)
        {
            Refuse(release, reason, fromStore: false);
            return;
        }

        Accept(release, fromStore: false);
        if (_options.Store.Keep(release) is { } problem)
        {
            _options.Observer?.StoreProblem(problem);
        }
    }

    /// <summary>Everything that can go wrong with one release, up to its activation.</summary>
    /// <param name="release">The release.</param>
    /// <param name="verified">Whether the store has verified it already.</param>
    /// <returns>Null when the release is in use now, otherwise the reason it is not.</returns>
    private string? Refusal(Release release, bool verified)
    {
        if (!_checks.TryGetValue(release.Kind, out var check) || !_consumers.TryGetValue(release.Kind, out var consumer))
        {
            return "this build does not know its kind of artifact";
        }

        if (!verified && _options.Verifier.Verify(release) is { } forged)
        {
            return forged;
        }

        if (_known.TryGetValue((release.Kind, release.Name), out var known) && release.Generation <= known.Generation)
        {
            return $"its generation {release.Generation} is not above {known.Generation}, which is in use";
        }

        try
        {
            if (release.Removed)
            {
                consumer.Deactivate(release);
                return null;
            }

            var problems = check.Check(release.FormatVersion, release.Payload.Span);
            if (problems.Count == 0)
            {
                consumer.Activate(release);
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

    private void Accept(Release release, bool fromStore)
    {
        var key = (release.Kind, release.Name);
        var wasLive = _known.TryGetValue(key, out var before) && !before.Removed;
        _known[key] = new Known(release.Generation, release.Digest, release.Removed);
        _live += (release.Removed ? 0 : 1) - (wasLive ? 1 : 0);
        Update(state => state with { Accepted = state.Accepted + 1 });
        _options.Observer?.Accepted(release, fromStore);
        if (!fromStore)
        {
            _options.Uplink?.Add(UplinkRecordTypes.ReleaseAccepted, Body(release));
        }
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
        _state = change(_state) with { Live = _live, FailedWrites = _options.Store.FailedWrites, Unsaved = _options.Store.Unsaved };

    private readonly record struct Known(long Generation, string Digest, bool Removed);
}
