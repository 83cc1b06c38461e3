using System.Collections.Frozen;
using Holdfast.Rules.Phases;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Parsing;

/// <summary>What an expression may read, call and refer to.</summary>
/// <param name="Place">What it is for, and the phase of its rule.</param>
public sealed record RuleScope(ExpressionPlace Place)
{
    /// <summary>
    /// The lists that there are, with the type of their items (String, Integer or Address); null when that isn't known here, and then any
    /// name is taken.
    /// </summary>
    public FrozenDictionary<string, RuleType>? Lists { get; init; }

    /// <summary>
    /// The most characters; <see cref="RuleLimits.ExpressionCharacters"/>. The canonical text of an expression may be longer than what was
    /// written, and is read back without this limit.
    /// </summary>
    internal int MostCharacters { get; init; } = RuleLimits.ExpressionCharacters;
}
