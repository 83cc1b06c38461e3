using System.Numerics;

namespace Holdfast.Edge.Reporting;

/// <summary>Many counters, each split over the cores so that cores do not fight for cache lines. Exact; reading adds the parts up.</summary>
internal sealed class StripedCounters
{
    /// <summary>Unused room at both ends of a stripe, in counters: two cache lines.</summary>
    private const int Padding = 16;

    private readonly long[][] _stripes;
    private readonly int _mask;

    /// <param name="count">How many counters, all 0 at first.</param>
    public StripedCounters(int count)
    {
        var stripes = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(Environment.ProcessorCount, 1, 64));
        _mask = stripes - 1;
        _stripes = new long[stripes][];
        for (var i = 0; i < stripes; i++)
        {
            _stripes[i] = new long[count + (2 * Padding)];
        }
    }

    /// <summary>This core's part of the counters. For several additions in a row, fetched once.</summary>
    public Part Current => new(_stripes[Thread.GetCurrentProcessorId() & _mask]);

    /// <summary>Adds to one counter.</summary>
    public void Add(int counter, long value) => Current.Add(counter, value);

    /// <summary>The counter's value.</summary>
    public long Sum(int counter)
    {
        var sum = 0L;
        foreach (var stripe in _stripes)
        {
            sum += Volatile.Read(ref stripe[counter + Padding]);
        }

        return sum;
    }

    /// <summary>One core's part. Another core's thread may hold it too, so additions are atomic.</summary>
    public readonly struct Part
    {
        private readonly long[] _stripe;

        internal Part(long[] stripe) => _stripe = stripe;

        /// <summary>Adds to one counter.</summary>
        public void Add(int counter, long value) => Interlocked.Add(ref _stripe[counter + Padding], value);
    }
}
