using System.Globalization;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Storage;

namespace Holdfast.Status.Incidents;

/// <summary>Two incidents that turn out to be one.</summary>
internal sealed class IncidentMerge(StatusStore store)
{
    /// <summary>
    /// Puts one incident's updates and components into another's. The first is on no list any more; its address shows the other, so that what
    /// people were sent still leads somewhere.
    /// </summary>
    /// <param name="who">Who does.</param>
    /// <param name="from">The incident that goes.</param>
    /// <param name="into">The incident that stays.</param>
    /// <exception cref="StatusProblem">One of them is not there, or they can't be one.</exception>
    public Incident Merge(string who, string from, string into) =>
        store.Change(
            who,
            change =>
            {
                var (one, other) = (Find(change, from), Find(change, into));
                if (one.Id == other.Id)
                {
                    throw StatusProblem.Invalid("incident.into", "it is the incident itself");
                }

                if (one.IsMaintenance || other.IsMaintenance)
                {
                    throw StatusProblem.Invalid("incident.into", "incidents are merged with incidents, not with maintenances");
                }

                if (one.Updates.Length + other.Updates.Length > StatusPageLimits.Updates)
                {
                    throw StatusProblem.Invalid(
                        "incident.into",
                        string.Create(CultureInfo.InvariantCulture, $"together they have more than {StatusPageLimits.Updates} updates")
                    );
                }

                var merged = other with
                {
                    Updates = [.. other.Updates.Concat(one.Updates).OrderByDescending(update => update.DisplayAt)],
                    ComponentIds = [.. other.ComponentIds.Union(one.ComponentIds)],
                    StartedAt = one.StartedAt < other.StartedAt ? one.StartedAt : other.StartedAt,
                    Impact = other.ImpactOverride ?? (IncidentImpact)Math.Max((int)one.Impact, (int)other.Impact),
                    UpdatedAt = change.Now,
                };
                change.Put(merged);
                change.Put(
                    one with
                    {
                        MergedInto = other.Id,
                        NextUpdateAt = null,
                        Status = one.Status.IsOver() ? one.Status : IncidentStatus.Resolved,
                        ResolvedAt = one.ResolvedAt ?? change.Now,
                        UpdatedAt = change.Now,
                    }
                );
                return merged;
            }
        );

    private static Incident Find(StatusChange change, string id) =>
        change.Incident(id) is { MergedInto: null } incident ? incident : throw StatusProblem.Missing("incident", id);
}
