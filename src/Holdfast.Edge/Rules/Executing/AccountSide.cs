using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Holdfast.Edge.Zones;

namespace Holdfast.Edge.Rules.Executing;

/// <summary>
/// The account's rulesets with some that are on trial in the place of the live ones, and the zones that are compiled with them. A zone is compiled
/// in the background, one after the other, when somebody is to meet it; until then its visitors meet what is live, and nobody waits. Any thread.
/// </summary>
/// <param name="rules">The rulesets.</param>
/// <param name="trials">Those of them on trial.</param>
internal sealed class AccountSide(AccountRules rules, ImmutableArray<AccountTrial> trials)
{
    private readonly ConditionalWeakTable<ZoneRuntime, Made> _zones = [];
    private readonly ConcurrentQueue<(ZoneRuntime Live, Made Into)> _waiting = new();
    private int _count;

    /// <summary>The rulesets.</summary>
    public AccountRules Rules => rules;

    /// <summary>Whether a release that is on trial is among them.</summary>
    public bool Has(AccountRuleset candidate) => trials.Any(trial => trial.Candidate == candidate);

    /// <summary>Whether it has the same rulesets on trial.</summary>
    public bool IsOf(ImmutableArray<AccountTrial> others) => others.Length == trials.Length && others.All(other => Has(other.Candidate!));

    /// <summary>Whether a zone's requests can tell it from what is live.</summary>
    public bool Concerns(ZoneRuntime zone) => zone.Side is not null || zone.Rules is { UsesAccount: true } || !rules.Roots.IsEmpty;

    /// <summary>The zone with these rulesets; what is live while there is none.</summary>
    public ZoneRuntime Of(ZoneRuntime live)
    {
        if (_zones.TryGetValue(live, out var made))
        {
            return made.Zone ?? live;
        }

        if (Concerns(live))
        {
            var into = new Made();
            if (_zones.TryAdd(live, into))
            {
                _waiting.Enqueue((live, into));
                if (Interlocked.Increment(ref _count) == 1)
                {
                    Queue();
                }
            }
        }

        return live;
    }

    private void Queue() => ThreadPool.UnsafeQueueUserWorkItem(static side => side.MakeNext(), this, preferLocal: false);

    // One zone a turn: what else waits for a thread of the pool comes in between.
    private void MakeNext()
    {
        if (_waiting.TryDequeue(out var next))
        {
            next.Into.Zone = trials[0].Sides.Make(this, next.Live);
        }

        if (Interlocked.Decrement(ref _count) > 0)
        {
            Queue();
        }
    }

    private sealed class Made
    {
        private volatile ZoneRuntime? _zone;

        public ZoneRuntime? Zone
        {
            get => _zone;
            set => _zone = value;
        }
    }
}
