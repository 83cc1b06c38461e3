using System.Diagnostics;
using System.Globalization;
using Holdfast.Rules.Fuzz;
using Holdfast.Rules.Tests.Evaluation;
using Holdfast.Rules.Tests.Parsing;

// Holdfast.Rules.Fuzz [--seconds N] [--seed N] [--inputs N]: mutates the corpus and checks what must hold for any text. The inputs follow
// from the seed alone; the time only says how many of them are tried. Exit code 1 with the input when a check fails.
var seconds = Option("--seconds", 5);
var seed = Option("--seed", 1);
var most = Option("--inputs", int.MaxValue);

string[] filters =
[
    .. AcceptedExpressions.All.Select(entry => entry.Written),
    .. RefusedExpressions.All.Select(entry => entry.Written),
    .. RequestCases.Filters.Select(entry => entry.Written),
    .. RequestCases.LostFilters.Select(entry => entry.Written),
];
var targets = new (string Name, Mutator Mutator, Func<string, bool> Check)[]
{
    ("filter", new Mutator(seed, filters), Oracle.CheckFilter),
    ("value", new Mutator(seed, [.. RequestCases.Values.Select(entry => entry.Written)]), Oracle.CheckValue),
};

var watch = Stopwatch.StartNew();
var (tried, valid) = (0, 0);
while (tried < most && watch.Elapsed < TimeSpan.FromSeconds(seconds))
{
    var (name, mutator, check) = targets[tried % targets.Length];
    var input = mutator.Next();
    tried++;
    try
    {
        valid += check(input) ? 1 : 0;
    }
    catch (TimeoutException)
    {
        // A regular expression that trying everything takes too long for. The product has answered.
        continue;
    }
    catch (Exception e)
    {
        // Whatever it is, the input is what is wanted.
        Console.WriteLine($"{name}: {e.Message}");
        Console.WriteLine($"input {tried} of seed {seed}: {input}");
        Console.WriteLine(e.StackTrace);
        return 1;
    }
}

Console.WriteLine($"{tried} expressions of seed {seed}, {valid} of them valid, in {watch.Elapsed.TotalSeconds:0.0} s: every check held");
return 0;

int Option(string name, int otherwise)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;
}
