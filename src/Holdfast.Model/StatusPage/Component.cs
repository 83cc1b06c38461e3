namespace Holdfast.Model.StatusPage;

/// <summary>One thing that the status page tells the state of, or a group of them.</summary>
public sealed record Component
{
    /// <summary>Twelve lower-case letters and digits.</summary>
    public required string Id { get; init; }

    /// <summary>Its name; see <see cref="StatusPageLimits.NameLength"/>.</summary>
    public required string Name { get; init; }

    /// <summary>A sentence about it, or null.</summary>
    public string? Description { get; init; }

    /// <summary>How it does. A group's follows from its members: see <see cref="StatusPageState.StatusOf"/>.</summary>
    public ComponentStatus Status { get; init; }

    /// <summary>Whether it is a group, which holds components and has no state of its own.</summary>
    public bool IsGroup { get; init; }

    /// <summary>The group that it is in, or null.</summary>
    public string? GroupId { get; init; }

    /// <summary>Its place among its neighbours, from 1.</summary>
    public int Position { get; init; }

    /// <summary>Whether its uptime is shown.</summary>
    public bool Showcase { get; init; } = true;

    /// <summary>Whether it is on the page only while something is wrong with it.</summary>
    public bool OnlyShowIfDegraded { get; init; }

    /// <summary>From when its uptime counts.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}
