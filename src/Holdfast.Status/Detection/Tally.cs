using System.Runtime.CompilerServices;

namespace Holdfast.Status.Detection;

/// <summary>
/// Evidence for one alternative against what is ordinary: the largest sum of log-likelihood ratios over any span that ends now (Page's
/// CUSUM), with the span and what was counted in it.
/// </summary>
internal struct Tally
{
    /// <summary>The evidence in nats, 0 or more.</summary>
    public float Weight;

    /// <summary>When the span began, in seconds since 1970.</summary>
    public uint Since;

    /// <summary>What happened in it: errors, or requests.</summary>
    public float Events;

    /// <summary>Out of what: requests, or expected requests.</summary>
    public float Total;

    /// <summary>One more step.</summary>
    /// <param name="evidence">Its log-likelihood ratio.</param>
    /// <param name="at">When it began.</param>
    /// <param name="events">What happened in it.</param>
    /// <param name="total">Out of what.</param>
    public void Add(float evidence, uint at, float events, float total)
    {
        var weight = Weight + evidence;
        if (!(weight > 0))
        {
            Weight = 0;
            return;
        }

        if (Weight == 0)
        {
            Since = at;
            Events = 0;
            Total = 0;
        }

        Weight = weight;
        Events += events;
        Total += total;
    }
}

/// <summary>One tally for each alternative of a detector.</summary>
[InlineArray(Count)]
internal struct Tallies
{
    /// <summary>How many.</summary>
    public const int Count = 4;

    private Tally first;

    /// <summary>The one with the most evidence.</summary>
    public readonly Tally Strongest()
    {
        var strongest = this[0];
        for (var i = 1; i < Count; i++)
        {
            if (this[i].Weight > strongest.Weight)
            {
                strongest = this[i];
            }
        }

        return strongest;
    }
}
