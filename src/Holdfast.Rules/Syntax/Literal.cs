using Holdfast.Rules.Types;

namespace Holdfast.Rules.Syntax;

/// <summary>A value that is written in the expression.</summary>
public abstract record Literal
{
    /// <summary>What it is.</summary>
    public abstract RuleType Type { get; }
}

/// <summary>A string, quoted or raw; how it was written is not kept.</summary>
public sealed record StringLiteral(ByteString Value) : Literal
{
    /// <inheritdoc />
    public override RuleType Type => RuleType.String;
}

/// <summary>A whole number.</summary>
public sealed record IntegerLiteral(long Value) : Literal
{
    /// <inheritdoc />
    public override RuleType Type => RuleType.Integer;
}

/// <summary>An IP address.</summary>
public sealed record AddressLiteral(RuleAddress Value) : Literal
{
    /// <inheritdoc />
    public override RuleType Type => RuleType.Address;
}

/// <summary>What stands between the braces of <c>in {…}</c>. Members keep their order, and may be there twice.</summary>
public abstract record LiteralSet;

/// <summary>Strings.</summary>
public sealed record StringSet(EqualArray<ByteString> Members) : LiteralSet;

/// <summary>Numbers and ranges of them.</summary>
public sealed record IntegerSet(EqualArray<IntegerRange> Members) : LiteralSet;

/// <summary>Addresses, networks and ranges of addresses.</summary>
public sealed record AddressSet(EqualArray<AddressRange> Members) : LiteralSet;

/// <summary>Numbers from the first to the last, both included.</summary>
public readonly record struct IntegerRange(long First, long Last);

/// <summary>Addresses of one family from the first to the last, both included.</summary>
/// <param name="First">The first.</param>
/// <param name="Last">The last.</param>
/// <param name="Prefix">The prefix length when it was written as a network, else null.</param>
public readonly record struct AddressRange(RuleAddress First, RuleAddress Last, int? Prefix)
{
    /// <summary>The network that begins at an address.</summary>
    public static AddressRange Network(RuleAddress first, int prefix) => new(first, first.LastOf(prefix), prefix);
}
