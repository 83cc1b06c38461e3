namespace Holdfast.Control.Storage;

/// <summary>One entry of the audit log; <see cref="Audit.AuditEntry"/> says what its members mean. Rows are added and never changed.</summary>
internal sealed class AuditRow
{
    public long Sequence { get; set; }

    public DateTime At { get; set; }

    public required string Operation { get; set; }

    public required string Outcome { get; set; }

    public required string ActorType { get; set; }

    public required string ActorId { get; set; }

    public required string ActorName { get; set; }

    public string? Address { get; set; }

    public required string ResourceType { get; set; }

    public required string ResourceId { get; set; }

    public string? ZoneId { get; set; }

    public string? Before { get; set; }

    public string? After { get; set; }

    public required string PreviousHash { get; set; }

    public required string Hash { get; set; }
}
