namespace Holdfast.Model.KillSwitches;

/// <summary>Takes a part of the edges out of use, as if it were absent.</summary>
public sealed record KillSwitchConfig
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>What kind of thing it takes out.</summary>
    public required KillSubject Subject { get; init; }

    /// <summary>Which: a name, an id, or a release's generation.</summary>
    public required string Target { get; init; }

    /// <summary>The id of the zone that it is for, or null for all of them.</summary>
    public required string? ZoneId { get; init; }

    /// <summary>Why, in its author's words; 1 to <see cref="ReasonLimit"/> characters.</summary>
    public required string Reason { get; init; }

    /// <summary>Longest <see cref="Reason"/>.</summary>
    public const int ReasonLimit = 500;

    /// <summary>Most kill switches at once: who needs more has another problem.</summary>
    public const int MostAtOnce = 1_000;
}

/// <summary>What a kill switch takes out.</summary>
public enum KillSubject
{
    /// <summary>A module of the edge, by its name.</summary>
    Module,

    /// <summary>A phase of rules, by its name.</summary>
    Phase,

    /// <summary>A ruleset, by its id.</summary>
    Ruleset,

    /// <summary>A rule, by its id.</summary>
    Rule,

    /// <summary>Every rule with an action of this name.</summary>
    Action,

    /// <summary>A release of the zone's configuration, by its generation: the one before it serves.</summary>
    Release,
}
