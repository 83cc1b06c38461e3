using System.Globalization;
using Holdfast.Bench.Fleet;
using Holdfast.Releases.Tests.Rollout.Simulation;

// Holdfast.Bench.Fleet [--runs N] [--good N] [--edges N] [--seed N] [--out DIR] [--only bad,good]
// What bad releases do to a simulated fleet, and how often good ones are taken back. Everything follows from the seed. Curves go to DIR as SVG.
var runs = Number("--runs", 100);
var good = Number("--good", 1_000);
var seed = (ulong)Number("--seed", 1);
var output = Text("--out");
var only = Text("--only")?.Split(',');
var edges = Number("--edges", 10_000);
var shape = new FleetShape { Edges = edges, Places = Math.Max(1, edges * 3 / 100) };

if (only?.Contains("bad") != false)
{
    BadReleases.Run(shape, runs, seed, output);
}

if (only?.Contains("good") != false)
{
    GoodReleases.Run(shape, good, seed);
}

int Number(string name, int usual) => Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;

string? Text(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;
