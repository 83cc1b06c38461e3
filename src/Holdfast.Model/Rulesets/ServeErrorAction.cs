namespace Holdfast.Model.Rulesets;

/// <summary>The answer, which is an error, goes out with another body.</summary>
/// <param name="Content">The body; at most <see cref="RulesetLimits.ContentBytes"/>.</param>
/// <param name="ContentType">One of <see cref="RulesetLimits.ContentTypes"/>.</param>
/// <param name="StatusCode">From 400 to 999; null for the answer's own.</param>
public sealed record ServeErrorAction(string Content, string ContentType, int? StatusCode) : RuleAction("serve_error");
