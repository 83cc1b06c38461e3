using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Holdfast.Status.Storage;
using Holdfast.Status.Watching;
using Microsoft.Extensions.Logging;

namespace Holdfast.Status.Reports;

/// <summary>
/// Everything about visitors' reports: takes them, counts them, says what is usual and what is not. Its file is its own, so that a flood of
/// reports never holds up who posts an incident.
/// </summary>
internal sealed class ReportDesk : IDisposable
{
    /// <summary>Counts go to the disk so often while they change; what each report adds is there at once.</summary>
    private static readonly TimeSpan SettleEvery = TimeSpan.FromSeconds(10);

    /// <summary>Baselines are made anew so often.</summary>
    private static readonly TimeSpan BaselineEvery = TimeSpan.FromHours(1);

    private readonly ReportDatabase database;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly ConcurrentDictionary<string, ReportTally> tallies = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ReportState> states = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (DateTimeOffset At, Baseline Baseline)> baselines = new(StringComparer.Ordinal);
    private readonly ReportIntake intake;
    private DateTimeOffset settledAt;
    private long seenSlot;
    private long version;

    private ReportDesk(ReportDatabase database, ServiceDesk services, Countries countries, StatusOptions options, ILogger logger)
    {
        this.database = database;
        this.logger = logger;
        time = options.Time;
        Services = services;
        Countries = countries;
        Tickets = new ReportTickets(options.ReportWork, options.Time);
        intake = new ReportIntake(database, tallies, options.Time, logger);
    }

    /// <summary>What is reported about.</summary>
    public ServiceDesk Services { get; }

    /// <summary>Where visitors are.</summary>
    public Countries Countries { get; }

    /// <summary>What visitors show with a report.</summary>
    public ReportTickets Tickets { get; }

    /// <summary>Higher with every change that a page has to show at once: services, comments, levels.</summary>
    public long Version => Interlocked.Read(ref version) + Services.Version;

    /// <summary>Opens the file beside the store's.</summary>
    /// <exception cref="StatusStoreException">It can't be used.</exception>
    public static ReportDesk Open(string path, StatusStore store, StatusOptions options, ILogger logger)
    {
        var database = ReportDatabase.Open(path);
        try
        {
            var desk = new ReportDesk(
                database,
                new ServiceDesk(store, options.Time),
                Countries.Open(options.CountryDatabase, logger),
                options,
                logger
            );
            desk.Load();
            return desk;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Writes reports until <see cref="Complete"/>.</summary>
    public Task RunAsync() => intake.RunAsync();

    /// <summary>No more reports are taken.</summary>
    public void Complete() => intake.Complete();

    /// <summary>Takes a report; see <see cref="ReportIntake.TakeAsync"/>.</summary>
    public Task<ReportOutcome> TakeAsync(Report report) => intake.TakeAsync(report);

    /// <summary>Looks at every service's reports; what happens each second.</summary>
    /// <exception cref="StatusStoreException">The disk is full, or gone; what was seen is still known.</exception>
    public void Look()
    {
        var now = time.GetUtcNow();
        var slot = ReportSlot.Of(now);
        var news = new List<(string Service, ReportState State)>();
        foreach (var (service, tally) in tallies)
        {
            var from = slot - ReportState.Slots + 1;
            var reports = 0;
            for (var one = from; one <= slot; one++)
            {
                reports += tally[one].Counted;
            }

            var before = StateOf(service);
            if (reports == 0 && before.Level == ReportLevel.None)
            {
                continue;
            }

            var baseline = BaselineOf(service);
            var after = before.Next(now, reports, baseline.Expected(from, now), baseline.IsKnown, tally.NetworksFrom(from));
            states[service] = after;
            if (after.IsUnusual(now))
            {
                // The slots in which it began are part of it, and must not teach what is usual.
                var since = before.Level == ReportLevel.None ? from : slot;
                for (var one = since; one <= slot; one++)
                {
                    if (one == slot || tally[one].Counted > 0)
                    {
                        tally.Tell(one, after.Level);
                    }
                }
            }

            if (after.Level != before.Level)
            {
                news.Add((service, after));
            }
        }

        if (news.Count > 0 || now - settledAt >= SettleEvery || now < settledAt || slot != seenSlot)
        {
            Settle(now, slot, news);
        }
    }

    /// <summary>
    /// Problems that visitors report with what is ours, as evidence beside what is measured. Services of others are no evidence of ours.
    /// </summary>
    public IEnumerable<Sign> Signs() =>
        from service in Services.Shown
        let state = StateOf(service.Id)
        where service.ComponentId is not null && state.Level == ReportLevel.Problems
        select new Sign
        {
            Kind = SignKind.VisitorReports,
            Source = service.Name,
            ComponentId = service.ComponentId,
            Since = state.Began ?? state.Since,
            Said = string.Create(
                CultureInfo.InvariantCulture,
                $"{state.Reports} reports from {state.Networks} networks in the last quarter of an hour, where {state.Expected:0} are usual"
            ),
            IsFalling = state.IsFalling,
        };

    /// <summary>Services of somebody else's that visitors report problems with now, by their names.</summary>
    public List<string> InTrouble() =>
        [
            .. Services
                .Shown.Where(service => service.ComponentId is null && StateOf(service.Id).Level == ReportLevel.Problems)
                .Select(service => service.Name),
        ];

    /// <summary>What is told of a service.</summary>
    public ReportState StateOf(string service) => states.GetValueOrDefault(service, Quiet);

    /// <summary>A service's slot.</summary>
    public ReportSlot SlotOf(string service, long slot) =>
        tallies.TryGetValue(service, out var tally) ? tally[slot] : new ReportSlot(slot, 0, 0, 0, ReportLevel.None);

    /// <summary>What is usual for a service.</summary>
    public Baseline BaselineOf(string service)
    {
        var now = time.GetUtcNow();
        if (baselines.TryGetValue(service, out var known) && now - known.At < BaselineEvery && now >= known.At)
        {
            return known.Baseline;
        }

        var until = ReportSlot.Of(now);
        var from = until - (Baseline.Days * ReportLimits.SlotsOfDay);
        var baseline = database.Read(tables => Baseline.Of(tables.Slots(service, from, until), tables.Seen(from, until), until));
        baselines[service] = (now, baseline);
        return baseline;
    }

    /// <summary>Problem types and regions of the last day, most reported first.</summary>
    public (List<(string Name, int Reports)> Problems, List<(string Name, int Reports)> Regions) PartsOf(string service)
    {
        var hour = (time.GetUtcNow().ToUnixTimeSeconds() / 3_600) - 23;
        return database.Read(tables => (tables.Parts(service, hour, "problem"), tables.Parts(service, hour, "region")));
    }

    /// <summary>Comments that wait for an operator, or are shown; of one service or of all, newest first.</summary>
    public List<ReportComment> Comments(string? service, bool shown, int most) =>
        database.Read(tables => tables.Comments(service, shown, most));

    /// <summary>Lets a comment through, or deletes it; the audit log says who, and not what it said.</summary>
    /// <exception cref="StatusProblem">There is none.</exception>
    public void Moderate(string who, string id, bool show)
    {
        var found = false;
        database.Write(tables => found = show ? tables.Show(id) : tables.RemoveComment(id));
        if (!found)
        {
            throw StatusProblem.Missing("comment", id);
        }

        Interlocked.Increment(ref version);
        Services.Moderated(who, id, show);
    }

    /// <summary>Removes a service with all its reports.</summary>
    /// <exception cref="StatusProblem">There is none.</exception>
    public void Remove(string who, string id)
    {
        Services.Remove(who, id);
        database.Write(tables => tables.RemoveService(id));
        tallies.TryRemove(id, out _);
        states.TryRemove(id, out _);
        baselines.TryRemove(id, out _);
    }

    public void Dispose()
    {
        database.Dispose();
        Countries.Dispose();
    }

    private static ReportState Quiet { get; } = new();

    private void Load()
    {
        var now = ReportSlot.Of(time.GetUtcNow());
        var from = now - ReportLimits.SlotsOfDay;
        database.Read(tables =>
        {
            foreach (var service in tables.Reported(from))
            {
                var tally = tallies.GetOrAdd(service, _ => new ReportTally());
                tables.Slots(service, from, now + 1).ForEach(tally.Load);
            }

            foreach (var (service, slot, network, reports) in tables.Networks(now - ReportTally.LiveSlots + 1))
            {
                tallies.GetOrAdd(service, _ => new ReportTally()).LoadNetwork(slot, network, reports);
            }

            foreach (var (service, body) in tables.Levels())
            {
                tallies.GetOrAdd(service, _ => new ReportTally());
                states[service] = JsonSerializer.Deserialize(body, ReportsJson.Default.ReportState)!;
            }

            return true;
        });
    }

    private void Settle(DateTimeOffset now, long slot, List<(string Service, ReportState State)> news)
    {
        var changed = tallies.Select(one => (one.Key, Slots: one.Value.TakeChanged())).Where(one => one.Slots.Count > 0).ToList();
        try
        {
            database.Write(tables =>
            {
                foreach (var (service, slots) in changed)
                {
                    slots.ForEach(one => tables.Settle(service, one));
                }

                foreach (var (service, state) in news)
                {
                    tables.KeepLevel(service, JsonSerializer.Serialize(state, ReportsJson.Default.ReportState));
                }

                if (slot != seenSlot)
                {
                    tables.Seen(slot);
                    tables.Forget(now);
                }
            });
        }
        catch (StatusStoreException)
        {
            foreach (var (service, slots) in changed)
            {
                tallies.GetValueOrDefault(service)?.PutBack(slots);
            }

            throw;
        }

        settledAt = now;
        if (slot != seenSlot)
        {
            seenSlot = slot;
            foreach (var tally in tallies.Values)
            {
                tally.Forget(slot);
            }
        }

        foreach (var (service, state) in news)
        {
            Interlocked.Increment(ref version);
            StatusLog.Reported(
                logger,
                service,
                StatusWords<ReportLevel>.Of(state.Level),
                state.Reports,
                state.Networks,
                Math.Round(state.Expected, 1)
            );
        }
    }
}
