namespace Holdfast.Status.Tests.Detection.Simulation;

/// <summary>A change that is made to a zone which was watched before, for four weeks where nothing else is said, many times over.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Kind">The zone.</param>
/// <param name="Rate">Its requests a second.</param>
/// <param name="What">The detector that is to find it.</param>
/// <param name="Change">Makes the change, given the seconds since it began.</param>
/// <param name="Seconds">How long is waited.</param>
internal sealed record Trials(string Name, ZoneKind Kind, double Rate, string What, Action<SimulatedZone, int> Change, int Seconds)
{
    /// <summary>The seconds that a zone is watched for before the change, at least.</summary>
    public int Learned { get; init; } = 28 * 86_400;

    /// <summary>The seconds that trials are spread over: a day, so that every hour of it is met.</summary>
    public int Spread { get; init; } = 86_400;

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

    /// <summary>A jump of the edge's errors of a zone that is watched for the first time.</summary>
    /// <param name="rate">Its requests a second.</param>
    /// <param name="ratio">The errors.</param>
    /// <param name="minutes">How long it was watched before, at least; a third longer at most.</param>
    /// <param name="seconds">How long is waited.</param>
    public static Trials Young(double rate, double ratio, int minutes, int seconds) =>
        Jump(rate, ratio, seconds) with
        {
            Name = FormattableString.Invariant($"edge errors to {ratio * 100:0.##}% at {rate} requests/s, watched for {minutes} minutes"),
            Learned = minutes * 60,
            Spread = minutes * 20,
        };

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
        taught.Run(Learned, 10);
        var delays = new List<int>();
        for (var i = 0; i < count; i++)
        {
            // The zone is the same one, since its seed decides what it is like; another hour each time, and another chance.
            var trial = taught.Fork(new SimulatedZone(Kind, seed, Rate).Reseeded(seed + 1 + (ulong)i));
            trial.Run((long)Spread * i / count / 10 * 10, 10);
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
