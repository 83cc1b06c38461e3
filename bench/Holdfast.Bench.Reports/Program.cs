using System.Globalization;
using Holdfast.Bench.Reports;

// Usage: Holdfast.Bench.Reports URL SLUG RATE SECONDS
// Reports problems at a fixed rate, each from an address range of its own, reads the page meanwhile, and says how long it took. Prints
// the number of reports that were acknowledged last, alone on its line.
var crowd = new Crowd(new Uri(args[0]), args[1]);
var rate = int.Parse(args[2], CultureInfo.InvariantCulture);
var seconds = int.Parse(args[3], CultureInfo.InvariantCulture);
await crowd.WarmUpAsync();
await crowd.RunAsync(rate, seconds);
Console.WriteLine($"reports  {crowd.Acknowledged} acknowledged of {crowd.Asked}, other answers {crowd.Refused}, faults {crowd.Faults}");
Console.WriteLine($"report   {Crowd.Percentiles(crowd.ReportTimes)}");
Console.WriteLine($"page     {Crowd.Percentiles(crowd.PageTimes)}");
Console.WriteLine($"page-p99 {Crowd.Percentile(crowd.PageTimes, 0.99).ToString("0.0", CultureInfo.InvariantCulture)}");
Console.WriteLine($"asked {crowd.Asked}");
Console.WriteLine($"acknowledged {crowd.Acknowledged}");
return crowd.Acknowledged == crowd.Asked ? 0 : 1;
