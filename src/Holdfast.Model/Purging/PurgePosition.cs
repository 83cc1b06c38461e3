namespace Holdfast.Model.Purging;

/// <summary>A place in a purge log.</summary>
/// <param name="Log">
/// Which log: 32 hexadecimal digits, or empty when none is known. A database that was made anew or restored has another one, since what
/// its numbers mean is not what they meant before.
/// </param>
/// <param name="Sequence">The last purge of it; 0 before the first.</param>
public sealed record PurgePosition(string Log, long Sequence)
{
    /// <summary>Of who has seen no log.</summary>
    public static PurgePosition None { get; } = new("", 0);
}
