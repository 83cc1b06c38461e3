namespace Holdfast.Control.Storage;

/// <summary>A DNS record of a zone.</summary>
internal sealed class RecordRow
{
    public required string Id { get; set; }

    public required string ZoneId { get; set; }

    /// <summary>Absolute, canonical.</summary>
    public required string Name { get; set; }

    public required string Type { get; set; }

    /// <summary>Canonical, without the priority.</summary>
    public required string Content { get; set; }

    public int? Priority { get; set; }

    public int Ttl { get; set; }

    public bool Proxied { get; set; }

    public string? Comment { get; set; }

    /// <summary>A JSON array of strings.</summary>
    public required string Tags { get; set; }

    public bool IPv4Only { get; set; }

    public bool IPv6Only { get; set; }

    public bool FlattenCname { get; set; }

    /// <summary>Guards every write, and is the record's ETag.</summary>
    public long Generation { get; set; }

    public DateTime CreatedAt { get; set; }

    public DateTime ModifiedAt { get; set; }

    public DateTime? CommentModifiedAt { get; set; }

    public DateTime? TagsModifiedAt { get; set; }
}
