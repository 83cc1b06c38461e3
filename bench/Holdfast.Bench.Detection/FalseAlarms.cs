using System.Globalization;
using Holdfast.Status.Tests.Detection.Simulation;

namespace Holdfast.Bench.Detection;

/// <summary>Zones that do what they always do: every alarm is a false one.</summary>
internal static class FalseAlarms
{
    private const long Day = 86_400;

    public static void Run(int zones, int days)
    {
        Console.WriteLine($"false alarms: {zones} zones, {days} days at 10-second steps, three detectors each");
        Console.WriteLine(
            $"{"kind", -12}{"zones", 6}{"alarms", 8}{"edge", 6}{"origin", 8}{"requests", 10}{"most of a zone in 90 days", 28}"
        );
        var kinds = Enum.GetValues<ZoneKind>();
        var watched = new WatchedZone[zones];
        Parallel.For(
            0,
            zones,
            new ParallelOptions { MaxDegreeOfParallelism = 2 },
            i =>
            {
                watched[i] = new WatchedZone(new SimulatedZone(kinds[i % kinds.Length], 1_000 + (ulong)i));
                watched[i].Run(days * Day, 10);
            }
        );
        foreach (var group in watched.GroupBy(zone => zone.Zone.Kind).Append(null))
        {
            Row(group?.Key.ToString() ?? "all", group is null ? watched : [.. group]);
        }

        foreach (var (zone, i) in watched.Select((zone, i) => (zone, i)).Where(pair => pair.zone.Alarms.Count > 0))
        {
            var when = zone
                .Alarms.Take(5)
                .Select(alarm =>
                    string.Create(CultureInfo.InvariantCulture, $"{alarm.What} on day {(alarm.At - WatchedZone.Start) / (double)Day:0.0}")
                );
            Console.WriteLine($"  zone {i} ({zone.Zone.Kind}): {string.Join(", ", when)}");
        }
    }

    private static void Row(string name, WatchedZone[] zones)
    {
        int Of(string what) => zones.Sum(zone => zone.Alarms.Count(alarm => alarm.What == what));
        var most = zones.Max(MostIn90Days);
        Console.WriteLine(
            $"{name, -12}{zones.Length, 6}{zones.Sum(zone => zone.Alarms.Count), 8}{Of("edge"), 6}{Of("origin"), 8}{Of("requests"), 10}{most, 28}"
        );
    }

    private static int MostIn90Days(WatchedZone zone) =>
        zone
            .Alarms.Select(first => zone.Alarms.Count(alarm => alarm.At >= first.At && alarm.At < first.At + (90 * Day)))
            .DefaultIfEmpty(0)
            .Max();
}
