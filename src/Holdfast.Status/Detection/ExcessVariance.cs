namespace Holdfast.Status.Detection;

/// <summary>
/// How much more counts vary than chance (Poisson) makes them, as the relative variance of their mean: a count expected to be m has the
/// variance m + φm². Method of moments over exponentially forgotten sums; only what is beyond two standard errors counts, so
/// that few events are not taken for restless ones. 24 bytes.
/// </summary>
internal struct ExcessVariance
{
    private double excess;
    private double squares;
    private double doubt;

    /// <summary>φ, 0 or more.</summary>
    public readonly double Value => squares > 0 ? Math.Max(0, excess - (2 * Math.Sqrt(doubt))) / squares : 0;

    /// <summary>One more count.</summary>
    /// <param name="count">What was counted.</param>
    /// <param name="expected">What was expected.</param>
    /// <param name="variance">The variance that is taken for ordinary so far: what is beyond five deviations counts as five.</param>
    /// <param name="keep">What earlier counts keep of their weight.</param>
    public void Add(double count, double expected, double variance, double keep)
    {
        var error = count - expected;
        var square = Math.Min(error * error, (25 * variance) + 25);
        excess = (excess * keep) + square - expected;
        squares = (squares * keep) + (expected * expected);
        doubt = (doubt * keep) + expected + (2 * expected * expected);
    }
}
