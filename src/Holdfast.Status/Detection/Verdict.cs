namespace Holdfast.Status.Detection;

/// <summary>What a detector says of a step.</summary>
internal enum Verdict
{
    /// <summary>It does not know the series well enough to say anything.</summary>
    Learning,

    /// <summary>As usual.</summary>
    Ordinary,

    /// <summary>No longer as usual: it says so once, at the step that made it sure.</summary>
    Raised,

    /// <summary>Still not as usual.</summary>
    Alarmed,

    /// <summary>As usual again: it says so once.</summary>
    Recovered,
}

/// <summary>What an alarm is about.</summary>
/// <param name="Since">When it began, by the evidence, in seconds since 1970.</param>
/// <param name="Raised">When it was sure.</param>
/// <param name="Ordinary">The level that was expected: a ratio, or a rate a second.</param>
/// <param name="Present">The level over the last minute.</param>
/// <param name="Peak">The level farthest from the ordinary one, over a minute.</param>
/// <param name="Events">Errors, or requests, since it began.</param>
/// <param name="Total">Out of so many requests, or instead of so many expected ones.</param>
internal readonly record struct Alarm(long Since, long Raised, double Ordinary, double Present, double Peak, double Events, double Total)
{
    /// <summary>Whether it is past its worst: the present level is nearer to the ordinary one than half of the way from the peak.</summary>
    public bool IsFalling => Math.Abs(Present - Ordinary) < Math.Abs(Peak - Ordinary) / 2;
}
