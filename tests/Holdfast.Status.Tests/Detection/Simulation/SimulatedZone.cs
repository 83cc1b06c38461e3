namespace Holdfast.Status.Tests.Detection.Simulation;

/// <summary>What a zone's traffic is like.</summary>
internal enum ZoneKind
{
    /// <summary>Day and night.</summary>
    Diurnal,

    /// <summary>And quiet weekends.</summary>
    Weekly,

    /// <summary>And a level that wanders, as its errors do.</summary>
    Noisy,

    /// <summary>And 1% more every day.</summary>
    Growing,

    /// <summary>And six times a day a burst of up to ten times as many requests, with more errors.</summary>
    Bursty,

    /// <summary>Less than a request a second.</summary>
    LowTraffic,
}

/// <summary>What a zone does in one step.</summary>
/// <param name="Requests">How many.</param>
/// <param name="EdgeErrors">Of them the edge's errors.</param>
/// <param name="OriginErrors">Of them the origin's.</param>
internal readonly record struct ZoneStep(int Requests, int EdgeErrors, int OriginErrors);

/// <summary>A zone that does not exist: the same for a seed, step by step.</summary>
internal sealed class SimulatedZone
{
    private Chance chance;
    private readonly double rate;
    private readonly double swing;
    private readonly double peakHour;
    private readonly double weekend;
    private readonly double growth;
    private readonly double restless;
    private readonly double originRestless;
    private readonly double originRatio;
    private readonly double burstsADay;
    private double wandering;
    private double originWandering;
    private double burstLeft;
    private double burstFactor;
    private double shape = 1;
    private double shapeLeft;
    private double elapsed;

    /// <summary>A zone.</summary>
    /// <param name="kind">What it is like.</param>
    /// <param name="seed">Decides the rest of it.</param>
    /// <param name="rate">Requests a second on average; null: from the seed, 5 to 1,000, or 0.02 to 1 with low traffic.</param>
    public SimulatedZone(ZoneKind kind, ulong seed, double? rate = null)
    {
        Kind = kind;
        chance = new Chance(seed);
        var size = chance.Even();
        this.rate = rate ?? (kind == ZoneKind.LowTraffic ? 0.02 * Math.Pow(50, size) : 5 * Math.Pow(200, size));
        swing = 0.4 + (0.5 * chance.Even());
        peakHour = 24 * chance.Even();
        weekend = kind is ZoneKind.Weekly ? 0.3 + (0.3 * chance.Even()) : 1;
        growth = kind is ZoneKind.Growing ? 0.01 : 0;
        restless = kind is ZoneKind.Noisy ? 0.15 + (0.15 * chance.Even()) : 0.02;
        originRestless = kind is ZoneKind.Noisy ? 0.5 : 0.1;
        originRatio = 0.0005 * Math.Pow(20, chance.Even());
        burstsADay = kind is ZoneKind.Bursty ? 6 : 0;
    }

    /// <summary>What it is like.</summary>
    public ZoneKind Kind { get; }

    /// <summary>The ordinary ratio of the edge's own errors: one in ten thousand.</summary>
    public const double EdgeRatio = 0.0001;

    /// <summary>Multiplies its requests: below 1 a loss of traffic.</summary>
    public double Traffic { get; set; } = 1;

    /// <summary>The ratio of the edge's own errors.</summary>
    public double EdgeErrors { get; set; } = EdgeRatio;

    /// <summary>The same zone, and from here on another chance.</summary>
    public SimulatedZone Reseeded(ulong seed)
    {
        chance = new Chance(seed);
        return this;
    }

    /// <summary>The next step.</summary>
    /// <param name="at">Its end, in seconds since 1970.</param>
    /// <param name="seconds">How long it is.</param>
    public ZoneStep Step(long at, double seconds)
    {
        elapsed += seconds;
        shapeLeft -= seconds;
        if (shapeLeft <= 0)
        {
            shapeLeft = 60;
            shape = Shape(at);
        }

        // Both wander with a quarter of an hour's memory (Ornstein-Uhlenbeck).
        var keep = Math.Exp(-seconds / 900);
        var push = Math.Sqrt(1 - (keep * keep));
        wandering = (wandering * keep) + (push * chance.Normal());
        originWandering = (originWandering * keep) + (push * chance.Normal());
        var (burst, burstErrors) = Burst(seconds);
        var mean = rate * shape * burst * Traffic * seconds * Math.Exp(restless * wandering);
        var requests = chance.Poisson(mean);
        var edge = chance.Binomial(requests, EdgeErrors);
        var origin = chance.Binomial(
            requests - edge,
            Math.Min(0.5, originRatio * burstErrors * Math.Exp(originRestless * originWandering))
        );
        return new ZoneStep(requests, edge, origin);
    }

    private double Shape(long at)
    {
        var hour = at / 3_600.0 % 24;
        var day = at / 86_400 % 7;
        var value = 1 + (swing * Math.Cos((hour - peakHour) * Math.PI / 12));
        return value * (day is 2 or 3 ? weekend : 1) * Math.Exp(growth * elapsed / 86_400);
    }

    private (double Requests, double Errors) Burst(double seconds)
    {
        if (burstLeft <= 0 && burstsADay > 0 && chance.Even() < burstsADay * seconds / 86_400)
        {
            burstLeft = 30 + (270 * chance.Even());
            burstFactor = 2 + (8 * chance.Even());
        }

        burstLeft -= seconds;
        return burstLeft > 0 ? (burstFactor, 3) : (1, 1);
    }
}
