using System.Collections.Immutable;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Watching;

namespace Holdfast.Status.Drafts;

/// <summary>How far a draft is.</summary>
internal enum DraftState
{
    /// <summary><c>open</c>: nobody has decided yet.</summary>
    Open,

    /// <summary><c>published</c>: it is an incident, which is followed.</summary>
    Published,

    /// <summary><c>dismissed</c>: a person said that it is none; it is not opened again before its signs have gone.</summary>
    Dismissed,

    /// <summary><c>over</c>: its signs have gone before it was published, or its incident is resolved.</summary>
    Over,
}

/// <summary>An incident that was seen and not yet told, or is told and followed: one statement with its evidence.</summary>
internal sealed record Draft
{
    /// <summary>Twelve lower-case letters and digits.</summary>
    public required string Id { get; init; }

    /// <summary>What it is about: <c>ours</c>, <c>checks</c>, <c>origin/example.com</c>, <c>slow/example.com</c>, <c>release/list</c> and others. At most one of each is under way.</summary>
    public required string About { get; init; }

    /// <summary>How far it is.</summary>
    public required DraftState State { get; init; }

    /// <summary>When it was seen.</summary>
    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>When the timer publishes it; null when only a person does.</summary>
    public DateTimeOffset? PublishAt { get; init; }

    /// <summary>The incident's title.</summary>
    public required string Name { get; init; }

    /// <summary>Its first text.</summary>
    public required string Body { get; init; }

    /// <summary>How bad it is.</summary>
    public required IncidentImpact Impact { get; init; }

    /// <summary>The states that components are to have, by their id.</summary>
    public ImmutableSortedDictionary<string, ComponentStatus> Components { get; init; } =
        ImmutableSortedDictionary<string, ComponentStatus>.Empty;

    /// <summary>The evidence: what is not as usual now, and when nothing is any more, what was last.</summary>
    public ImmutableArray<Sign> Signs { get; init; } = [];

    /// <summary>The releases that went out just before it began, for operators: they name artifacts.</summary>
    public ImmutableArray<ReleaseBefore> Releases { get; init; } = [];

    /// <summary>The same in words, with the command that undoes it; null where there is none.</summary>
    public string? Attribution => Releases.IsDefaultOrEmpty ? null : string.Join('\n', Releases.Select(release => release.Text));

    /// <summary>The provider that the site's servers stand on; null where it is not known, or the draft is of no site's servers.</summary>
    public FailingProvider? Provider { get; init; }

    /// <summary>Since when there is no sign of it any more; null while there is one.</summary>
    public DateTimeOffset? ClearSince { get; init; }

    /// <summary>The incident that it became.</summary>
    public string? IncidentId { get; init; }

    /// <summary>Whether the timer published it; then the timer tells the recovery too, until a person writes an update.</summary>
    public bool IsByTimer { get; init; }

    /// <summary>The incident's updates that were posted from here.</summary>
    public int Posted { get; init; }

    /// <summary>The next update, which a person may accept.</summary>
    public Proposal? Proposal { get; init; }
}

/// <summary>An update that is proposed.</summary>
/// <param name="Status">How far the incident would be.</param>
/// <param name="Body">The words.</param>
/// <param name="At">When it was proposed.</param>
internal sealed record Proposal(IncidentStatus Status, string Body, DateTimeOffset At);
