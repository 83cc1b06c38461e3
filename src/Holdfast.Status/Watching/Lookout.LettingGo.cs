using Holdfast.Status.Storage;

namespace Holdfast.Status.Watching;

// Edges that came by themselves, since they pushed, go by themselves when they push no more.
internal sealed partial class Lookout
{
    /// <summary>Who the audit log names.</summary>
    public const string Forgetful = "expiry";

    private readonly Lock letting = new();

    /// <summary>When a watch is let go if its edge stays silent; null for one that stays.</summary>
    public DateTimeOffset? ExpiresAt(string id)
    {
        lock (reading)
        {
            return states.TryGetValue(id, out var state) ? state.SilentSince + WatchLimits.SilentFor : null;
        }
    }

    /// <summary>Lets those go that were silent for <see cref="WatchLimits.SilentFor"/>.</summary>
    /// <exception cref="StatusStoreException">The disk is full; it is tried again with the next look.</exception>
    private void LetGo(DateTimeOffset now)
    {
        foreach (var watch in Silent(now, WatchLimits.SilentFor))
        {
            LetGo(watch, now, WatchLimits.SilentFor);
        }
    }

    /// <summary>Makes room for a new edge, where all is taken: the one goes that was silent for longest, and for longer than a restart takes.</summary>
    private void MakeRoom(string node)
    {
        if (
            desk.All.Count >= WatchLimits.Watches
            && !desk.All.Exists(watch => watch.Node == node)
            && time.GetUtcNow() is var now
            && Silent(now, WatchLimits.MakesRoomAfter) is [var longest, ..]
        )
        {
            LetGo(longest, now, WatchLimits.MakesRoomAfter);
        }
    }

    /// <summary>Those that came by themselves and are silent, the longest first.</summary>
    private List<Watch> Silent(DateTimeOffset now, TimeSpan atLeast)
    {
        lock (reading)
        {
            return
            [
                .. states
                    .Values.Where(state => state.SilentSince is { } since && now - since >= atLeast)
                    .OrderBy(state => state.SilentSince)
                    .Select(state => state.Watch),
            ];
        }
    }

    private void LetGo(Watch watch, DateTimeOffset now, TimeSpan atLeast)
    {
        // The looking and an edge that pushes may both find the same one; and it may have come back meanwhile.
        lock (letting)
        {
            lock (reading)
            {
                if (!states.TryGetValue(watch.Id, out var state) || !(state.SilentSince is { } since && now - since >= atLeast))
                {
                    return;
                }
            }

            var isShared =
                watch.ComponentId is not null && desk.All.Exists(other => other.Id != watch.Id && other.ComponentId == watch.ComponentId);
            drafts.LetGo(watch.Name, recovers: isShared);
            if (!isShared)
            {
                OwnEdges.RemoveComponent(store, Forgetful, watch);
            }

            desk.LetGo(Forgetful, watch);
        }

        lock (reading)
        {
            states.Remove(watch.Id);
        }
    }
}
