namespace Holdfast.Model.Purging;

/// <summary>What an edge remembers of a purge: whatever it selects and was asked for before the number is not served any more.</summary>
/// <param name="Number">
/// When the purge was put into effect on this edge: Unix milliseconds, or one more than the number before where that is larger.
/// </param>
/// <param name="ZoneId">The zone.</param>
/// <param name="Kind">What it selects by.</param>
/// <param name="Value">What it selects; empty for everything.</param>
public readonly record struct PurgeMark(long Number, string ZoneId, PurgeKind Kind, string Value);
