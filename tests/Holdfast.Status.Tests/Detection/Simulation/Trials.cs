namespace Holdfast.Status.Tests.Detection.Simulation;

/// <summary>A change that is made to a zone which was watched for four weeks, many times over.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Kind">The zone.</param>
/// <param name="Rate">Its requests a second.</param>
/// <param name="What">The detector that is to find it.</param>
/// <param name="Change">Makes the change, given the seconds since it began.</param>
/// <param name="Seconds">How long is waited.</param>
internal sealed record Trials(string Name, ZoneKind Kind, double Rate, string What, Action<SimulatedZone, int> Change, int Seconds)
{
    /// <summary>The days that a zone is watched for before the change.</summary>
    private const int Days = 28;

    /// <summary>A jump of the edge's errors.</summary>
    public static Trials Jump(double rate, double ratio, int seconds, ZoneKind kind = ZoneKind.Diurnal) =>
        new(
            FormattableString.Invariant($"edge errors 0.01% to {ratio * 100:0.##}% at {rate} requests/s"),
            kind,
            rate,
            "edge",
            (zone, _) => zone.EdgeErrors = ratio,
            seconds
        );

    /// <summary>An even rise of the edge's errors.</summary>
    public static Trials Ramp(double rate, double ratio, int over, int seconds) =>
        new(
            FormattableString.Invariant($"edge errors 0.01% to {ratio * 100:0.##}% within {over / 60} minutes at {rate} requests/s"),
            ZoneKind.Diurnal,
            rate,
            "edge",
            (zone, at) => zone.EdgeErrors = SimulatedZone.EdgeRatio + ((ratio - SimulatedZone.EdgeRatio) * Math.Min(1, at / (double)over)),
            seconds
        );

    /// <summary>A change of the traffic.</summary>
    public static Trials Traffic(double rate, double factor, int seconds, ZoneKind kind = ZoneKind.Diurnal) =>
        new(
            FormattableString.Invariant(
                $"requests {(factor < 1 ? "fall to" : "rise to")} {factor * 100:0}% at {rate} requests/s{(kind == ZoneKind.Diurnal ? "" : ", " + kind)}"
            ),
            kind,
            rate,
            "requests",
            (zone, _) => zone.Traffic = factor,
            seconds
        );

    /// <summary>Runs them.</summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">Decides them all.</param>
    /// <returns>The seconds that each took, in order, shortest first; what was not found in time is left out.</returns>
    public List<int> Run(int count, ulong seed)
    {
        var taught = new WatchedZone(new SimulatedZone(Kind, seed, Rate));
        taught.Run(Days * 86_400, 10);
        var delays = new List<int>();
        for (var i = 0; i < count; i++)
        {
            // The zone is the same one, since its seed decides what it is like; another hour each time, and another chance.
            var trial = taught.Fork(new SimulatedZone(Kind, seed, Rate).Reseeded(seed + 1 + (ulong)i));
            trial.Run(86_400L * i / count / 10 * 10, 10);
            trial.Run(60, 1);
            trial.Alarms.Clear();
            if (One(trial) is { } delay)
            {
                delays.Add(delay);
            }
        }

        delays.Sort();
        return delays;
    }

    private int? One(WatchedZone trial)
    {
        for (var second = 1; second <= Seconds; second++)
        {
            Change(trial.Zone, second);
            if (trial.RunUntil(What, 1, 1) is not null)
            {
                return second;
            }
        }

        return null;
    }
}
