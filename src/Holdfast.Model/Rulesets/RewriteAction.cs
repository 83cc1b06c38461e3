using System.Collections.Immutable;

namespace Holdfast.Model.Rulesets;

/// <summary>The target of the request, as the cache and the origin see it, is another.</summary>
/// <param name="Path">The path; null leaves it.</param>
/// <param name="Query">The query without its question mark; null leaves it.</param>
public sealed record RewriteUriAction(RuleText? Path, RuleText? Query) : RuleAction("rewrite");

/// <summary>Fields of the request to the origin, or of the answer to the visitor, are others.</summary>
/// <param name="Changes">What is changed, each name once, in ordinal order.</param>
public sealed record RewriteHeadersAction(ImmutableArray<HeaderChange> Changes) : RuleAction("rewrite");

/// <summary>What becomes of one field.</summary>
/// <param name="Name">Its name, as it goes out.</param>
/// <param name="Operation">What is done.</param>
/// <param name="Value">Its value; null when it is removed.</param>
public sealed record HeaderChange(string Name, HeaderOperation Operation, RuleText? Value);

/// <summary>What a rule can do with a field.</summary>
public enum HeaderOperation
{
    /// <summary>It is there once, with this value.</summary>
    Set,

    /// <summary>It is there once more, with this value.</summary>
    Add,

    /// <summary>It is not there.</summary>
    Remove,
}
