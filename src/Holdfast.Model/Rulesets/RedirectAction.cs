using System.Collections.Immutable;

namespace Holdfast.Model.Rulesets;

/// <summary>The visitor is sent where a list of redirects says.</summary>
/// <param name="List">The list's name.</param>
/// <param name="Key">What is looked for in it: an expression whose value is a URL, <c>http.request.full_uri</c>.</param>
public sealed record RedirectFromListAction(string List, string Key) : RuleAction("redirect");

/// <summary>The visitor is sent elsewhere.</summary>
/// <param name="Target">A URL, or a path on the same host.</param>
/// <param name="StatusCode">One of <see cref="StatusCodes"/>.</param>
/// <param name="PreserveQueryString">Whether the request's query goes along.</param>
public sealed record RedirectAction(RuleText Target, int StatusCode, bool PreserveQueryString) : RuleAction("redirect")
{
    /// <summary>The statuses that a redirect can have; the first unless another was asked for.</summary>
    public static ImmutableArray<int> StatusCodes { get; } = [301, 302, 303, 307, 308];
}
