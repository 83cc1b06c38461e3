namespace Holdfast.Model.Rulesets;

/// <summary>What a rule writes: a text as it is, or one that is computed for each request.</summary>
/// <param name="Text">The text, or the expression.</param>
/// <param name="IsExpression">Which of the two.</param>
public sealed record RuleText(string Text, bool IsExpression);
