namespace Holdfast.Control.Storage;

/// <summary>A ruleset of the account.</summary>
internal sealed class AccountRulesetRow
{
    public required string Id { get; set; }

    /// <summary>Of its newest release; guards every write.</summary>
    public long Generation { get; set; }

    /// <summary>The ruleset as canonical JSON.</summary>
    public required byte[] Config { get; set; }
}

/// <summary>What a ruleset of the account was at one of its versions, the newest included.</summary>
internal sealed class AccountRulesetVersionRow
{
    public required string RulesetId { get; set; }

    public long Version { get; set; }

    /// <summary>The ruleset as canonical JSON.</summary>
    public required byte[] Config { get; set; }
}

/// <summary>A zone's rules execute a ruleset of the account.</summary>
internal sealed class RulesetUseRow
{
    public required string RulesetId { get; set; }

    public required string ZoneId { get; set; }

    /// <summary>How many of them do.</summary>
    public int Rules { get; set; }
}
