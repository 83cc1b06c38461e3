using Holdfast.Model.StatusPage;
using Holdfast.Status.Page;
using Holdfast.Status.Storage;

namespace Holdfast.Status.Drafts;

// What becomes of a draft: as its signs change, and when what it was seen by is no more.
internal sealed partial class DraftDesk
{
    /// <summary>
    /// Nobody watches a source any more, since it is no more. Drafts of it alone end: one that was published is told so, never that all is as usual.
    /// </summary>
    /// <param name="source">The watch's name.</param>
    /// <param name="recovers">Whether its component works, since others do what it did; else it stays in the state that it has.</param>
    /// <exception cref="StatusStoreException">The disk is full.</exception>
    public void LetGo(string source, bool recovers)
    {
        lock (turn)
        {
            foreach (var draft in active.Where(draft => !draft.Signs.IsEmpty && draft.Signs.All(sign => sign.Source == source)))
            {
                if (
                    draft.State != DraftState.Published
                    || store.Incident(draft.IncidentId!) is not { } incident
                    || incident.Status.IsOver()
                )
                {
                    Put(draft with { State = DraftState.Over, Proposal = null });
                    continue;
                }

                var last = new Proposal(
                    IncidentStatus.Resolved,
                    $"{source} is no longer part of the network, and not watched any more. This incident is closed.",
                    time.GetUtcNow()
                );
                if (draft.IsByTimer && incident.Updates.Length == draft.Posted)
                {
                    Post(Who, draft, last, recovers);
                }
                else
                {
                    // A person has taken over, and ends it: with these words or others.
                    Put(draft with { State = DraftState.Over, Proposal = null });
                }
            }
        }
    }

    private void Follow(Draft draft, Statement? statement, DateTimeOffset now)
    {
        var after = statement is null
            ? draft with
            {
                ClearSince = draft.ClearSince ?? now,
            }
            : draft with
            {
                ClearSince = null,
                Signs = statement.Signs,

                // When it began is known by now; what is told of it later is what edges did with it since.
                Releases = statement.Releases.IsEmpty ? draft.Releases : statement.Releases,
                Provider = statement.Provider ?? draft.Provider,
            };
        if (draft.State == DraftState.Published)
        {
            FollowIncident(after, statement, now);
            return;
        }

        if (after.ClearSince is { } since && now - since >= Calm)
        {
            Put(after with { State = DraftState.Over });
            return;
        }

        if (draft.State == DraftState.Open && statement is not null)
        {
            after = Told(after, statement);
        }

        if (draft.State == DraftState.Open && after.PublishAt is { } due && due <= now)
        {
            Publish(Who, after, byTimer: true);
            return;
        }

        Keep(draft, after);
    }

    private void FollowIncident(Draft draft, Statement? statement, DateTimeOffset now)
    {
        if (store.Incident(draft.IncidentId!) is not { } incident || incident.Status.IsOver())
        {
            Put(draft with { State = DraftState.Over, Proposal = null });
            return;
        }

        var view = new PageView(store.Current, now);
        var proposal = (statement, draft.ClearSince) switch
        {
            (null, { } since) when now - since >= Resolved => new Proposal(
                IncidentStatus.Resolved,
                $"There have been no errors beyond the ordinary since {view.Clock(since)}. This incident is resolved.",
                now
            ),
            (null, { } since) when now - since >= Calm && incident.Status != IncidentStatus.Monitoring => new Proposal(
                IncidentStatus.Monitoring,
                $"What we measure has been as usual since {view.Clock(since)}. We are watching that it stays so.",
                now
            ),
            ({ IsFalling: true }, _) when incident.Status is IncidentStatus.Investigating => new Proposal(
                IncidentStatus.Identified,
                statement.Falling,
                now
            ),
            _ => null,
        };
        if (proposal is null || proposal.Status == draft.Proposal?.Status)
        {
            Keep(draft, proposal is null ? draft with { Proposal = null } : draft);
            return;
        }

        // A person who has written an update has taken over: from then on the timer only proposes.
        if (draft.IsByTimer && incident.Updates.Length == draft.Posted)
        {
            Post(Who, draft, proposal);
            return;
        }

        Put(draft with { Proposal = proposal });
    }
}
