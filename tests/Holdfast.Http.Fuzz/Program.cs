using System.Diagnostics;
using System.Globalization;
using System.Text;
using Holdfast.Http.Fuzz;
using Holdfast.Http.Tests.Corpus;

// Holdfast.Http.Fuzz [--seconds N] [--seed N] [--inputs N]: mutates the corpus and checks what must hold for any bytes. The inputs follow
// from the seed alone; the time only says how many of them are tried. Exit code 1 with the input in hexadecimal when a check fails.
var seconds = Option("--seconds", 5);
var seed = Option("--seed", 1);
var most = Option("--inputs", int.MaxValue);

var targets = new (string Name, Mutator Mutator, Action<byte[], Random> Check)[]
{
    ("request", new Mutator(seed, [.. RequestCorpus.All.Select(c => c.Bytes).Where(b => b.Length < 2048)]), Oracle.CheckRequest),
    ("response", new Mutator(seed, [.. ResponseCorpus.All.Select(c => c.Bytes).Where(b => b.Length < 2048)]), Oracle.CheckResponse),
    ("chunked", new Mutator(seed, [.. ChunkedCorpus.All.Select(c => c.Bytes)]), Oracle.CheckChunked),
};

var watch = Stopwatch.StartNew();
var tried = 0;
while (tried < most && watch.Elapsed < TimeSpan.FromSeconds(seconds))
{
    var (name, mutator, check) = targets[tried % targets.Length];
    var input = mutator.Next();
    try
    {
        check(input, mutator.Random);
    }
    catch (Exception e)
    {
        // Whatever it is, the input is what is wanted.
        Console.WriteLine($"{name}: {e.Message}");
        Console.WriteLine($"input {tried} of seed {seed}: {Convert.ToHexString(input)}");
        Console.WriteLine(Encoding.Latin1.GetString(input));
        Console.WriteLine(e.StackTrace);
        return 1;
    }

    tried++;
}

Console.WriteLine($"{tried} inputs of seed {seed} in {watch.Elapsed.TotalSeconds:0.0} s: every check held");
return 0;

int Option(string name, int otherwise)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;
}
