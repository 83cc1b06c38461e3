using System.Collections.Frozen;
using System.Collections.Immutable;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Functions;

/// <summary>Every function of the language, in one table: names, parameters and places are those of Cloudflare's reference.</summary>
public static class FunctionCatalogue
{
    private static readonly RuleType Text = RuleType.String;
    private static readonly RuleType Number = RuleType.Integer;
    private static readonly RuleType Flag = RuleType.Boolean;
    private static readonly RuleType Ip = RuleType.Address;
    private static readonly RuleType Flags = RuleType.ArrayOf(Flag);
    private static readonly RuleType Texts = RuleType.ArrayOf(Text);
    private static readonly RuleType Numbers = RuleType.ArrayOf(Number);
    private static readonly RuleType TextsByName = RuleType.MapOf(Texts);
    private static readonly RuleType NumbersByName = RuleType.MapOf(Number);
    private static readonly RuleType ListsOfNumbersByName = RuleType.MapOf(Numbers);
    private static readonly RuleType ListsOfTexts = RuleType.ArrayOf(Texts);

    /// <summary>All of them.</summary>
    public static ImmutableArray<RuleFunction> All { get; } =
    [
        new("any", Flag, FunctionPlaces.Anywhere, Any("answers", Flags)),
        new("all", Flag, FunctionPlaces.Anywhere, Any("answers", Flags)),
        new(
            "cidr",
            Ip,
            FunctionPlaces.Firewall,
            NotLiteral("address", Ip),
            Literal("ipv4_network_bits", Number),
            Literal("ipv6_network_bits", Number)
        ),
        new("cidr6", Ip, FunctionPlaces.Firewall, NotLiteral("address", Ip), Literal("ipv6_network_bits", Number)),
        new("concat", null, FunctionPlaces.Anywhere, Any("value", Text, Number, Texts) with { Repeats = true }),
        new(
            "decode_base64",
            Text,
            FunctionPlaces.Firewall | FunctionPlaces.TransformFilter | FunctionPlaces.TransformValue,
            NotLiteral("source", Text)
        ),
        new("encode_base64", Text, FunctionPlaces.TransformValue, Any("input", Text), Optional(Literal("flags", Text))),
        new("ends_with", Flag, FunctionPlaces.Anywhere, NotLiteral("source", Text), Any("substring", Text)),
        new(
            "has_key",
            Flag,
            FunctionPlaces.Anywhere,
            NotLiteral("map", TextsByName, NumbersByName, ListsOfNumbersByName),
            Literal("key", Text)
        ),
        new("has_value", Flag, FunctionPlaces.Anywhere, NotLiteral("array", Texts, Numbers), Literal("value", Text, Number)),
        new(
            "holdfast_known",
            Flag,
            FunctionPlaces.Anywhere,
            new RuleParameter(
                "field",
                ArgumentForm.Field,
                [Text, Number, Flag, Ip, Texts, Numbers, ListsOfTexts, TextsByName, NumbersByName, ListsOfNumbersByName]
            )
        ),
        new(
            "is_timed_hmac_valid_v0",
            Flag,
            FunctionPlaces.Anywhere,
            Literal("key", Text),
            NotLiteral("message_mac", Text),
            Literal("ttl", Number),
            NotLiteral("current_timestamp", Number),
            Optional(Literal("length_of_separator", Number)),
            Optional(Literal("flags", Text))
        ),
        new(
            "join",
            Text,
            FunctionPlaces.Firewall | FunctionPlaces.ErrorFilter | FunctionPlaces.TransformFilter | FunctionPlaces.TransformValue,
            Any("items", Texts),
            Any("separator", Text)
        ),
        new("len", Number, FunctionPlaces.Anywhere, Any("value", Text, Texts, Numbers)),
        new(
            "lookup_json_integer",
            Number,
            FunctionPlaces.Anywhere,
            NotLiteral("field", Text),
            Literal("key", Text, Number) with
            {
                Repeats = true,
            }
        ),
        new(
            "lookup_json_string",
            Text,
            FunctionPlaces.Anywhere,
            NotLiteral("field", Text),
            Literal("key", Text, Number) with
            {
                Repeats = true,
            }
        ),
        new("lower", Text, FunctionPlaces.Anywhere, Any("source", Text)),
        new(
            "regex_replace",
            Text,
            FunctionPlaces.TransformValue | FunctionPlaces.RedirectValue,
            Any("source", Text),
            Literal("regular_expression", Text),
            Literal("replacement", Text)
        )
        {
            OncePerExpression = true,
        },
        new("remove_bytes", Text, FunctionPlaces.Anywhere, Any("source", Text), Literal("bytes", Text)),
        new(
            "remove_query_args",
            Text,
            FunctionPlaces.TransformValue,
            new RuleParameter("field", ArgumentForm.Field, [Text]),
            Literal("query_param", Text) with
            {
                Repeats = true,
            }
        ),
        new("sha256", Text, FunctionPlaces.TransformValue, Any("input", Text)),
        new(
            "split",
            Texts,
            FunctionPlaces.ResponseHeaderValue | FunctionPlaces.TransformFilter | FunctionPlaces.ErrorFilter,
            Any("input", Text),
            Literal("separator", Text),
            Literal("limit", Number)
        ),
        new("starts_with", Flag, FunctionPlaces.Anywhere, NotLiteral("source", Text), Any("substring", Text)),
        new("substring", Text, FunctionPlaces.Anywhere, Any("source", Text), Any("start", Number), Optional(Any("end", Number))),
        new("to_string", Text, FunctionPlaces.TransformValue | FunctionPlaces.RedirectValue, Any("value", Number, Flag, Ip)),
        new("upper", Text, FunctionPlaces.Anywhere, Any("source", Text)),
        new("url_decode", Text, FunctionPlaces.Anywhere, Any("source", Text), Optional(Literal("options", Text))),
        new("uuidv4", Text, FunctionPlaces.TransformValue, NotLiteral("source", Text)),
        new(
            "wildcard_replace",
            Text,
            FunctionPlaces.UrlValue | FunctionPlaces.RedirectValue,
            NotLiteral("source", Text),
            Literal("wildcard_pattern", Text),
            Literal("replacement", Text),
            Optional(Literal("flags", Text))
        )
        {
            OncePerExpression = true,
        },
    ];

    private static readonly FrozenDictionary<string, RuleFunction>.AlternateLookup<ReadOnlySpan<char>> ByName = All.ToFrozenDictionary(
            function => function.Name,
            StringComparer.Ordinal
        )
        .GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Finds a function by its name; null when there is none.</summary>
    public static RuleFunction? Find(ReadOnlySpan<char> name) => ByName.TryGetValue(name, out var function) ? function : null;

    private static RuleParameter Any(string name, params EqualArray<RuleType> types) => new(name, ArgumentForm.Any, types);

    private static RuleParameter Literal(string name, params EqualArray<RuleType> types) => new(name, ArgumentForm.Literal, types);

    private static RuleParameter NotLiteral(string name, params EqualArray<RuleType> types) => new(name, ArgumentForm.NotLiteral, types);

    private static RuleParameter Optional(RuleParameter parameter) => parameter with { IsOptional = true };
}
