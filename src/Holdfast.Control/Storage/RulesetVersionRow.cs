namespace Holdfast.Control.Storage;

/// <summary>What a ruleset was at one of its versions, the newest included.</summary>
internal sealed class RulesetVersionRow
{
    public required string RulesetId { get; set; }

    public long Version { get; set; }

    public required string ZoneId { get; set; }

    /// <summary>The ruleset as canonical JSON.</summary>
    public required byte[] Config { get; set; }
}
