namespace Holdfast.Status.Detection;

/// <summary>
/// What evidence a series brings about by itself: the largest of its ordinary days, slowly forgotten. Where the model fits, that stays well
/// below the threshold; where a series is wilder than any model, the threshold rises above what it is seen to do.
/// </summary>
internal struct Caution
{
    private float largest;
    private float window;

    /// <summary>The threshold that alarms are raised at.</summary>
    /// <param name="plain">The one that follows from the rate of false alarms.</param>
    /// <param name="most">How many times that it may be.</param>
    public readonly double Threshold(double plain, double most) => Math.Clamp(DetectionLimits.CautionFactor * largest, plain, most * plain);

    /// <summary>Evidence that did not make an alarm, or just did.</summary>
    /// <param name="evidence">In nats.</param>
    /// <param name="limit">
    /// What is above it counts as that: the threshold, so that one outage does not make the next one pass unseen. While the series is learned
    /// there is none.
    /// </param>
    public void Saw(float evidence, double limit = double.MaxValue) => window = Math.Max(window, (float)Math.Min(evidence, limit));

    /// <summary>A window has ended.</summary>
    public void EndWindow(double seconds)
    {
        largest = Math.Max(window, largest * (float)Math.Pow(2, -seconds / DetectionLimits.CautionHalfLife));
        window = 0;
    }
}
