using System.Globalization;
using Holdfast.Status.Detection;
using Holdfast.Status.OutsideStatus;
using Holdfast.Status.Providers;
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
    private readonly RecentCauses causes = new();
    private readonly SeenReleases releases = new();
    private readonly Flows flows = new();
    private RatioDetector moduleFaults = new();
    private DateTimeOffset failingSince;
    private DateTimeOffset? pushedAt;
    private DateTimeOffset? firstLook;
    private int failures;

    /// <summary>Goes on with what was learned before.</summary>
    /// <param name="watch">The watch.</param>
    /// <param name="learned">What was kept under a key, or null.</param>
    public WatchState(Watch watch, Func<string, byte[]?> learned)
    {
        Watch = watch;
        this.learned = learned;
        all.Read(name => learned($"{watch.Id}//{name}"));
        moduleFaults = RatioDetector.Read(learned($"{watch.Id}//modules"));
    }

    /// <summary>The watch as it is now.</summary>
    public Watch Watch { get; set; }

    /// <summary>When it is to be looked at again.</summary>
    public DateTimeOffset DueAt { get; private set; }

    /// <summary>When it was last looked at, or null.</summary>
    public DateTimeOffset? LookedAt { get; private set; }

    /// <summary>What the last look said; empty when all was well.</summary>
    public string Said { get; private set; } = "";

    /// <summary>Whether two looks in a row have failed, or an outside service tells of trouble.</summary>
    public bool IsFailing => failures >= 2 || !Outside.Troubles.IsEmpty;

    /// <summary>What an outside service's page said.</summary>
    public OutsideMemory Outside { get; } = new();

    /// <summary>The releases that the edge told of.</summary>
    public IReadOnlyList<SeenRelease> Releases => releases.All;

    /// <summary>What came for which zone, and where its answers came from.</summary>
    public IEnumerable<ZoneFlow> Flows => flows.All;

    /// <summary>When the edge last pushed, or null.</summary>
    public DateTimeOffset? PushedAt => pushedAt;

    /// <summary>
    /// Since when an edge that came by itself has told nothing: its last document, or the page's first look; null for one that people or the command
    /// line watch, which stays, and for one that can be asked.
    /// </summary>
    public DateTimeOffset? SilentSince => Watch is { IsPushed: true, IsOwn: false, Target.Length: 0 } ? pushedAt ?? firstLook : null;

    /// <summary>Takes what an edge pushed: it answers, whether it can be asked or not.</summary>
    public void Pushed(DateTimeOffset now, EdgeHealth document)
    {
        pushedAt = now;
        LookedAt ??= now;
        failures = 0;
        Count(now, document);
    }

    /// <summary>A look at an edge that is not asked: nothing is wrong while it pushes.</summary>
    public ProbeResult LookAtPushes(DateTimeOffset now)
    {
        firstLook ??= now;
        return IsPushing(now) || (pushedAt is null && now - firstLook < WatchLimits.PushedFor)
            ? new ProbeResult(true, "")
            : new ProbeResult(
                false,
                string.Create(CultureInfo.InvariantCulture, $"it has told nothing for {WatchLimits.PushedFor.TotalSeconds} s")
            );
    }

    /// <summary>Takes a look's result.</summary>
    public void Looked(DateTimeOffset now, ProbeResult result)
    {
        LookedAt = now;
        Said = result.Said;
        DueAt = now.AddSeconds(Watch.Interval);
        if (Watch.Kind == WatchKind.Feed)
        {
            Outside.Take(now, result.Outside);
            Said = result.IsWell
                ? string.Join("; ", Outside.Troubles.Select(trouble => trouble.Title))
                : $"its page cannot be read: {result.Said}";
            return;
        }

        if (!result.IsWell && IsPushing(now))
        {
            // Either way is enough: what cannot be reached from here may be well.
            failures = 0;
            return;
        }

        if (!result.IsWell && IsStarting(now))
        {
            return;
        }

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
        if (Watch.Kind == WatchKind.Feed)
        {
            yield break;
        }

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

        var place = last is { Place.Length: > 0 } known ? known.Place : null;
        foreach (var sign in all.Signs(Watch.Name, Watch.ComponentId))
        {
            yield return Caused(sign with { Place = place }, null);
        }

        foreach (var (id, counts) in zones)
        {
            foreach (var sign in counts.Signs(Watch.Name, Watch.ComponentId))
            {
                yield return Caused(sign with { Place = place, ZoneId = id, Generation = counts.Generation }, id);
            }
        }

        if (moduleFaults.Alarm is { } faults)
        {
            var module = causes.Module;
            yield return Sign.Of(faults, SignKind.ModuleFaults, Watch.Name) with
            {
                Place = place,
                Said = module?.Module,
                ZoneId = module is { ZoneId.Length: > 0 } ? module.Value.ZoneId : null,
                Zone = module is { } one && last!.Zones.TryGetValue(one.ZoneId, out var zone) ? zone.Name : null,
                Generation = module?.Generation,
            };
        }

        foreach (var release in releases.All.Where(release => release.IsOut))
        {
            yield return new Sign
            {
                Kind = SignKind.ReleaseOut,
                Source = Watch.Name,
                Place = place,
                Since = release.ChangedAt,
                Release = string.Create(CultureInfo.InvariantCulture, $"{release.Artifact}@{release.Generation}"),
                Said = release.Reason is { } reason ? $"{release.Step}: {reason}" : release.Step,
            };
        }
    }

    /// <summary>A sign of errors with what they are.</summary>
    private Sign Caused(Sign sign, string? zoneId)
    {
        if (sign.Kind is not (SignKind.EdgeErrors or SignKind.OriginErrors))
        {
            return sign;
        }

        var found = causes.Of(edges: sign.Kind == SignKind.EdgeErrors, zoneId);
        return sign with { Said = RecentCauses.Text(found), Cause = found.IsEmpty || found[0].Share < 0.5 ? null : found[0].Cause };
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

        transaction.KeepLearned($"{Watch.Id}//modules", now, moduleFaults.Write());
    }

    /// <summary>The page may be up before the edges that are started with it.</summary>
    private bool IsStarting(DateTimeOffset now)
    {
        firstLook ??= now;
        return Watch.IsOwn && last is null && now - firstLook < WatchLimits.StartsWithin;
    }

    private bool IsPushing(DateTimeOffset now) => pushedAt is { } at && now - at < WatchLimits.PushedFor;

    private void Count(DateTimeOffset now, EdgeHealth document)
    {
        var seconds = (now - lastAt).TotalSeconds;
        if (last is { } newer && newer.Started == document.Started && (document.All.Since(newer.All) is null || seconds <= 0))
        {
            // What was asked for and what was pushed may overtake each other: the older one says nothing.
            return;
        }

        releases.Take(now, document, Watch.Name);
        if (last is { } before && before.Started == document.Started && seconds is > 0 and < 600)
        {
            var at = now.ToUnixTimeSeconds();
            if (document.All.Since(before.All) is { } more)
            {
                all.Observe(at, seconds, more);
                var faults = Math.Clamp(document.Faults - before.Faults, 0, more.Requests);
                moduleFaults.Observe(at, seconds, faults, more.Requests);
                causes.Take(before, document, seconds);
                flows.Take(before, document, seconds);
            }

            foreach (var (id, zone) in document.Zones)
            {
                var earlier = before.Zones.TryGetValue(id, out var known) ? known.Counts : default;
                if (zone.Counts.Since(earlier) is { } moreOfZone)
                {
                    var counts = Of(id, zone.Name);
                    counts.SeenAt = now;
                    counts.Generation = zone.Generation > 0 ? zone.Generation : null;
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
