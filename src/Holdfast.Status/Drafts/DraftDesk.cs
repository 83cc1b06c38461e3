using System.Collections.Immutable;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Incidents;
using Holdfast.Status.Page;
using Holdfast.Status.Storage;
using Holdfast.Status.Watching;
using Microsoft.Extensions.Logging;

namespace Holdfast.Status.Drafts;

/// <summary>
/// Opens a draft for what is seen, publishes it when its time has come, and follows its incident until it is resolved. What people do with
/// drafts is here too.
/// </summary>
internal sealed partial class DraftDesk
{
    /// <summary>Who the audit log names.</summary>
    public const string Who = "detector";

    /// <summary>Without a sign for so long, it is told that errors are as usual again.</summary>
    public static readonly TimeSpan Calm = TimeSpan.FromMinutes(2);

    /// <summary>Without a sign for so long, it is over.</summary>
    public static readonly TimeSpan Resolved = TimeSpan.FromMinutes(15);

    private readonly StatusStore store;
    private readonly IncidentDesk incidents;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Lock turn = new();
    private ImmutableList<Draft> active;

    /// <summary>Goes on with those of the store that are under way.</summary>
    public DraftDesk(StatusStore store, TimeProvider time, ILogger logger)
    {
        this.store = store;
        this.time = time;
        this.logger = logger;
        incidents = new IncidentDesk(store);
        active = [.. store.Read(database => database.ActiveDrafts())];
    }

    /// <summary>Those under way, oldest first.</summary>
    public ImmutableList<Draft> Active
    {
        get
        {
            lock (turn)
            {
                return active;
            }
        }
    }

    /// <summary>One draft, however old.</summary>
    /// <exception cref="StatusProblem">There is none.</exception>
    public Draft Find(string id) =>
        Active.Find(draft => draft.Id == id) ?? store.Read(database => database.Draft(id)) ?? throw StatusProblem.Missing("draft", id);

    /// <summary>What is seen now: opens drafts, brings those under way up to it, and publishes what is due.</summary>
    /// <param name="signs">What is not as usual.</param>
    /// <param name="around">What is known beside.</param>
    /// <exception cref="StatusStoreException">The disk is full, or gone.</exception>
    public void Consider(IReadOnlyCollection<Sign> signs, Surroundings around)
    {
        lock (turn)
        {
            var now = time.GetUtcNow();
            var state = store.Current.State;
            var seen = Statement.Of(signs, state, around).ToDictionary(statement => statement.About);
            foreach (var statement in seen.Values.Where(statement => !active.Exists(draft => draft.About == statement.About)))
            {
                var draft = Open(statement, now);
                Put(draft);
                StatusLog.Drafted(logger, draft.Id, draft.Name);
            }

            foreach (var draft in active)
            {
                Follow(draft, seen.GetValueOrDefault(draft.About), now);
            }
        }
    }

    /// <summary>Publishes a draft, with other words if they are given.</summary>
    /// <exception cref="StatusProblem">There is none, or it is not open any more.</exception>
    public Draft Publish(string who, string id, string? name, string? body)
    {
        lock (turn)
        {
            var draft = OpenOne(id);
            return Publish(who, draft with { Name = name ?? draft.Name, Body = body ?? draft.Body }, byTimer: false);
        }
    }

    /// <summary>Says that a draft is no incident.</summary>
    /// <exception cref="StatusProblem">There is none, or it is not open any more.</exception>
    public Draft Dismiss(string who, string id)
    {
        lock (turn)
        {
            var draft = OpenOne(id) with { State = DraftState.Dismissed, PublishAt = null };
            store.Write(
                (transaction, now) =>
                {
                    transaction.Put(draft);
                    transaction.Audit(now, who, "draft.dismiss", id, null, null);
                }
            );
            Replace(draft);
            return draft;
        }
    }

    /// <summary>Posts the update that is proposed.</summary>
    /// <exception cref="StatusProblem">There is no draft, or nothing is proposed.</exception>
    public Draft Accept(string who, string id)
    {
        lock (turn)
        {
            var draft = active.Find(draft => draft.Id == id) ?? throw StatusProblem.Missing("draft", id);
            return draft.Proposal is { } proposal
                ? Post(who, draft, proposal)
                : throw new StatusProblem(409, $"nothing is proposed for the draft {id}");
        }
    }

    private Draft OpenOne(string id) =>
        active.Find(draft => draft.Id == id) is { State: DraftState.Open } draft
            ? draft
            : throw new StatusProblem(409, $"the draft {id} is {StatusWords<DraftState>.Of(Find(id).State)}, not open");

    private Draft Open(Statement statement, DateTimeOffset now) =>
        Told(
            new Draft
            {
                Id = StatusIds.New(),
                About = statement.About,
                State = DraftState.Open,
                OpenedAt = now,
                Name = "",
                Body = "",
                Impact = IncidentImpact.None,
                PublishAt = statement.IsForTimer ? now.AddSeconds(statement.State.Profile.PublishDraftsAfter) : null,
            },
            statement
        );

    /// <summary>The draft in the words of what is seen now.</summary>
    private Draft Told(Draft draft, Statement statement) =>
        draft with
        {
            Name = statement.Name,
            Body = statement.Body(new PageView(store.Current, time.GetUtcNow())),
            Impact = statement.Impact,
            Components = statement.Components,
            Signs = statement.Signs,
            Releases = statement.Releases,
            Provider = statement.Provider,
            ClearSince = null,
        };

    private Draft Publish(string who, Draft draft, bool byTimer)
    {
        draft = draft with { State = DraftState.Published, PublishAt = null, IsByTimer = byTimer, Posted = 1 };
        incidents.Create(
            who,
            new IncidentForm
            {
                Name = draft.Name,
                Body = draft.Body,
                Status = IncidentStatus.Investigating,
                SetsImpact = true,
                Impact = draft.Impact,
                Components = Known(draft).ToDictionary(),
            },
            (change, incident) =>
            {
                draft = draft with { IncidentId = incident.Id };
                change.Put(draft);
            }
        );
        StatusLog.Published(logger, draft.Id, draft.IncidentId!, who);
        Replace(draft);
        return draft;
    }

    private Draft Post(string who, Draft draft, Proposal proposal, bool recovers = true)
    {
        var over = proposal.Status.IsOver();
        draft = draft with { Proposal = null, Posted = draft.Posted + 1, State = over ? DraftState.Over : draft.State };
        incidents.Update(
            who,
            draft.IncidentId!,
            new IncidentForm
            {
                Status = proposal.Status,
                Body = proposal.Body,
                Components = over && recovers ? Known(draft).ToDictionary(one => one.Key, _ => ComponentStatus.Operational) : null,
            },
            (change, _) => change.Put(draft)
        );
        Replace(draft);
        return draft;
    }

    /// <summary>Components that there still are.</summary>
    private IEnumerable<KeyValuePair<string, ComponentStatus>> Known(Draft draft) =>
        draft.Components.Where(one => store.Current.State.Components.Any(component => component.Id == one.Key && !component.IsGroup));

    private void Keep(Draft before, Draft after)
    {
        // The figures move with every look; the disk is written when something is decided or the evidence is another one.
        if (
            before.State != after.State
            || before.ClearSince != after.ClearSince
            || before.Proposal != after.Proposal
            || before.Name != after.Name
            || before.Signs.Length != after.Signs.Length
            || before.Attribution != after.Attribution
            || before.Provider?.Text != after.Provider?.Text
        )
        {
            Put(after);
            return;
        }

        Replace(after);
    }

    private void Put(Draft draft)
    {
        store.Write((transaction, _) => transaction.Put(draft));
        Replace(draft);
    }

    private void Replace(Draft draft)
    {
        var index = active.FindIndex(other => other.Id == draft.Id);
        active =
            draft.State == DraftState.Over ? (index < 0 ? active : active.RemoveAt(index))
            : index < 0 ? active.Add(draft)
            : active.SetItem(index, draft);
    }
}
