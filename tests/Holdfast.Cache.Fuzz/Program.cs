using System.Diagnostics;
using System.Globalization;
using Holdfast.Cache.Fuzz;

// Holdfast.Cache.Fuzz [--seconds N] [--seed N] [--inputs N]: makes field values and checks what must hold for any. The inputs follow from
// the seed alone; the time only says how many of them are tried. Exit code 1 with the input when a check fails.
var seconds = Option("--seconds", 5);
var seed = Option("--seed", 1);
var most = Option("--inputs", int.MaxValue);

// Long texts cost a thousand times as much as short ones.
const int longEvery = 500;

var mutator = new Mutator(seed);
var watch = Stopwatch.StartNew();
var tried = 0;
while (tried < most && watch.Elapsed < TimeSpan.FromSeconds(seconds))
{
    var input = mutator.Next();
    tried++;
    var name = "time";
    try
    {
        foreach (var (each, check) in Oracle.All)
        {
            name = each;
            check(input);
        }

        name = "time";
        if (tried % longEvery == 0)
        {
            Oracle.CheckTime(input);
        }
    }
    catch (Exception e)
    {
        // Whatever it is, the input is what is wanted.
        Console.WriteLine($"{name}: {e.Message}");
        Console.WriteLine($"input {tried} of seed {seed}: {Uri.EscapeDataString(input)}");
        Console.WriteLine(input);
        Console.WriteLine(e.StackTrace);
        return 1;
    }
}

Console.WriteLine($"{tried} field values of seed {seed} in {watch.Elapsed.TotalSeconds:0.0} s: every check held");
return 0;

int Option(string name, int otherwise)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;
}
