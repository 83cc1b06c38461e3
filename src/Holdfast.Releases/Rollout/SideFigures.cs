namespace Holdfast.Releases.Rollout;

/// <summary>What was counted on one side since the slice became as wide as it is. Visitors are groups of addresses.</summary>
public readonly record struct SideFigures
{
    /// <summary>Requests that ended.</summary>
    public long Requests { get; init; }

    /// <summary>Requests that the edge itself answered with a status of 500 or more.</summary>
    public long Errors { get; init; }

    /// <summary>Requests for which a module of the edge failed, or that met a fault of the edge.</summary>
    public long Faults { get; init; }

    /// <summary>Requests that a rule or the site's own limits kept out.</summary>
    public long Blocked { get; init; }

    /// <summary>Microseconds that the edge itself took, without the origin's, for all of them.</summary>
    public long Microseconds { get; init; }

    /// <summary>Visitors.</summary>
    public int Visitors { get; init; }

    /// <summary>Those of them who met an error or a fault.</summary>
    public int Failing { get; init; }

    /// <summary>Those of them who met a fault.</summary>
    public int Faulting { get; init; }

    /// <summary>For people.</summary>
    public override string ToString() =>
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{Requests} requests of {Visitors} visitors, {Errors} errors, {Faults} faults, {Blocked} blocked, {(Requests == 0 ? 0 : Microseconds / Requests)} us each"
        );
}

/// <summary>How both sides are.</summary>
/// <param name="Live">The side of what was there before.</param>
/// <param name="Candidate">The side of the release on trial; all requests once there is no other.</param>
/// <param name="Broken">Why the release is bad beyond doubt, or null: a module of it does not run any more.</param>
public readonly record struct SideReading(SideFigures Live, SideFigures Candidate, string? Broken = null);
