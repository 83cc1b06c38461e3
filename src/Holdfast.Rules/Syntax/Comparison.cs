using Holdfast.Rules.Patterns;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Syntax;

/// <summary>The operator and the right side of a comparison.</summary>
public abstract record Comparison;

/// <summary>Operators of order.</summary>
public enum OrderingOperator
{
    /// <summary><c>eq</c>, <c>==</c></summary>
    Equal,

    /// <summary><c>ne</c>, <c>!=</c></summary>
    NotEqual,

    /// <summary><c>lt</c>, <c>&lt;</c></summary>
    Less,

    /// <summary><c>le</c>, <c>&lt;=</c></summary>
    LessOrEqual,

    /// <summary><c>gt</c>, <c>&gt;</c></summary>
    Greater,

    /// <summary><c>ge</c>, <c>&gt;=</c></summary>
    GreaterOrEqual,
}

/// <summary>Strings are ordered byte by byte. Addresses are equal or not.</summary>
public sealed record OrderingComparison(OrderingOperator Operator, Literal Right) : Comparison;

/// <summary>The string has this one in it.</summary>
public sealed record ContainsComparison(ByteString Part) : Comparison;

/// <summary>A regular expression matches somewhere in the string.</summary>
public sealed record MatchesComparison(RegexPattern Pattern) : Comparison;

/// <summary>The whole string matches a pattern with stars.</summary>
/// <param name="Pattern">The pattern.</param>
/// <param name="IsStrict">Whether case matters.</param>
public sealed record WildcardComparison(WildcardPattern Pattern, bool IsStrict) : Comparison;

/// <summary>The value is a member of a set.</summary>
public sealed record SetComparison(LiteralSet Set) : Comparison;

/// <summary>The value is in a list.</summary>
/// <param name="ListName">Its name, without the dollar sign.</param>
public sealed record ListComparison(string ListName) : Comparison;
