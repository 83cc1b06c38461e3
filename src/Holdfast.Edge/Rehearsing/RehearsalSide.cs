using System.Diagnostics;
using Holdfast.Edge.Bots;
using Holdfast.Edge.Geo;
using Holdfast.Edge.Lists;
using Holdfast.Edge.Phases.RateLimiting;
using Holdfast.Edge.Releases;
using Holdfast.Edge.Releases.Tasting;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules.Executing;
using Holdfast.Edge.Zones;
using Holdfast.Model.Releases;
using Holdfast.Releases.Intake;

namespace Holdfast.Edge.Rehearsing;

/// <summary>One side of a rehearsal: an edge inside the taster, with the releases that it is given and nothing else. One request at a time.</summary>
internal sealed class RehearsalSide : IZoneSource, IAsyncDisposable
{
    // Enough for the keys of a sample; see RateLimitState.
    private const int CounterDepth = 6;
    private const int CounterBlocks = 256;

    private readonly ReplayClock _clock = new();
    private readonly Observer _observer = new();
    private readonly InsidePipeline _edge;
    private readonly ListCompiler _lists;
    private readonly BotFeatureLoader _features;
    private readonly TimeProvider _time;
    private readonly List<ZoneRuntime> _zones = [];
    private int _artifacts;

    /// <summary>A side without releases.</summary>
    public RehearsalSide(ListCompiler lists, BotFeatureLoader features, InsideOrigin origin, LoaderFaults? faults, TimeProvider time)
    {
        (_lists, _features, _time) = (lists, features, time);
        var counters = new RateLimitPhase(new RateLimitState(_clock, CounterDepth, CounterBlocks));
        _edge = new InsidePipeline(this, counters, origin, faults, _observer, time);
    }

    /// <summary>Loads a release; those that zones refer to come before the zones.</summary>
    /// <exception cref="ArtifactRefusedException">It cannot be used; the message says why. Loaders may throw others.</exception>
    public void Load(Release release)
    {
        var artifact = _artifacts++;
        switch (release.Kind)
        {
            case ArtifactKind.Zone:
                if (ZoneReader.TryRead(release, out var zone) is { } problem)
                {
                    throw new ArtifactRefusedException(problem);
                }

                _edge.Zones.Add(_zones.Count, ZoneKey.Of(zone!.Name));
                _zones.Add(_edge.Compiler.Compile(zone, release.Generation));
                break;

            case ArtifactKind.AccountRuleset:
                var ruleset = AccountRulesetConsumer.ConfigOf(release);
                _edge.Rules.Account.Put(artifact, new AccountRuleset(ruleset, _edge.Rules), _edge.Rules);
                break;

            case ArtifactKind.List:
                var list = ListConsumer.ConfigOf(release);
                _edge.Rules.Lists.Put(artifact, list.Name, _lists.Compile(list));
                break;

            case ArtifactKind.BotFeatures:
                _edge.Bots.Put(_features.Load(release, before: null));
                break;

            default:
                throw new ArtifactRefusedException("no request meets this kind of artifact");
        }
    }

    /// <summary>Replays a request.</summary>
    /// <returns>What became of it, and the ticks of <see cref="Stopwatch"/> that it took; null when it can't be read any more.</returns>
    public async Task<(ReplayOutcome Outcome, long Ticks)?> ReplayAsync(RequestSample sample)
    {
        if (ReplayedRequest.Of(sample, _time) is not { } request)
        {
            return null;
        }

        _clock.MoveTo(sample.At);
        _edge.Faults.Clear();
        var started = Stopwatch.GetTimestamp();
        await _edge.Requests.HandleAsync(request).ConfigureAwait(false);
        var ticks = Stopwatch.GetTimestamp() - started;
        request.GiveBuffers();
        return (_observer.Outcome!, ticks);
    }

    /// <inheritdoc/>
    public ZoneRuntime? Read(int artifact, ulong key) => _zones[artifact];

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _edge.DisposeAsync();

    /// <summary>Reads the outcome while the request still has it.</summary>
    private sealed class Observer : SilentObserver
    {
        public ReplayOutcome? Outcome { get; private set; }

        public override void Ended(EdgeRequest request) => Outcome = ReplayOutcome.Of(request);

        public override CountryCode CountryOf(EdgeRequest request) => ((ReplayedRequest)request).SampledCountry;
    }
}
