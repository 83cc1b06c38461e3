using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Storage;

namespace Holdfast.Status.Incidents;

/// <summary>What people do with incidents and maintenances: open, update, correct, remove. The rules are here; nothing is half-applied.</summary>
internal sealed class IncidentDesk(StatusStore store)
{
    /// <summary>Opens an incident, schedules a maintenance, or writes down one that is over.</summary>
    /// <param name="who">Who does.</param>
    /// <param name="form">What is said.</param>
    /// <param name="also">What is written with it, or not at all.</param>
    /// <exception cref="StatusProblem">Something in it is wrong.</exception>
    public Incident Create(string who, IncidentForm form, Action<StatusChange, Incident>? also = null) =>
        store.Change(
            who,
            change =>
            {
                var maintenance = form.ScheduledFor is not null || form.Status?.IsMaintenance() == true;
                var status = form.Status ?? FirstStatus(form, maintenance);
                Check(status, maintenance);
                var (from, until) = Schedule(form, maintenance, before: null);
                var started = Started(form, change.Now, from);
                var incident = new Incident
                {
                    Id = StatusIds.New(),
                    Name = form.Name ?? throw StatusProblem.Invalid("incident.name", "it can't be blank"),
                    Status = status,
                    Impact = IncidentImpact.None,
                    CreatedAt = change.Now,
                    UpdatedAt = change.Now,
                    StartedAt = started,
                    ScheduledFor = from,
                    ScheduledUntil = until,
                };
                incident = Put(change, incident, form, form.Backfilled ? started : change.Now);
                also?.Invoke(change, incident);
                return incident;
            }
        );

    /// <summary>Changes an incident; with a status or words it gets an update.</summary>
    /// <param name="who">Who does.</param>
    /// <param name="id">Which incident.</param>
    /// <param name="form">What is said.</param>
    /// <param name="also">What is written with it, or not at all.</param>
    /// <exception cref="StatusProblem">There is no such incident, or something is wrong.</exception>
    public Incident Update(string who, string id, IncidentForm form, Action<StatusChange, Incident>? also = null) =>
        store.Change(
            who,
            change =>
            {
                var incident = Own(change, id);
                if (form.Backfilled || form.BackfillDate is not null)
                {
                    throw StatusProblem.Invalid(
                        "incident.backfilled",
                        "it is for new incidents: the past of one that was reported is not rewritten"
                    );
                }

                Check(form.Status ?? incident.Status, incident.IsMaintenance);
                var (from, until) = Schedule(form, incident.IsMaintenance, incident);
                incident = incident with
                {
                    Name = form.Name ?? incident.Name,
                    ScheduledFor = from,
                    ScheduledUntil = until,
                    StartedAt = from ?? incident.StartedAt,
                    UpdatedAt = change.Now,
                };
                incident = Put(change, incident, form, change.Now);
                also?.Invoke(change, incident);
                return incident;
            }
        );

    /// <summary>Corrects the words of an update; the earlier ones are kept and shown to who asks.</summary>
    /// <exception cref="StatusProblem">There is no such update, or the words are wrong.</exception>
    public IncidentUpdate EditUpdate(string who, string incidentId, string updateId, string? body, DateTimeOffset? displayAt) =>
        store.Change(
            who,
            change =>
            {
                var incident = Own(change, incidentId);
                var update =
                    incident.Updates.FirstOrDefault(one => one.Id == updateId) ?? throw StatusProblem.Missing("incident update", updateId);
                var edited = update with { DisplayAt = displayAt ?? update.DisplayAt };
                if (body is not null && body != update.Body)
                {
                    if (update.Earlier.Length >= StatusPageLimits.Edits)
                    {
                        throw StatusProblem.Invalid(
                            "incident_update.body",
                            string.Create(CultureInfo.InvariantCulture, $"it was edited {StatusPageLimits.Edits} times; post a new update")
                        );
                    }

                    edited = edited with { Body = body, Earlier = update.Earlier.Add(new EarlierWords(update.Body, change.Now)) };
                }

                if (edited == update)
                {
                    return update;
                }

                edited = edited with { UpdatedAt = change.Now };
                change.Put(incident with { Updates = incident.Updates.Replace(update, edited), UpdatedAt = change.Now });
                return edited;
            }
        );

    /// <summary>Removes an incident from the page; the audit log keeps it.</summary>
    /// <exception cref="StatusProblem">There is no such incident.</exception>
    public Incident Remove(string who, string id) =>
        store.Change(
            who,
            change =>
            {
                var incident = change.Incident(id) ?? throw StatusProblem.Missing("incident", id);
                change.Remove(incident);
                return incident;
            }
        );

    /// <summary>An incident that was not merged into another.</summary>
    private static Incident Own(StatusChange change, string id) =>
        change.Incident(id) is not { } incident ? throw StatusProblem.Missing("incident", id)
        : incident.MergedInto is { } into ? throw new StatusProblem(409, $"the incident {id} was merged into {into}; that one goes on")
        : incident;

    private static Incident Put(StatusChange change, Incident incident, IncidentForm form, DateTimeOffset displayAt)
    {
        var affected = SetComponents(change, incident, form);
        var ids = form.ComponentIds ?? [.. incident.ComponentIds];
        ids.AddRange(form.Components?.Keys.Except(ids) ?? []);
        incident = incident with { ComponentIds = [.. ids] };
        var status = form.Status ?? incident.Status;
        var says = form.Body is not null || status != incident.Status || incident.Updates.IsEmpty;
        if (says)
        {
            if (incident.Updates.Length >= StatusPageLimits.Updates)
            {
                throw StatusProblem.Invalid(
                    "incident.body",
                    string.Create(CultureInfo.InvariantCulture, $"the incident has {StatusPageLimits.Updates} updates, which is the most")
                );
            }

            var update = new IncidentUpdate
            {
                Id = StatusIds.New(),
                Status = status,
                Body = form.Body ?? "",
                CreatedAt = change.Now,
                UpdatedAt = change.Now,
                DisplayAt = displayAt,
                AffectedComponents = affected,
            };
            incident = incident with { Updates = incident.Updates.Insert(0, update) };
        }

        incident = Moved(incident, status, displayAt) with { ImpactOverride = form.SetsImpact ? form.Impact : incident.ImpactOverride };
        incident = incident with { Impact = Impact(incident, affected), NextUpdateAt = NextUpdate(incident, form, says, change.Now) };
        change.Put(incident);
        if (says && form.Tells && !form.Backfilled)
        {
            change.Tell(incident);
        }

        return incident;
    }

    /// <summary>Gives components the states that the form says, and tells what each of the incident's did.</summary>
    private static ImmutableArray<AffectedComponent> SetComponents(StatusChange change, Incident incident, IncidentForm form)
    {
        var affected = ImmutableArray.CreateBuilder<AffectedComponent>();
        foreach (var id in (form.ComponentIds ?? [.. incident.ComponentIds]).Union(form.Components?.Keys ?? Enumerable.Empty<string>()))
        {
            var component = change.Component(id);
            if (component is null && form.ComponentIds is null && form.Components?.ContainsKey(id) != true)
            {
                // It was removed since the incident began.
                continue;
            }

            if (component is null or { IsGroup: true })
            {
                var place = form.Components?.ContainsKey(id) == true ? "incident.components" : "incident.component_ids";
                throw StatusProblem.Invalid(
                    place,
                    component is null ? $"there is no component with the id {id}" : $"{id} is a group; name its components"
                );
            }

            var status = form.Components?.TryGetValue(id, out var given) == true ? given : component.Status;
            affected.Add(new AffectedComponent(id, component.Name, component.Status, status));
            if (status != component.Status)
            {
                if (form.Backfilled)
                {
                    throw StatusProblem.Invalid("incident.components", "an incident of the past does not change how components do now");
                }

                change.Put(component with { Status = status, UpdatedAt = change.Now });
            }
        }

        return affected.ToImmutable();
    }

    private static Incident Moved(Incident incident, IncidentStatus status, DateTimeOffset at) =>
        incident with
        {
            Status = status,
            MonitoringAt = incident.MonitoringAt ?? (status is IncidentStatus.Monitoring ? at : null),
            ResolvedAt = status.IsOver() ? incident.ResolvedAt ?? at : null,
        };

    private static IncidentImpact Impact(Incident incident, ImmutableArray<AffectedComponent> affected)
    {
        if (incident.ImpactOverride is { } set)
        {
            return set;
        }

        if (incident.IsMaintenance)
        {
            return IncidentImpact.Maintenance;
        }

        var worst = affected.Select(component => IncidentImpacts.Of(component.NewStatus)).DefaultIfEmpty(IncidentImpact.None).Max();
        return worst == IncidentImpact.Maintenance ? incident.Impact
            : worst > incident.Impact ? worst
            : incident.Impact;
    }

    /// <summary>A promise holds until the next word, which may bring another.</summary>
    private static DateTimeOffset? NextUpdate(Incident incident, IncidentForm form, bool says, DateTimeOffset now) =>
        incident.Status.IsOver() ? null
        : form.NextUpdateIn is { } minutes ? now.AddMinutes(minutes)
        : says ? null
        : incident.NextUpdateAt;

    private static IncidentStatus FirstStatus(IncidentForm form, bool maintenance) =>
        maintenance ? IncidentStatus.Scheduled
        : form.Backfilled ? IncidentStatus.Resolved
        : IncidentStatus.Investigating;

    private static DateTimeOffset Started(IncidentForm form, DateTimeOffset now, DateTimeOffset? scheduled)
    {
        if (!form.Backfilled)
        {
            return form.BackfillDate is null
                ? scheduled ?? now
                : throw StatusProblem.Invalid("incident.backfill_date", "it needs backfilled to be true");
        }

        if (form.BackfillDate is not { } date || date > now)
        {
            throw StatusProblem.Invalid("incident.backfill_date", "an incident of the past needs the past date that it began at");
        }

        return date;
    }

    private static void Check(IncidentStatus status, bool maintenance)
    {
        if (status.IsMaintenance() != maintenance)
        {
            throw StatusProblem.Invalid(
                "incident.status",
                maintenance
                    ? "a maintenance is scheduled, in_progress, verifying or completed"
                    : "an incident is investigating, identified, monitoring, resolved or postmortem; a maintenance has scheduled_for"
            );
        }
    }

    private static (DateTimeOffset? From, DateTimeOffset? Until) Schedule(IncidentForm form, bool maintenance, Incident? before)
    {
        var from = form.ScheduledFor ?? before?.ScheduledFor;
        var until = form.ScheduledUntil ?? before?.ScheduledUntil;
        if (!maintenance)
        {
            return from is null && until is null
                ? (null, null)
                : throw StatusProblem.Invalid("incident.scheduled_for", "it is for maintenances, and this is an incident");
        }

        if (from is null || until is null || until <= from)
        {
            throw StatusProblem.Invalid("incident.scheduled_until", "a maintenance has a scheduled_for, and a scheduled_until after it");
        }

        return (from, until);
    }
}
