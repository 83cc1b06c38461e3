using Holdfast.Status.Tests.Detection.Simulation;

namespace Holdfast.Releases.Tests.Rollout.Simulation;

/// <summary>What a simulated fleet is made of. The defaults are the design's sizes; rates are guesses of a bad year, said in docs/resilience.md.</summary>
internal sealed record FleetShape
{
    public int Edges { get; init; } = 10_000;

    public int Places { get; init; } = 300;

    public int Countries { get; init; } = 60;

    /// <summary>Requests a second of a mean edge, over the day.</summary>
    public double RequestsPerEdge { get; init; } = 500;

    /// <summary>Share of requests that the edge answers with an error of its own on an ordinary day; edges differ by a factor of e.</summary>
    public double Errors { get; init; } = 0.0005;

    /// <summary>Share of requests on which a module fails on an ordinary day.</summary>
    public double Faults { get; init; } = 0.000_002;

    /// <summary>Mean time between two times that a place loses an origin, seconds; a share of its requests fails for 5 minutes.</summary>
    public double OutageEvery { get; init; } = 1_800;

    /// <summary>Mean time between two bad ends of an edge's process that nobody is to blame for, seconds.</summary>
    public double DeathEvery { get; init; } = 30 * 86_400;

    /// <summary>Share of the edges that are sick: their process ends every 15 minutes, and one taste in twenty fails.</summary>
    public double Sick { get; init; } = 0.0005;

    /// <summary>Mean time between two losses of power of a place, seconds: all of its edges are away for a minute.</summary>
    public double PowerEvery { get; init; } = 365 * 86_400.0;

    /// <summary>Chance that a place is cut off from control at some time within the hour, for 5 minutes.</summary>
    public double Partition { get; init; } = 0.02;

    /// <summary>Chance that a message is lost, and sent again.</summary>
    public double Loss { get; init; } = 0.02;

    /// <summary>A fleet small enough for a test of seconds.</summary>
    public static FleetShape Small { get; } =
        new()
        {
            Edges = 600,
            Places = 30,
            Countries = 12,
        };

    /// <summary>Draws a fleet.</summary>
    public SimulatedEdge[] Build(Chance chance)
    {
        var places = new Place[Places];
        for (var i = 0; i < Places; i++)
        {
            // Countries as they are: a few large ones, many small ones.
            var country = (int)(Countries * Math.Pow(chance.Even(), 2.5));
            places[i] = new Place(i, country, chance.Even(), Math.Exp(chance.Normal()));
        }

        var perPlace = Edges / (double)Places;
        var mean = places.Average(place => place.Weight);
        var edges = new SimulatedEdge[Edges];
        for (var i = 0; i < Edges; i++)
        {
            var place = places[(int)(i / perPlace)];
            edges[i] = new SimulatedEdge
            {
                Index = i,
                Name = $"edge-{i:00000}",
                Place = place,
                Mean = RequestsPerEdge * place.Weight / mean,
                Errors = Errors * Math.Exp(chance.Normal()),
                IsSick = chance.Even() < Sick,
                ClockOrigin = chance.Even() * 1e6,
                ClockRate = 1 + (chance.Normal() * 0.0002),
            };
            place.Edges.Add(edges[i]);
        }

        return edges;
    }
}

/// <summary>Where edges stand together.</summary>
/// <param name="index">Its number.</param>
/// <param name="country">Its country's number; 0 is the largest.</param>
/// <param name="longitude">From 0 to 1: when its day is.</param>
/// <param name="weight">Its traffic.</param>
internal sealed class Place(int index, int country, double longitude, double weight)
{
    public int Index => index;

    public int Country => country;

    public double Weight => weight;

    public List<SimulatedEdge> Edges { get; } = [];

    /// <summary>Share of the requests that fail because an origin is away.</summary>
    public double Outage { get; set; }

    /// <summary>Until when it is cut off from control, seconds.</summary>
    public double CutUntil { get; set; }

    /// <summary>Since when it is cut off.</summary>
    public double CutFrom { get; set; } = double.MaxValue;

    /// <summary>Traffic of the hour against the day's mean: from 0.3 in the small hours to 1.7.</summary>
    /// <param name="day">The time of day, from 0 to 1.</param>
    public double Hour(double day) => 1 + (0.7 * Math.Cos(2 * Math.PI * (day + longitude)));

    public bool IsCut(double at) => at >= CutFrom && at < CutUntil;
}
