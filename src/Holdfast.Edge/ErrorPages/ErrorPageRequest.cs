namespace Holdfast.Edge.ErrorPages;

/// <summary>What one error page is to say, beside what the catalogue knows about its error. All texts are UTF-8 and may be hostile.</summary>
internal readonly ref struct ErrorPageRequest
{
    /// <summary>Which error.</summary>
    public required EdgeError Error { get; init; }

    /// <summary>The request's ray id.</summary>
    public required ReadOnlySpan<byte> RayId { get; init; }

    /// <summary>The visitor's address as text, without a port.</summary>
    public required ReadOnlySpan<byte> ClientAddress { get; init; }

    /// <summary>The host that was asked for, without a port; empty when there was none or it could not be read.</summary>
    public required ReadOnlySpan<byte> Host { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The status page's address (http or https), or empty for no link.</summary>
    public ReadOnlySpan<byte> StatusPage { get; init; }

    /// <summary>One more sentence about what happened that a visitor may read, or empty. Never an exception's text.</summary>
    public ReadOnlySpan<byte> Detail { get; init; }

    /// <summary>What the response's <c>Retry-After</c> says, in seconds, or 0 when it has none.</summary>
    public int RetryAfterSeconds { get; init; }

    /// <summary>The zone's own page, or null for the edge's.</summary>
    public ReplacementPage? Replacement { get; init; }
}
