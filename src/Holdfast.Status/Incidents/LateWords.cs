using Holdfast.Status.Storage;
using Microsoft.Extensions.Logging;

namespace Holdfast.Status.Incidents;

/// <summary>Reminds of words that were promised and have not come: once each, in the log; the desk shows them as long as they are late.</summary>
internal sealed class LateWords(StatusStore store, TimeProvider time, ILogger logger)
{
    private readonly HashSet<(string Incident, DateTimeOffset Due)> reminded = [];

    /// <summary>Looks once; one caller at a time.</summary>
    public void Check()
    {
        var now = time.GetUtcNow();
        var late = store
            .Current.State.Unresolved.Where(incident => incident.NextUpdateAt <= now)
            .Select(incident => (incident.Id, Due: incident.NextUpdateAt!.Value, incident.Name))
            .ToList();
        foreach (var (id, due, name) in late)
        {
            if (reminded.Add((id, due)))
            {
                StatusLog.Late(logger, id, name, due);
            }
        }

        reminded.IntersectWith(late.Select(one => (one.Id, one.Due)));
    }
}
