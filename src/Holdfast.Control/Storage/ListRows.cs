namespace Holdfast.Control.Storage;

/// <summary>A list of the account.</summary>
internal sealed class ListRow
{
    public required string Id { get; set; }

    public required string Name { get; set; }

    public int Kind { get; set; }

    public required string Description { get; set; }

    /// <summary>Of its newest release; guards every write.</summary>
    public long Generation { get; set; }

    /// <summary>How many items it has.</summary>
    public int Items { get; set; }

    public DateTime CreatedAt { get; set; }

    public DateTime ModifiedAt { get; set; }
}

/// <summary>An item of a list.</summary>
internal sealed class ListItemRow
{
    public required string ListId { get; set; }

    /// <summary>The item in its canonical form.</summary>
    public required string Value { get; set; }

    public required string Id { get; set; }

    public required string Comment { get; set; }

    public DateTime CreatedAt { get; set; }

    public DateTime ModifiedAt { get; set; }
}

/// <summary>An operation on a list's items that was done.</summary>
internal sealed class ListOperationRow
{
    /// <summary>One more than that of the operation before.</summary>
    public long Number { get; set; }

    public required string Id { get; set; }

    public DateTime CompletedAt { get; set; }
}

/// <summary>A zone's rules name a list.</summary>
internal sealed class ListUseRow
{
    public required string ListName { get; set; }

    public required string ZoneId { get; set; }

    /// <summary>How many of them do.</summary>
    public int Rules { get; set; }
}
