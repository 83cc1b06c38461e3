namespace Holdfast.Edge.Guard;

/// <summary>
/// Looks from a thread of its own, because all others may be lost, for threads that do not come back from a module: opens that module's breaker in
/// its zone, so that no more threads go there, and counts.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    private readonly EdgeGuard _guard;
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;

    /// <summary>Starts watching.</summary>
    public Watchdog(EdgeGuard guard)
    {
        _guard = guard;
        _thread = new Thread(Run) { IsBackground = true, Name = "guard's watchdog" };
        _thread.Start();
    }

    /// <summary>Ends watching.</summary>
    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
    }

    private void Run()
    {
        while (!_stop.Wait(_guard.Limits.WatchInterval))
        {
            LookAround(_guard.NextLook());
        }
    }

    private void LookAround(int look)
    {
        var lost = 0;
        foreach (var slot in GuardSlot.All)
        {
            var since = slot.Since;
            if (since == 0 || slot.Guard is not { } zone || zone.Edge != _guard || look - since < _guard.Limits.LooksUntilLost)
            {
                continue;
            }

            // The slot may have gone on to its next run meanwhile; then it is not lost.
            var module = slot.Module;
            if (slot.Since != since)
            {
                continue;
            }

            lost++;
            if (slot.LostSince != since)
            {
                slot.LostSince = since;
                zone.Lost(module);
            }
        }

        _guard.Lose(lost);
    }
}
