namespace Holdfast.Control.Storage;

/// <summary>This installation; one row.</summary>
internal sealed class InstallationRow
{
    /// <summary>Always 1.</summary>
    public int Key { get; set; }

    /// <summary>32 hexadecimal digits; the account's id in the API.</summary>
    public required string Id { get; set; }

    /// <summary>What its owner calls the account.</summary>
    public required string Name { get; set; }

    /// <summary>Where abuse is reported, or null.</summary>
    public string? AbuseContact { get; set; }

    /// <summary>Guards every write; the account's ETag.</summary>
    public long Generation { get; set; }

    public DateTime CreatedAt { get; set; }
}

/// <summary>Who runs this installation.</summary>
internal sealed class UserRow
{
    public required string Id { get; set; }

    /// <summary>The id of the user's membership of the account.</summary>
    public required string MembershipId { get; set; }

    public required string Email { get; set; }

    public string? FirstName { get; set; }

    public string? LastName { get; set; }

    public string? Telephone { get; set; }

    public string? Country { get; set; }

    public string? Zipcode { get; set; }

    /// <summary>Guards every write; the user's ETag.</summary>
    public long Generation { get; set; }

    public DateTime CreatedAt { get; set; }

    public DateTime ModifiedAt { get; set; }
}

/// <summary>A zone as its owner wrote it.</summary>
internal sealed class ZoneRow
{
    public required string Id { get; set; }

    public required string Name { get; set; }

    /// <summary>The zone's type, which <see cref="Config"/> says too; lists are filtered by it.</summary>
    public int Type { get; set; }

    /// <summary>Guards every write: compare-and-set. It is also the generation of the zone's newest release, and its ETag.</summary>
    public long Generation { get; set; }

    /// <summary>The artifact's canonical bytes.</summary>
    public required byte[] Config { get; set; }

    public DateTime CreatedAt { get; set; }

    public DateTime ModifiedAt { get; set; }
}

/// <summary>An uploaded certificate; its private key is sealed in <see cref="Config"/>.</summary>
internal sealed class CertificateRow
{
    public required string Id { get; set; }

    public required string ZoneId { get; set; }

    public long Generation { get; set; }

    /// <summary>The artifact's canonical bytes.</summary>
    public required byte[] Config { get; set; }

    public DateTime CreatedAt { get; set; }

    public DateTime ModifiedAt { get; set; }
}

/// <summary>An API token; only its hash is kept.</summary>
internal sealed class TokenRow
{
    public required string Id { get; set; }

    public required string Name { get; set; }

    /// <summary>0: the user; 1: the account.</summary>
    public int Owner { get; set; }

    /// <summary>SHA-256 of the token.</summary>
    public required byte[] Hash { get; set; }

    /// <summary>JSON, as the API shows them; null for an admin token, which may do everything.</summary>
    public string? Policies { get; set; }

    /// <summary>JSON; null when there is none.</summary>
    public string? Condition { get; set; }

    public bool Disabled { get; set; }

    public DateTime? NotBefore { get; set; }

    public DateTime? ExpiresOn { get; set; }

    /// <summary>Written now and then, not with every use.</summary>
    public DateTime? LastUsedAt { get; set; }

    /// <summary>Guards every write; the token's ETag.</summary>
    public long Generation { get; set; }

    public DateTime CreatedAt { get; set; }

    public DateTime ModifiedAt { get; set; }
}

/// <summary>A POST that was sent with an <c>Idempotency-Key</c>.</summary>
internal sealed class IdempotencyRow
{
    /// <summary>SHA-256 of who sent it and of the key.</summary>
    public required byte[] Id { get; set; }

    /// <summary>SHA-256 of method, path, query and body.</summary>
    public required byte[] Request { get; set; }

    /// <summary>The answer, sealed for whoever presents the same credential and key; null until there is one.</summary>
    public byte[]? Answer { get; set; }

    public DateTime CreatedAt { get; set; }
}

/// <summary>A published release.</summary>
internal sealed class ReleaseRow
{
    /// <summary>Its place in the feed.</summary>
    public long Position { get; set; }

    public int Kind { get; set; }

    public required string Name { get; set; }

    public long Generation { get; set; }

    public required string Digest { get; set; }

    public bool Removed { get; set; }

    public DateTime CreatedAt { get; set; }

    /// <summary>The encoded release, as the feed sends it.</summary>
    public required byte[] Envelope { get; set; }

    /// <summary>Whether it is not for every edge: its rollout gives it out, or a pin is before it.</summary>
    public bool Held { get; set; }
}

/// <summary>The purge log; one row.</summary>
internal sealed class PurgeLogRow
{
    /// <summary>Always 1.</summary>
    public int Key { get; set; }

    /// <summary>Which log it is: 32 hexadecimal digits.</summary>
    public required string Id { get; set; }

    /// <summary>The last purge's sequence; 0 before the first.</summary>
    public long Newest { get; set; }

    /// <summary>The highest sequence of those that are kept no more.</summary>
    public long Dropped { get; set; }
}

/// <summary>A purge.</summary>
internal sealed class PurgeRow
{
    /// <summary>Its place in the log.</summary>
    public long Sequence { get; set; }

    /// <summary>32 hexadecimal digits; its id in the API.</summary>
    public required string Id { get; set; }

    public required string ZoneId { get; set; }

    public DateTime CreatedAt { get; set; }

    /// <summary>The encoded purge, as the feed sends it.</summary>
    public required byte[] Envelope { get; set; }
}

/// <summary>An edge that has reported.</summary>
internal sealed class NodeRow
{
    public required string Name { get; set; }

    public DateTime FirstSeenAt { get; set; }

    public DateTime LastSeenAt { get; set; }

    /// <summary>The highest sequence that is stored: what comes again is dropped.</summary>
    public long Sequence { get; set; }

    public DateTime? HealthAt { get; set; }

    /// <summary>The newest health record's body.</summary>
    public string? Health { get; set; }

    /// <summary>When it joined from another machine; null for one that shares control's data directory.</summary>
    public DateTime? JoinedAt { get; set; }

    /// <summary>SHA-256 of the public half of the key that it joined with, else null.</summary>
    public byte[]? KeyHash { get; set; }

    /// <summary>The purge log that it follows, or null.</summary>
    public string? PurgeLog { get; set; }

    /// <summary>The last purge of it that is in effect there.</summary>
    public long PurgeSequence { get; set; }
}

/// <summary>What lets one node join once.</summary>
internal sealed class JoinTokenRow
{
    public required string Id { get; set; }

    /// <summary>The name that the node gets.</summary>
    public required string Node { get; set; }

    /// <summary>SHA-256 of its secret.</summary>
    public required byte[] Hash { get; set; }

    public DateTime CreatedAt { get; set; }

    public DateTime ExpiresAt { get; set; }

    public DateTime? UsedAt { get; set; }

    /// <summary>The <see cref="NodeRow.KeyHash"/> of the node that used it, else null.</summary>
    public byte[]? UsedBy { get; set; }
}

/// <summary>One upward record.</summary>
internal sealed class UplinkRow
{
    public long Id { get; set; }

    public required string Node { get; set; }

    public long Sequence { get; set; }

    public DateTime At { get; set; }

    public required string Type { get; set; }

    public required string Body { get; set; }
}
