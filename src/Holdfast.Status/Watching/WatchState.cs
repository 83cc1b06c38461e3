using Holdfast.Status.Storage;

namespace Holdfast.Status.Watching;

/// <summary>What is known of one watch. One thread at a time.</summary>
internal sealed class WatchState
{
    private readonly Func<string, byte[]?> learned;
    private readonly Dictionary<string, WatchedCounts> zones = new(StringComparer.Ordinal);
    private readonly WatchedCounts all = new(null);
    private EdgeHealth? last;
    private DateTimeOffset lastAt;
    private DateTimeOffset failingSince;
    private int failures;

    /// <summary>Goes on with what was learned before.</summary>
    /// <param name="watch">The watch.</param>
    /// <param name="learned">What was kept under a key, or null.</param>
    public WatchState(Watch watch, Func<string, byte[]?> learned)
    {
        Watch = watch;
        this.learned = learned;
        all.Read(name => learned($"{watch.Id}//{name}"));
    }

    /// <summary>The watch as it is now.</summary>
    public Watch Watch { get; set; }

    /// <summary>When it is to be looked at again.</summary>
    public DateTimeOffset DueAt { get; private set; }

    /// <summary>When it was last looked at, or null.</summary>
    public DateTimeOffset? LookedAt { get; private set; }

    /// <summary>What the last look said; empty when all was well.</summary>
    public string Said { get; private set; } = "";

    /// <summary>Whether two looks in a row have failed.</summary>
    public bool IsFailing => failures >= 2;

    /// <summary>Takes a look's result.</summary>
    public void Looked(DateTimeOffset now, ProbeResult result)
    {
        LookedAt = now;
        Said = result.Said;
        DueAt = now.AddSeconds(Watch.Interval);
        if (!result.IsWell)
        {
            failingSince = failures == 0 ? now : failingSince;
            failures++;
            DueAt = failures == 1 ? now + WatchLimits.Confirm : DueAt;
            return;
        }

        failures = 0;
        if (result.Document is { } document)
        {
            Count(now, document);
        }
    }

    /// <summary>What is not as usual.</summary>
    public IEnumerable<Sign> Signs()
    {
        if (IsFailing)
        {
            yield return new Sign
            {
                Kind = Watch.Kind == WatchKind.Edge ? SignKind.NotAnswering : SignKind.CheckFailed,
                Source = Watch.Name,
                ComponentId = Watch.ComponentId,
                Since = failingSince,
                Share = 1,
                Peak = 1,
                Said = Said,
            };
            yield break;
        }

        foreach (var sign in zones.Values.Prepend(all).SelectMany(counts => counts.Signs(Watch.Name, Watch.ComponentId)))
        {
            yield return sign;
        }
    }

    /// <summary>Keeps what was learned.</summary>
    public void Keep(StatusTransaction transaction, DateTimeOffset now)
    {
        foreach (var (key, counts) in zones.Append(new("", all)))
        {
            foreach (var (name, bytes) in counts.Write())
            {
                transaction.KeepLearned($"{Watch.Id}/{key}/{name}", now, bytes);
            }
        }
    }

    private void Count(DateTimeOffset now, EdgeHealth document)
    {
        var seconds = (now - lastAt).TotalSeconds;
        if (last is { } before && before.Started == document.Started && seconds is > 0 and < 600)
        {
            var at = now.ToUnixTimeSeconds();
            if (document.All.Since(before.All) is { } more)
            {
                all.Observe(at, seconds, more);
            }

            foreach (var (id, zone) in document.Zones)
            {
                var earlier = before.Zones.TryGetValue(id, out var known) ? known.Counts : default;
                if (zone.Counts.Since(earlier) is { } moreOfZone)
                {
                    var counts = Of(id, zone.Name);
                    counts.SeenAt = now;
                    counts.Observe(at, seconds, moreOfZone);
                }
            }

            // An edge that was replaced knows a zone from its first request on: until then nobody asks for it, which its detector has to see.
            foreach (var (id, counts) in zones.Where(zone => !document.Zones.ContainsKey(zone.Key)).ToList())
            {
                counts.Observe(at, seconds, default);
                if (now - counts.SeenAt > WatchLimits.Forget)
                {
                    zones.Remove(id);
                }
            }
        }

        last = document;
        lastAt = now;
    }

    private WatchedCounts Of(string id, string name)
    {
        if (!zones.TryGetValue(id, out var counts))
        {
            counts = new WatchedCounts(name);
            counts.Read(detector => learned($"{Watch.Id}/{id}/{detector}"));
            zones.Add(id, counts);
        }

        return counts;
    }
}
