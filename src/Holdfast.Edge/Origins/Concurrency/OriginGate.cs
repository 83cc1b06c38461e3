namespace Holdfast.Edge.Origins.Concurrency;

/// <summary>
/// Lets so many requests of a zone be under way to an origin at once; others wait in a queue. It is state: releases change how many may,
/// not who is there. Any thread may use it; a request that finds room takes no lock.
/// </summary>
internal sealed class OriginGate
{
    private readonly Lock _lock = new();
    private readonly LinkedList<OriginWait> _known = [];
    private readonly LinkedList<OriginWait> _others = [];
    private int _underWay;
    private int _waiting;

    /// <summary>Requests that are under way.</summary>
    public int UnderWay => Volatile.Read(ref _underWay);

    /// <summary>Requests that wait.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Enters where nobody waits and there is room; <see cref="Leave"/> follows.</summary>
    /// <param name="most">How many may be under way.</param>
    public bool TryEnter(int most) => Waiting == 0 && TryTake(most);

    /// <summary>
    /// Enters, or waits at the end of the queue. Where the queue is full, a known visitor takes the place of the newest of the others.
    /// </summary>
    /// <param name="wait">Who.</param>
    /// <param name="length">How many may wait.</param>
    public void EnterOrWait(OriginWait wait, int length)
    {
        OriginWait? displaced = null;
        lock (_lock)
        {
            // Said before anybody looks for room: whoever leaves after this sees it, and whoever left before has made room.
            var waiting = Interlocked.Increment(ref _waiting);
            if (waiting == 1 && TryTake(wait.Most))
            {
                Interlocked.Decrement(ref _waiting);
                wait.End(OriginWaitEnd.Entered);
                return;
            }

            if (waiting > length)
            {
                displaced = wait.IsKnown && length > 0 ? _others.Last?.Value : null;
                Interlocked.Decrement(ref _waiting);
                if (displaced is null)
                {
                    wait.End(OriginWaitEnd.QueueFull);
                    return;
                }

                Remove(displaced);
            }

            wait.Place = (wait.IsKnown ? _known : _others).AddLast(wait);
        }

        displaced?.End(OriginWaitEnd.Displaced);
    }

    /// <summary>Stops waiting.</summary>
    /// <returns>False when the wait has ended already, perhaps by entering.</returns>
    public bool TryGiveUp(OriginWait wait)
    {
        lock (_lock)
        {
            if (wait.Place is null)
            {
                return false;
            }

            Remove(wait);
            Interlocked.Decrement(ref _waiting);
            return true;
        }
    }

    /// <summary>A request that had entered is under way no more.</summary>
    public void Leave()
    {
        Interlocked.Decrement(ref _underWay);
        if (Waiting > 0)
        {
            Admit();
        }
    }

    // Known visitors first, each kind in its order; those whose visitors have left meanwhile are sent away.
    private void Admit()
    {
        lock (_lock)
        {
            while ((_known.First ?? _others.First)?.Value is { } next)
            {
                var gone = next.Request.IsAbandoned;
                if (!gone && !TryTake(next.Most))
                {
                    return;
                }

                Remove(next);
                Interlocked.Decrement(ref _waiting);
                next.End(gone ? OriginWaitEnd.VisitorLeft : OriginWaitEnd.Entered);
            }
        }
    }

    private void Remove(OriginWait wait)
    {
        wait.Place!.List!.Remove(wait.Place);
        wait.Place = null;
    }

    private bool TryTake(int most)
    {
        var underWay = Volatile.Read(ref _underWay);
        while (underWay < most)
        {
            var seen = Interlocked.CompareExchange(ref _underWay, underWay + 1, underWay);
            if (seen == underWay)
            {
                return true;
            }

            underWay = seen;
        }

        return false;
    }
}
