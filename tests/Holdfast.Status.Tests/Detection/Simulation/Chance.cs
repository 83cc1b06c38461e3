namespace Holdfast.Status.Tests.Detection.Simulation;

/// <summary>Randomness that is the same for a seed on every machine: xoshiro256**, and the distributions that traffic is made of.</summary>
internal sealed class Chance
{
    private ulong s0;
    private ulong s1;
    private ulong s2;
    private ulong s3;
    private double spare = double.NaN;

    public Chance(ulong seed)
    {
        s0 = Mix(ref seed);
        s1 = Mix(ref seed);
        s2 = Mix(ref seed);
        s3 = Mix(ref seed);
    }

    /// <summary>Evenly from 0, included, to 1, excluded.</summary>
    public double Even() => (Next() >> 11) * (1.0 / (1ul << 53));

    /// <summary>The standard normal distribution (Marsaglia's polar method).</summary>
    public double Normal()
    {
        if (!double.IsNaN(spare))
        {
            var kept = spare;
            spare = double.NaN;
            return kept;
        }

        double u;
        double v;
        double square;
        do
        {
            u = (2 * Even()) - 1;
            v = (2 * Even()) - 1;
            square = (u * u) + (v * v);
        } while (square is >= 1 or 0);

        var factor = Math.Sqrt(-2 * Math.Log(square) / square);
        spare = v * factor;
        return u * factor;
    }

    /// <summary>The Poisson distribution: exact below 50, above by the normal one.</summary>
    public int Poisson(double mean)
    {
        if (mean > 50)
        {
            return Math.Max(0, (int)Math.Round(mean + (Math.Sqrt(mean) * Normal())));
        }

        var left = Even();
        var term = Math.Exp(-mean);
        var count = 0;
        while (left > term && count < 500)
        {
            left -= term;
            term *= mean / ++count;
        }

        return count;
    }

    /// <summary>How many of so many happen, each with this chance.</summary>
    public int Binomial(int of, double chance)
    {
        if (chance >= 1)
        {
            return of;
        }

        if (of < 20)
        {
            var count = 0;
            for (var i = 0; i < of; i++)
            {
                count += Even() < chance ? 1 : 0;
            }

            return count;
        }

        if (chance < 0.05)
        {
            return Math.Min(of, Poisson(of * chance));
        }

        return Math.Clamp((int)Math.Round((of * chance) + (Math.Sqrt(of * chance * (1 - chance)) * Normal())), 0, of);
    }

    private static ulong Mix(ref ulong seed)
    {
        seed += 0x9E3779B97F4A7C15;
        var z = seed;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    private ulong Next()
    {
        var result = ulong.RotateLeft(s1 * 5, 7) * 9;
        var t = s1 << 17;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= t;
        s3 = ulong.RotateLeft(s3, 45);
        return result;
    }
}
