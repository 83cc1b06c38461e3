namespace Holdfast.Rules.Types;

/// <summary>What a value is.</summary>
public enum RuleKind
{
    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A whole number of 64 bits.</summary>
    Integer,

    /// <summary>Bytes, as they were on the wire: no encoding is assumed.</summary>
    String,

    /// <summary>An IPv4 or IPv6 address.</summary>
    Address,

    /// <summary>Values of one type, in order.</summary>
    Array,

    /// <summary>Values of one type, by strings.</summary>
    Map,
}

/// <summary>The type of a field, of a function's result, of a literal.</summary>
public sealed record RuleType
{
    private RuleType(RuleKind kind, RuleType? element)
    {
        Kind = kind;
        Element = element;
    }

    /// <summary>True or false.</summary>
    public static RuleType Boolean { get; } = new(RuleKind.Boolean, null);

    /// <summary>A whole number.</summary>
    public static RuleType Integer { get; } = new(RuleKind.Integer, null);

    /// <summary>Bytes.</summary>
    public static RuleType String { get; } = new(RuleKind.String, null);

    /// <summary>An IP address.</summary>
    public static RuleType Address { get; } = new(RuleKind.Address, null);

    /// <summary>What kind of value it is.</summary>
    public RuleKind Kind { get; }

    /// <summary>The type of the elements of an array or a map; null for the others.</summary>
    public RuleType? Element { get; }

    /// <summary>Whether it is one value: no array, no map.</summary>
    public bool IsSingle => Element is null;

    /// <summary>An array of values of one type.</summary>
    public static RuleType ArrayOf(RuleType element) => new(RuleKind.Array, element);

    /// <summary>A map to values of one type.</summary>
    public static RuleType MapOf(RuleType element) => new(RuleKind.Map, element);

    /// <summary>As Cloudflare's documentation writes it: <c>Map&lt;Array&lt;String&gt;&gt;</c>.</summary>
    public override string ToString() =>
        Kind switch
        {
            RuleKind.Address => "IP address",
            RuleKind.Array => $"Array<{Element}>",
            RuleKind.Map => $"Map<{Element}>",
            _ => Kind.ToString(),
        };
}
