using System.Threading.Channels;
using Holdfast.Model.Releases;

namespace Holdfast.Releases.Intake;

/// <summary>
/// Loads releases where it may cost a process, before the process that serves loads them (the design's law 9). What it is given is genuine;
/// nothing else is known of it.
/// </summary>
public interface IReleaseTaster
{
    /// <summary>
    /// Tastes releases, in whatever order is quickest. One that holds the others up is put aside: it is <see cref="TasteOutcome.Later"/>,
    /// and its verdict comes by <see cref="Late"/>.
    /// </summary>
    /// <param name="releases">At least one; none of them a removal.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>One verdict for each, in their order. Never throws for what a release is, nor when there is no taster.</returns>
    Task<IReadOnlyList<TasteVerdict>> TasteAsync(IReadOnlyList<Release> releases, CancellationToken cancellationToken);

    /// <summary>The verdicts of those that were put aside: never <see cref="TasteOutcome.Later"/>.</summary>
    ChannelReader<LateVerdict> Late { get; }
}

/// <summary>What came of tasting a release.</summary>
public enum TasteOutcome
{
    /// <summary>It can be used.</summary>
    Good,

    /// <summary>It cannot: its content is refused for good.</summary>
    Refused,

    /// <summary>It takes longer than others may wait for.</summary>
    Later,

    /// <summary>There is no taster at this time: nothing is known of the release, and it is to be tasted again.</summary>
    Unavailable,
}

/// <summary>A taster's word on a release.</summary>
/// <param name="Outcome">What came of it.</param>
/// <param name="Reason">Why it was not <see cref="TasteOutcome.Good"/>, as one sentence; null when it was.</param>
public sealed record TasteVerdict(TasteOutcome Outcome, string? Reason = null)
{
    /// <summary>It can be used.</summary>
    public static TasteVerdict Good { get; } = new(TasteOutcome.Good);

    /// <summary>What it took in the taster: microseconds, and bytes allocated; 0 when that is not known.</summary>
    public (long Microseconds, long Bytes) Cost { get; init; }
}

/// <summary>The verdict on a release that was put aside.</summary>
public sealed record LateVerdict(Release Release, TasteVerdict Verdict);
