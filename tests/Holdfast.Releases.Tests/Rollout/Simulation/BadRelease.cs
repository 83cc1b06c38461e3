namespace Holdfast.Releases.Tests.Rollout.Simulation;

/// <summary>What a release does to the requests that meet it.</summary>
internal sealed record BadRelease(string Name)
{
    /// <summary>Nothing.</summary>
    public static BadRelease None { get; } = new("good");

    /// <summary>All bad ones, in the order of the issue.</summary>
    public static IReadOnlyList<BadRelease> All { get; } =
    [
        new("crash at load") { IsTasted = true },
        new("crash at load, not in the taster") { CrashAfter = 0 },
        new("crash after 3 minutes") { CrashAfter = 180 },
        new("every request fails") { Errors = 1 },
        new("1% errors") { Errors = 0.01 },
        new("0.1% errors") { Errors = 0.001 },
        new("slow, 50 ms each") { Slow = 1 },
        new("only one country") { Errors = 0.001, CountryErrors = 0.9 },
        new("only rare requests, 1 in 100,000") { Errors = 0.000_01 },
    ];

    /// <summary>Whether the taster dies of it.</summary>
    public bool IsTasted { get; init; }

    /// <summary>Seconds after which the edge's process dies of it; null for never.</summary>
    public double? CrashAfter { get; init; }

    /// <summary>Share of the requests that it makes fail, in a module of the edge.</summary>
    public double Errors { get; init; }

    /// <summary>The same in one country, drawn anew each time; null for no difference.</summary>
    public double? CountryErrors { get; init; }

    /// <summary>Share of the requests that it makes slow.</summary>
    public double Slow { get; init; }

    /// <summary>Whether it hurts nobody.</summary>
    public bool IsGood => !IsTasted && CrashAfter is null && Errors == 0 && Slow == 0;

    /// <summary>Share of the requests that fail at a place.</summary>
    public double ErrorsAt(Place place, int country) => CountryErrors is { } there && place.Country == country ? there : Errors;
}
