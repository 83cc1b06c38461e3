using System.Collections.Immutable;

namespace Holdfast.Model.Lists;

/// <summary>A list of the account, which rules refer to as <c>$name</c>.</summary>
public sealed record ListConfig
{
    /// <summary>The id, which stays.</summary>
    public required string Id { get; init; }

    /// <summary>What rules call it: lower case letters, digits and <c>_</c>, at most <see cref="ListLimits.NameCharacters"/>.</summary>
    public required string Name { get; init; }

    /// <summary>What its items are.</summary>
    public required ListKind Kind { get; init; }

    /// <summary>
    /// The items in their canonical form, each once, in ordinal order: <c>192.0.2.1</c>, <c>2001:db8::/32</c>; <c>64496</c>;
    /// <c>example.com</c> for that name alone, <c>*.example.com</c> for all names below it, <c>.example.com</c> for both; redirects as
    /// <c>example.com/old https://example.org/new 301 q</c>.
    /// </summary>
    public required ImmutableArray<string> Items { get; init; }
}
