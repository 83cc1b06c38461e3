namespace Holdfast.Edge.ErrorPages;

/// <summary>What the edge knows and says about one error. The texts are plain sentences without markup.</summary>
internal sealed record EdgeErrorInfo
{
    /// <summary>Which error this is about.</summary>
    public required EdgeError Error { get; init; }

    /// <summary>The response's HTTP status: 400 to 599.</summary>
    public required int Status { get; init; }

    /// <summary>The code on the page: the status, or the 1xxx code where the status alone does not say enough.</summary>
    public required int Code { get; init; }

    /// <summary>The page's heading, without a full stop.</summary>
    public required string Title { get; init; }

    /// <summary>Whose fault it is.</summary>
    public required Blame Blame { get; init; }

    /// <summary>What happened.</summary>
    public required string What { get; init; }

    /// <summary>What the visitor can do.</summary>
    public required string VisitorAdvice { get; init; }

    /// <summary>What the site's owner can do, or null when that is nothing.</summary>
    public string? OwnerAdvice { get; init; }

    /// <summary>
    /// The least number of seconds after which the same request may succeed without anybody's doing, or 0 when waiting does not help:
    /// then there is no <c>Retry-After</c>.
    /// </summary>
    public int RetryAfterSeconds { get; init; }

    /// <summary>The error's name in logs and metrics: <c>origin_refused</c>.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// The seconds for a <c>Retry-After</c> field, spread evenly over one to two times <see cref="RetryAfterSeconds"/>, so that
    /// the visitors of a failed site do not come back all at once. 0 when there is to be no such field.
    /// </summary>
    /// <param name="random">Any random number.</param>
    public int RetryAfter(uint random) => RetryAfterSeconds == 0 ? 0 : RetryAfterSeconds + (int)(random % ((uint)RetryAfterSeconds + 1));
}
