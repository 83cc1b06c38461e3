using System.Collections.Immutable;
using Holdfast.Rules.Syntax;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Functions;

/// <summary>One function of the language.</summary>
public sealed class RuleFunction : IEquatable<RuleFunction>
{
    internal RuleFunction(string name, RuleType? result, FunctionPlaces places, params ImmutableArray<RuleParameter> parameters)
    {
        Name = name;
        Result = result;
        Places = places;
        Parameters = parameters;
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>What it takes, in order. The last may stand for any number.</summary>
    public ImmutableArray<RuleParameter> Parameters { get; }

    /// <summary>Whether it may stand in an expression once only.</summary>
    public bool OncePerExpression { get; init; }

    /// <summary>How many arguments it needs.</summary>
    public int LeastArguments => Parameters.Count(parameter => !parameter.IsOptional);

    /// <summary>How many arguments it takes; null without an end.</summary>
    public int? MostArguments => Parameters[^1].Repeats ? null : Parameters.Length;

    /// <summary>Where it may be called.</summary>
    internal FunctionPlaces Places { get; }

    /// <summary>What comes back; null when that is the first argument's type.</summary>
    internal RuleType? Result { get; }

    /// <summary>The parameter that an argument is for; null when there are too many.</summary>
    public RuleParameter? ParameterOf(int index) =>
        index < Parameters.Length ? Parameters[index]
        : Parameters[^1].Repeats ? Parameters[^1]
        : null;

    /// <summary>What comes back for these arguments, from one call.</summary>
    internal RuleType ResultOf(EqualArray<Argument> arguments)
    {
        if (Result is { } result)
        {
            return result;
        }

        // concat(): arrays make an array, anything else a string.
        var first = arguments[0].Type;
        return first.Kind == RuleKind.Array ? first : RuleType.String;
    }

    /// <inheritdoc />
    public bool Equals(RuleFunction? other) => ReferenceEquals(this, other);

    /// <inheritdoc />
    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    /// <inheritdoc />
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    /// <summary>For messages: <c>substring(source, start, [end])</c>.</summary>
    public override string ToString() =>
        $"{Name}({string.Join(", ", Parameters.Select(p => (p.IsOptional ? $"[{p.Name}]" : p.Name) + (p.Repeats ? ", …" : "")))})";
}

/// <summary>How an argument has to be written.</summary>
public enum ArgumentForm
{
    /// <summary>As one likes.</summary>
    Any,

    /// <summary>As a literal.</summary>
    Literal,

    /// <summary>As anything but a literal.</summary>
    NotLiteral,

    /// <summary>As a field, or an element of one.</summary>
    Field,
}

/// <summary>One parameter of a function.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Form">How the argument has to be written.</param>
/// <param name="Types">What it may be.</param>
public sealed record RuleParameter(string Name, ArgumentForm Form, EqualArray<RuleType> Types)
{
    /// <summary>Whether the argument may be left out.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Whether more arguments of this kind may follow.</summary>
    public bool Repeats { get; init; }
}
