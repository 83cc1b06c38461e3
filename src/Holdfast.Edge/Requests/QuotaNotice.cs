namespace Holdfast.Edge.Requests;

/// <summary>What somebody is told who is over a limit: the fields of draft-ietf-httpapi-ratelimit-headers-11 and <c>Retry-After</c>.</summary>
internal readonly ref struct QuotaNotice
{
    /// <summary>The value of <c>RateLimit-Policy</c>.</summary>
    public required ReadOnlySpan<byte> Policy { get; init; }

    /// <summary>The value of <c>RateLimit</c>.</summary>
    public required ReadOnlySpan<byte> State { get; init; }

    /// <summary>The value of <c>Retry-After</c>, in seconds.</summary>
    public required int RetryAfter { get; init; }
}
