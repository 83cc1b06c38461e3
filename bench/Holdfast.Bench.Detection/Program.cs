using System.Globalization;
using Holdfast.Bench.Detection;

// Holdfast.Bench.Detection [--zones N] [--days N] [--trials N] [--series N] [--out DIR] [--only false,delays,cost]
// How often the detectors are wrong on ordinary zones, how soon they find changes, and what a step costs. Curves are written to DIR as SVG.
var zones = Number("--zones", 100);
var days = Number("--days", 180);
var trials = Number("--trials", 1_000);
var series = Number("--series", 100_000);
var output = Text("--out");
var only = Text("--only")?.Split(',');

if (Wanted("false"))
{
    FalseAlarms.Run(zones, days);
}

if (Wanted("delays"))
{
    Delays.Run(trials, output);
}

if (Wanted("cost"))
{
    Cost.Run(series);
}

bool Wanted(string name) => only is null || only.Contains(name);

int Number(string name, int usual) => Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;

string? Text(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;
