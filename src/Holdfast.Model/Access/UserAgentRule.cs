namespace Holdfast.Model.Access;

/// <summary>A user agent rule: requests with this very <c>User-Agent</c> are refused.</summary>
public sealed record UserAgentRule
{
    /// <summary>The id, which stays.</summary>
    public required string Id { get; init; }

    /// <summary>The whole value of the field.</summary>
    public required string UserAgent { get; init; }

    /// <summary>Whether it is not asked at all.</summary>
    public bool Paused { get; init; }

    /// <summary>What its owner says of it, or empty.</summary>
    public string Description { get; init; } = "";
}
