using System.Collections.Immutable;

namespace Holdfast.Model.Rulesets;

/// <summary>The visitor is sent elsewhere.</summary>
/// <param name="Target">A URL, or a path on the same host.</param>
/// <param name="StatusCode">One of <see cref="StatusCodes"/>.</param>
/// <param name="PreserveQueryString">Whether the request's query goes along.</param>
public sealed record RedirectAction(RuleText Target, int StatusCode, bool PreserveQueryString) : RuleAction("redirect")
{
    /// <summary>The statuses that a redirect can have; the first unless another was asked for.</summary>
    public static ImmutableArray<int> StatusCodes { get; } = [301, 302, 303, 307, 308];
}
