using System.Globalization;
using Holdfast.Bench.Rules;

// Holdfast.Bench.Rules [--rounds N] [--short] [--only one,many,lists,worst]: the fastest of the rounds. Short: fewer rounds, smaller lists.
var isShort = args.Contains("--short");
var rounds = int.Parse(Option("--rounds") ?? (isShort ? "3" : "20"), CultureInfo.InvariantCulture);
var only = Option("--only")?.Split(',');
if (Wanted("one"))
{
    OneRule.Run(rounds);
}

if (Wanted("many"))
{
    ManyRules.Run(rounds, 10_000);
}

if (Wanted("lists"))
{
    Lists.Run(rounds, isShort ? 1_000_000 : 19_000_000, isShort ? 50_000 : 1_000_000);
}

if (Wanted("worst"))
{
    WorstCases.Run();
}

return 0;

bool Wanted(string part) => only is null || only.Contains(part);

string? Option(string name)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
}
