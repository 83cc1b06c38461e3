using System.Collections.Concurrent;
using Holdfast.Edge.Requests;

namespace Holdfast.Edge.Rules.Events;

/// <summary>
/// The edge's security events: what rules did to which request. Whoever lets a rule act calls <see cref="Write"/>, on the request's thread:
/// the event is written at once, as finished JSON, into one of a bounded number of buffers, without a lock and without allocating in steady
/// state. A flood is sampled (<see cref="EventBudget"/>); when all buffers are full, events are dropped and counted. Any thread may use it.
/// </summary>
internal sealed class SecurityEvents(TimeProvider time)
{
    /// <summary>The most events that wait for <see cref="TryTake"/>: 8 MiB of buffers when all were used at once.</summary>
    public const int MostWaiting = 1024;

    /// <summary>The most of them that are of one zone: another's flood leaves room.</summary>
    public const int MostOfZone = MostWaiting / 2;

    // Told apart by their zones; those beyond share one share.
    private const int MostZones = 100_000;

    private readonly ConcurrentQueue<SecurityEvent> _free = new();
    private readonly ConcurrentQueue<SecurityEvent> _waiting = new();
    private readonly ConcurrentDictionary<string, ZoneShare> _shares = new(StringComparer.Ordinal);
    private readonly ZoneShare _others = new();
    private int _made;
    private long _written;
    private long _sampled;
    private long _dropped;
    private long _oversized;

    /// <summary>Events that were written.</summary>
    public long Written => Interlocked.Read(ref _written);

    /// <summary>Acts that were not written because many of the same rule were, in the same second.</summary>
    public long Sampled => Interlocked.Read(ref _sampled);

    /// <summary>Events that were lost because there was no buffer for them.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Events that were lost because they did not fit into one.</summary>
    public long Oversized => Interlocked.Read(ref _oversized);

    /// <summary>The share of a zone, which its rules' events take places of.</summary>
    public ZoneShare ShareOf(string zone) =>
        _shares.TryGetValue(zone, out var share) ? share
        : _shares.Count >= MostZones ? _others
        : _shares.GetOrAdd(zone, static _ => new ZoneShare());

    /// <summary>A rule acts on a request. Call it before the rule changes what rules read. Never throws, never waits.</summary>
    /// <param name="request">The request, whose zone is known.</param>
    /// <param name="turn">Its way through the rules; null when it has none, and then no fields are written.</param>
    /// <param name="rule">The rule.</param>
    public void Write(EdgeRequest request, RuleTurn? turn, EventRule rule)
    {
        var one = rule.Budget.Take(request.StartTimestamp / time.TimestampFrequency);
        if (one == 0)
        {
            Interlocked.Increment(ref _sampled);
            return;
        }

        var share = rule.Share ?? ShareOf(request.Zone!.Config.Id);
        if (!share.TryTake(MostOfZone))
        {
            Interlocked.Increment(ref _dropped);
            return;
        }

        if (!TryRent(out var room))
        {
            share.Give();
            Interlocked.Increment(ref _dropped);
            return;
        }

        if (room.TryWrite(request, turn, rule, share, one))
        {
            Interlocked.Increment(ref _written);
            _waiting.Enqueue(room);
        }
        else
        {
            share.Give();
            Interlocked.Increment(ref _oversized);
            _free.Enqueue(room);
        }
    }

    /// <summary>Takes the oldest event that waits; give it back by <see cref="Return"/>.</summary>
    public bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SecurityEvent? taken) => _waiting.TryDequeue(out taken);

    /// <summary>Gives an event's buffer back.</summary>
    public void Return(SecurityEvent taken)
    {
        taken.Share!.Give();
        _free.Enqueue(taken);
    }

    private bool TryRent([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SecurityEvent? room)
    {
        if (_free.TryDequeue(out room))
        {
            return true;
        }

        if (Interlocked.Increment(ref _made) > MostWaiting)
        {
            Interlocked.Decrement(ref _made);
            return false;
        }

        room = new SecurityEvent();
        return true;
    }
}
