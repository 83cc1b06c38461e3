using Holdfast.Edge.Guard;
using Holdfast.Edge.KillSwitches;
using Holdfast.Edge.Slices;
using Holdfast.Edge.Zones;
using Holdfast.Model.Zones;
using Holdfast.Releases.Rollout;

namespace Holdfast.Edge.Releases;

/// <summary>
/// A zone's release on trial. While it is beside what is live, its modules have a guard of their own: what fails in them opens no breaker of
/// the live side's. Everything else that remembers (counters, connections, the cache, certificates) is shared by both sides.
/// </summary>
/// <param name="compiler">Compiles zones.</param>
/// <param name="kills">The kill switches: one can take a release out.</param>
/// <param name="trials">Where it stands while it is on trial.</param>
/// <param name="config">The zone.</param>
/// <param name="generation">The generation on trial.</param>
/// <param name="isMet">Whether requests have come for the zone lately: one that nobody asks for has no sides to compare.</param>
internal sealed class ZoneSides(
    ZoneCompiler compiler,
    KillSwitchBoard kills,
    ZoneTrials trials,
    ZoneConfig config,
    long generation,
    bool isMet
) : IReleaseSides
{
    private readonly Lock _gate = new();
    private readonly ZoneGuard _guard = compiler.Guard.Of(config.Id);
    private ZoneSlice? _slice;
    private ZoneRuntime? _candidate;
    private uint _brokenBefore;
    private string? _broken;

    /// <summary>The zone's id.</summary>
    public string Zone => config.Id;

    /// <inheritdoc/>
    public bool CanSlice => isMet;

    /// <summary>What was made ready for all requests and is not used yet: it is let go when the trial ends before that.</summary>
    public ZoneRuntime? Waiting { get; set; }

    /// <inheritdoc/>
    public void Widen(int share)
    {
        lock (_gate)
        {
            _slice ??= new ZoneSlice(config.Id, generation);
            if (share < 100)
            {
                _candidate ??= Compile();
                _slice.Begin(share, _candidate);
            }
            else
            {
                _slice.Begin(100, null);
                DropCandidate();
                _brokenBefore = BrokenIn(_guard);
            }

            trials.Add(this);
            _guard.Slice = _slice;
        }
    }

    /// <inheritdoc/>
    public SideReading Read()
    {
        lock (_gate)
        {
            var reading = _slice?.Read() ?? default;
            return reading with
            {
                Broken =
                    _broken
                    ?? (kills.Set.TakesOut(config.Id, generation) ? "a kill switch has taken it out" : null)
                    ?? (_candidate is { } candidate ? BrokenBy(candidate.Guard, BrokenIn(_guard)) : BrokenBy(_guard, _brokenBefore)),
            };
        }
    }

    /// <inheritdoc/>
    public void End()
    {
        lock (_gate)
        {
            if (_guard.Slice == _slice)
            {
                _guard.Slice = null;
            }

            trials.Remove(this);
            DropCandidate();
            if (Waiting is { } waiting)
            {
                Waiting = null;
                ZoneReader.Dropped(waiting);
            }
        }
    }

    /// <summary>Whether what it was compiled with has changed since.</summary>
    public bool IsOutdated { get; private set; }

    /// <summary>What it is compiled with has changed, kill switches or the account's rulesets: the candidate is compiled anew.</summary>
    public void Refresh()
    {
        lock (_gate)
        {
            IsOutdated = true;
            if (_candidate is { } before && _slice is { } slice && Compile() is { } candidate)
            {
                _candidate = candidate;
                slice.Replace(candidate);
                Drop(before);
            }
        }
    }

    private ZoneRuntime? Compile()
    {
        try
        {
            return compiler.Compile(config, generation, new ZoneGuard(compiler.Guard, config.Id) { Slice = _slice });
        }
        catch (Exception e)
        {
            // It was compiled a moment ago: what fails now is this release all the same.
            _broken = $"it cannot be compiled any more: {e.GetType().Name}: {e.Message}";
            return null;
        }
    }

    private void DropCandidate()
    {
        if (_candidate is { } candidate)
        {
            _candidate = null;
            Drop(candidate);
        }
    }

    private void Drop(ZoneRuntime candidate)
    {
        compiler.Guard.Forget(candidate.Guard);
        ZoneReader.Dropped(candidate);
    }

    private static uint BrokenIn(ZoneGuard guard) =>
        guard.Breakers.Where(breaker => breaker.State != BreakerState.Closed).Aggregate(0u, (set, breaker) => set | breaker.Module.Bit);

    private static string? BrokenBy(ZoneGuard guard, uint before) =>
        guard.Breakers.FirstOrDefault(breaker => breaker.State != BreakerState.Closed && (breaker.Module.Bit & before) == 0) is { } broken
            ? $"the module {EdgeModules.NameOf(broken.Module)} does not run any more with it: {broken.Last}"
            : null;
}
