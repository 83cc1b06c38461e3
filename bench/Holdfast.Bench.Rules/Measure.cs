using System.Diagnostics;
using System.Globalization;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Parsing;
using Holdfast.Rules.Phases;

namespace Holdfast.Bench.Rules;

/// <summary>Nanoseconds, the fastest of several rounds: what else the machine does makes a round slower, never faster.</summary>
internal static class Measure
{
    private static int _held;

    /// <summary>A rule as it was written.</summary>
    public static RuleFilter Filter(string written) =>
        RuleParser.ReadFilter(written, new RuleScope(ExpressionPlace.AnyFilter)) is { Tree: { } tree }
            ? new RuleFilter(tree)
            : throw new InvalidDataException(written);

    /// <summary>Two things in turn, so that both meet the same machine.</summary>
    public static (double One, double Other) Both(int rounds, int times, Func<bool> one, Func<bool> other)
    {
        WarmUp(one);
        WarmUp(other);
        var fastest = (One: double.MaxValue, Other: double.MaxValue);
        for (var round = 0; round < rounds; round++)
        {
            fastest = (Math.Min(fastest.One, Of(times, one)), Math.Min(fastest.Other, Of(times, other)));
        }

        return fastest;
    }

    /// <summary>One thing.</summary>
    public static double Alone(int rounds, int times, Func<bool> what)
    {
        WarmUp(what);
        return Enumerable.Range(0, rounds).Min(_ => Of(times, what));
    }

    /// <summary>One thing, once, as it comes.</summary>
    public static double Once(Func<bool> what) => Of(1, what);

    /// <summary>A line, with a point in numbers.</summary>
    public static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    // Until the runtime has compiled it for good, which it does in steps: while a tenth of a second still brings something, and no longer than this.
    private static void WarmUp(Func<bool> what)
    {
        const int most = 60;
        const int without = 12;
        var (fastest, since) = (double.MaxValue, 0);
        for (var round = 0; round < most && since < without; round++)
        {
            var start = Stopwatch.GetTimestamp();
            var times = 0;
            while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromMilliseconds(100))
            {
                for (var i = 0; i < 16; i++)
                {
                    _held += what() ? 1 : 0;
                }

                times += 16;
            }

            var each = Stopwatch.GetElapsedTime(start).TotalNanoseconds / times;
            since = each < fastest * 0.97 ? 0 : since + 1;
            fastest = Math.Min(fastest, each);
        }
    }

    private static double Of(int times, Func<bool> what)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < times; i++)
        {
            _held += what() ? 1 : 0;
        }

        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / times;
    }
}
