using System.Collections.Immutable;

namespace Holdfast.Model.StatusPage;

/// <summary>One thing that was said about an incident.</summary>
public sealed record IncidentUpdate
{
    /// <summary>Twelve lower-case letters and digits.</summary>
    public required string Id { get; init; }

    /// <summary>How far the incident was then.</summary>
    public required IncidentStatus Status { get; init; }

    /// <summary>The words, Markdown without HTML; see <see cref="StatusPageLimits.BodyLength"/>.</summary>
    public required string Body { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last edited; <see cref="CreatedAt"/> when never.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The time that is shown for it.</summary>
    public required DateTimeOffset DisplayAt { get; init; }

    /// <summary>What changed with it.</summary>
    public ImmutableArray<AffectedComponent> AffectedComponents { get; init; } = [];

    /// <summary>Earlier words, oldest first: what was said is never lost by an edit.</summary>
    public ImmutableArray<EarlierWords> Earlier { get; init; } = [];
}

/// <summary>A component whose state an update told.</summary>
/// <param name="Code">The component's id.</param>
/// <param name="Name">Its name then.</param>
/// <param name="OldStatus">Its state before.</param>
/// <param name="NewStatus">Its state from then on.</param>
public sealed record AffectedComponent(string Code, string Name, ComponentStatus OldStatus, ComponentStatus NewStatus);

/// <summary>What an update said before it was edited.</summary>
/// <param name="Body">The words.</param>
/// <param name="Until">When they were replaced.</param>
public sealed record EarlierWords(string Body, DateTimeOffset Until);
