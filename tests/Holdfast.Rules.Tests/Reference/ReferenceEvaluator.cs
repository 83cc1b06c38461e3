using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Fields;
using Holdfast.Rules.Syntax;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Tests.Reference;

/// <summary>
/// What expressions mean, said as plainly as possible: it walks the tree, strings are texts with a character for each byte, a value is an
/// object, <see cref="Missing"/> or <see cref="Unknown"/>. It shares the syntax tree with the product and nothing of its evaluation.
/// </summary>
internal sealed class ReferenceEvaluator(TestSignals signals)
{
    /// <summary>There is no such value.</summary>
    public static readonly object Missing = new();

    /// <summary>Nobody knows the value.</summary>
    public static readonly object Unknown = new();

    private static readonly Encoding Latin1 = Encoding.Latin1;

    public static string Text(ByteString bytes) => Latin1.GetString(bytes.Span);

    public Truth Evaluate(Expression expression) =>
        expression switch
        {
            ConstantExpression constant => Of(constant.Value),
            NotExpression not => Not(Evaluate(not.Of)),
            CombinedExpression combined => combined
                .Items.Select(Evaluate)
                .Aggregate((one, other) => Combine(combined.Operator, one, other)),
            OperandExpression operand => AsTruth(Evaluate(operand.Operand)),
            ComparisonExpression comparison => Compare(Evaluate(comparison.Left), comparison.Comparison),
            _ => throw new InvalidOperationException(),
        };

    /// <summary>A string, or what stands for none.</summary>
    public object Evaluate(Argument argument) =>
        argument switch
        {
            LiteralArgument { Literal: StringLiteral text } => Text(text.Value),
            LiteralArgument { Literal: IntegerLiteral number } => number.Value,
            OperandArgument operand => Evaluate(operand.Operand),
            ExpressionArgument { Expression.IsEach: true } each => Each(each.Expression),
            ExpressionArgument one => Evaluate(one.Expression) is var truth && truth == Truth.Unknown ? Unknown : truth == Truth.True,
            _ => throw new InvalidOperationException(),
        };

    // An array of truths, or Unknown as a whole.
    private object Each(Expression expression)
    {
        switch (expression)
        {
            case NotExpression not:
                return Each(not.Of) is List<object> truths ? truths.Select(truth => (object)Not((Truth)truth)).ToList() : Unknown;
            case CombinedExpression combined:
                var sides = combined.Items.Select(Each).ToList();
                return sides.Contains(Unknown)
                    ? Unknown
                    : sides
                        .Cast<List<object>>()
                        .Aggregate(
                            (one, other) => one.Zip(other, (a, b) => (object)Combine(combined.Operator, (Truth)a, (Truth)b)).ToList()
                        );
            case OperandExpression operand:
                return Elements(Evaluate(operand.Operand), AsTruth);
            case ComparisonExpression comparison:
                return Elements(Evaluate(comparison.Left), value => Compare(value, comparison.Comparison));
            default:
                throw new InvalidOperationException();
        }
    }

    // Over a missing array there are no elements.
    private static object Elements(object array, Func<object, Truth> truth) =>
        array == Unknown ? Unknown
        : array == Missing ? new List<object>()
        : ((List<object>)array).Select(element => (object)truth(element)).ToList();

    // With [*], the array of the elements.
    private object Evaluate(Operand operand) =>
        operand switch
        {
            FieldOperand field => signals.ValueOf(field.Field),
            IndexedOperand indexed => indexed.Indexes.Aggregate(Evaluate(indexed.Of), Index),
            CallOperand { IsMapped: true } call => Map(call),
            CallOperand call => Call(call, [.. call.Arguments.Select(Evaluate)]),
            _ => throw new InvalidOperationException(),
        };

    private static object Index(object of, ElementIndex index) =>
        (of, index) switch
        {
            (List<object>, EachIndex) => of,
            (List<object> array, PositionIndex at) => at.Position < array.Count ? array[at.Position] : Missing,
            (Dictionary<string, object> map, NameIndex name) => map.GetValueOrDefault(Text(name.Name), Missing),
            _ => of,
        };

    private object Map(CallOperand call)
    {
        var first = Evaluate(call.Arguments[0]);
        if (first is not List<object> elements)
        {
            return first;
        }

        var rest = call.Arguments.Skip(1).Select(Evaluate).ToList();
        return elements.Select(element => Call(call, [element, .. rest])).ToList();
    }

    private object Call(CallOperand call, object[] given)
    {
        var name = call.Function.Name;
        if (name == "holdfast_known")
        {
            return signals.IsKnown(Base(((OperandArgument)call.Arguments[0]).Operand));
        }

        if (name is "any" or "all")
        {
            return given[0] == Unknown ? Unknown
                : given[0] == Missing ? name == "all"
                : Quantify(((List<object>)given[0]).Select(AsTruth).ToList(), name == "all");
        }

        if (name == "has_value" && given[0] is List<object> sought)
        {
            return Quantify([.. sought.Select(item => item == Unknown ? Truth.Unknown : Of(item.Equals(given[1])))], all: false);
        }

        if (name is "len" or "join" && given[0] is List<object> items && items.Contains(Unknown))
        {
            return Unknown;
        }

        if (name == "is_timed_hmac_valid_v0" && given[1] == Missing)
        {
            return false;
        }

        if (given.Contains(Unknown))
        {
            // A text that is missing at its start has no beginning that could be unknown.
            return name is not ("concat" or "join") && given[0] == Missing ? Missing : Unknown;
        }

        if (name == "concat")
        {
            return given.Any(value => value is List<object>) || call.Arguments[0].Type.Kind == RuleKind.Array && !call.IsMapped
                ? given.OfType<List<object>>().SelectMany(array => array).ToList()
                : string.Concat(
                    given
                        .Where(value => value != Missing)
                        .Select(value => value is long number ? number.ToString(CultureInfo.InvariantCulture) : value)
                );
        }

        if (name == "to_string" && given[0] == Missing && call.Arguments[0].Type.Kind == RuleKind.Boolean)
        {
            return "false";
        }

        return given.Contains(Missing)
            ? name is "has_value" or "has_key" or "starts_with" or "ends_with"
                ? false
                : Missing
            : Functions.Call(name, call, given);
    }

    private static object Quantify(List<Truth> truths, bool all)
    {
        var decides = all ? Truth.False : Truth.True;
        return truths.Contains(decides) ? !all
            : truths.Contains(Truth.Unknown) ? Unknown
            : all;
    }

    private Truth Compare(object left, Comparison comparison)
    {
        if (left == Unknown)
        {
            return Truth.Unknown;
        }

        if (left == Missing)
        {
            return Truth.False;
        }

        return comparison switch
        {
            OrderingComparison ordering => Of(Holds(ordering.Operator, Order(left, ordering.Right))),
            ContainsComparison contains => Of(((string)left).Contains(Text(contains.Part), StringComparison.Ordinal)),
            MatchesComparison matches => Of(ReferenceRegex.Find(matches.Pattern.Root, (string)left) is not null),
            WildcardComparison wildcard => Of(ReferenceWildcard.Match(wildcard.Pattern, (string)left, wildcard.IsStrict) is not null),
            SetComparison { Set: StringSet set } => Of(set.Members.Select(Text).Contains((string)left)),
            SetComparison { Set: IntegerSet set } => Of(set.Members.Any(range => range.First <= (long)left && (long)left <= range.Last)),
            SetComparison { Set: AddressSet set } => Of(
                set.Members.Any(range =>
                    range.First.IsIPv6 == ((RuleAddress)left).IsIPv6
                    && range.First.Bits <= ((RuleAddress)left).Bits
                    && ((RuleAddress)left).Bits <= range.Last.Bits
                )
            ),
            ListComparison list => signals.Lists.TryGetValue(list.ListName, out var members) ? Of(members.Contains(left)) : Truth.Unknown,
            _ => throw new InvalidOperationException(),
        };
    }

    private static int Order(object left, Literal right) =>
        right switch
        {
            StringLiteral text => string.CompareOrdinal((string)left, Text(text.Value)),
            IntegerLiteral number => ((long)left).CompareTo(number.Value),
            AddressLiteral address => (RuleAddress)left == address.Value ? 0 : 1,
            _ => throw new InvalidOperationException(),
        };

    private static bool Holds(OrderingOperator operation, int order) =>
        operation switch
        {
            OrderingOperator.Equal => order == 0,
            OrderingOperator.NotEqual => order != 0,
            OrderingOperator.Less => order < 0,
            OrderingOperator.LessOrEqual => order <= 0,
            OrderingOperator.Greater => order > 0,
            _ => order >= 0,
        };

    private static Truth AsTruth(object value) =>
        value switch
        {
            Truth truth => truth,
            bool flag => Of(flag),
            _ when value == Missing => Truth.False,
            _ => Truth.Unknown,
        };

    private static RuleField Base(Operand operand) => operand is IndexedOperand indexed ? Base(indexed.Of) : ((FieldOperand)operand).Field;

    private static Truth Of(bool holds) => holds ? Truth.True : Truth.False;

    private static Truth Not(Truth of) => of == Truth.Unknown ? of : Of(of == Truth.False);

    // Kleene's tables, written out.
    private static Truth Combine(LogicalOperator operation, Truth one, Truth other) =>
        (operation, one, other) switch
        {
            (LogicalOperator.And, Truth.False, _) or (LogicalOperator.And, _, Truth.False) => Truth.False,
            (LogicalOperator.And, Truth.True, Truth.True) => Truth.True,
            (LogicalOperator.Or, Truth.True, _) or (LogicalOperator.Or, _, Truth.True) => Truth.True,
            (LogicalOperator.Or, Truth.False, Truth.False) => Truth.False,
            (LogicalOperator.Xor, Truth.True, Truth.False) or (LogicalOperator.Xor, Truth.False, Truth.True) => Truth.True,
            (LogicalOperator.Xor, Truth.True, Truth.True) or (LogicalOperator.Xor, Truth.False, Truth.False) => Truth.False,
            _ => Truth.Unknown,
        };

    /// <summary>The functions, of values that are there.</summary>
    private static class Functions
    {
        public static object Call(string name, CallOperand call, object[] given)
        {
            var text = given[0] as string ?? "";
            switch (name)
            {
                case "lower":
                    return new string([.. text.Select(unit => unit is >= 'A' and <= 'Z' ? (char)(unit + 32) : unit)]);
                case "upper":
                    return new string([.. text.Select(unit => unit is >= 'a' and <= 'z' ? (char)(unit - 32) : unit)]);
                case "len":
                    return given[0] is List<object> array ? (long)array.Count(element => element != Missing) : (long)text.Length;
                case "starts_with":
                    return text.StartsWith((string)given[1], StringComparison.Ordinal);
                case "ends_with":
                    return text.EndsWith((string)given[1], StringComparison.Ordinal);
                case "cidr" or "cidr6":
                    var address = (RuleAddress)given[0];
                    var bits = name == "cidr6" ? (address.IsIPv6 ? (long)given[1] : 32) : (long)given[address.IsIPv6 ? 2 : 1];
                    return new RuleAddress(address.Bits >> (address.Width - (int)bits) << (address.Width - (int)bits), address.IsIPv6);
                case "decode_base64":
                    return DecodeBase64(text);
                case "encode_base64":
                    var flags = given.Length > 1 ? (string)given[1] : "";
                    var base64 = Convert.ToBase64String(Latin1.GetBytes(text));
                    base64 = flags.Contains('p') ? base64 : base64.TrimEnd('=');
                    return flags.Contains('u') ? base64.Replace('+', '-').Replace('/', '_') : base64;
                case "has_key":
                    return ((Dictionary<string, object>)given[0]).ContainsKey((string)given[1]);
                case "join":
                    return string.Join((string)given[1], ((List<object>)given[0]).Where(item => item != Missing));
                case "split":
                    return text.Split((string)given[1], (int)(long)given[2]).Cast<object>().ToList();
                case "remove_bytes":
                    return string.Concat(text.Where(unit => !((string)given[1]).Contains(unit)));
                case "remove_query_args":
                    return string.Join('&', text.Split('&').Where(argument => !given.Skip(1).Contains(argument.Split('=')[0])));
                case "sha256":
                    return Latin1.GetString(SHA256.HashData(Latin1.GetBytes(text)));
                case "substring":
                    return Substring(text, (long)given[1], given.Length > 2 ? (long)given[2] : text.Length);
                case "to_string":
                    return given[0] switch
                    {
                        bool flag => flag ? "true" : "false",
                        RuleAddress ip => AddressText(AddressBytes(ip)),
                        var other => Convert.ToString(other, CultureInfo.InvariantCulture)!,
                    };
                case "url_decode":
                    return UrlDecode(text, given.Length > 1 ? (string)given[1] : "");
                case "uuidv4":
                    return Uuid(text);
                case "lookup_json_string" or "lookup_json_integer":
                    return Json(text, given[1..], name == "lookup_json_string");
                case "regex_replace":
                    Patterns.RegexPattern.Read(Encoding.UTF8.GetString(Latin1.GetBytes((string)given[1])), out var pattern);
                    return ReferenceRegex.Find(pattern!.Root, text) is { } match
                        ? text[..match[0].From]
                            + Replacement((string)given[2], number => text[match[number].From..match[number].To])
                            + text[match[0].To..]
                        : text;
                case "wildcard_replace":
                    Patterns.WildcardPattern.Read(new ByteString(Latin1.GetBytes((string)given[1])), out var wildcard);
                    return ReferenceWildcard.Match(wildcard!, text, given.Length > 3 && ((string)given[3]).Contains('s')) is { } stars
                        ? Replacement((string)given[2], number => stars[number - 1])
                        : text;
                case "is_timed_hmac_valid_v0":
                    return IsTimedHmac(given);
                default:
                    throw new InvalidOperationException(name);
            }
        }

        private static string Replacement(string template, Func<int, string> capture) =>
            Regex.Replace(
                template,
                @"\$\$|\$\{(\d+)\}",
                found => found.Value == "$$" ? "$" : capture(int.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture))
            );

        private static string Substring(string text, long start, long end)
        {
            long Place(long index) =>
                Math.Min(Math.Max(index < 0 ? (index < -text.Length ? 0 : index + text.Length) : index, 0), text.Length);
            return Place(start) < Place(end) ? text[(int)Place(start)..(int)Place(end)] : "";
        }

        private static object DecodeBase64(string text)
        {
            var bare = text.TrimEnd('=');
            if (text.Length - bare.Length > 2 || bare.Any(char.IsWhiteSpace) || bare.Length % 4 == 1)
            {
                return Missing;
            }

            try
            {
                var standard = bare.Replace('-', '+').Replace('_', '/');
                var bytes = Convert.FromBase64String(standard + new string('=', (4 - (bare.Length % 4)) % 4));

                // The bits that are left over at the end have to be zero.
                return Convert.ToBase64String(bytes).TrimEnd('=') == standard ? Latin1.GetString(bytes) : Missing;
            }
            catch (FormatException)
            {
                return Missing;
            }
        }

        private static string UrlDecode(string text, string options)
        {
            var pattern = (options.Contains('u') ? "(?<u>(?:%u[0-9a-fA-F]{4})+)|" : "") + @"\+|%(?<x>[0-9a-fA-F]{2})";
            for (var pass = 0; pass < (options.Contains('r') ? RuleLimits.UrlDecodePasses : 1); pass++)
            {
                text = Regex.Replace(
                    text,
                    pattern,
                    found =>
                        found.Value == "+" ? " "
                        : found.Groups["u"].Success ? Latin1.GetString(Encoding.UTF8.GetBytes(Units(found.Value)))
                        : ((char)Convert.ToInt32(found.Groups["x"].Value, 16)).ToString()
                );
            }

            return text;
        }

        // %uD83D%uDE00 as UTF-16.
        private static string Units(string escapes) =>
            string.Concat(escapes.Split("%u", StringSplitOptions.RemoveEmptyEntries).Select(hex => (char)Convert.ToInt32(hex, 16)));

        private static object Uuid(string seed)
        {
            if (seed.Length < 16)
            {
                return Missing;
            }

            var hex = Convert.ToHexStringLower(Latin1.GetBytes(seed[..16])).ToCharArray();
            hex[12] = '4';
            hex[16] = "89ab"[Convert.ToInt32(hex[16].ToString(), 16) & 3];
            var all = new string(hex);
            return $"{all[..8]}-{all[8..12]}-{all[12..16]}-{all[16..20]}-{all[20..]}";
        }

        private static object Json(string text, object[] keys, bool wantsText)
        {
            try
            {
                using var document = JsonDocument.Parse(Latin1.GetBytes(text));
                var at = document.RootElement;
                foreach (var key in keys)
                {
                    if (
                        key is string name
                        && at.ValueKind == JsonValueKind.Object
                        && at.TryGetProperty(Latin1.GetBytes(name), out var member)
                    )
                    {
                        at = member;
                    }
                    else if (key is long position && at.ValueKind == JsonValueKind.Array && position < at.GetArrayLength())
                    {
                        at = at[(int)position];
                    }
                    else
                    {
                        return Missing;
                    }
                }

                return wantsText
                    ? at.ValueKind == JsonValueKind.String
                        ? Latin1.GetString(Encoding.UTF8.GetBytes(at.GetString()!))
                        : Missing
                    : at.ValueKind == JsonValueKind.Number
                    && long.TryParse(at.GetRawText(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                        ? number
                        : Missing;
            }
            catch (JsonException)
            {
                return Missing;
            }
        }

        private static bool IsTimedHmac(object[] given)
        {
            var separator = given.Length > 4 ? (long)given[4] : 0;
            var found = Regex.Match((string)given[1], $@"\A([\s\S]+)[\s\S]{{{separator}}}([0-9]{{10}})-([\s\S]{{43,}})\z");
            if (!found.Success)
            {
                return false;
            }

            var forUrls = given.Length > 5 && ((string)given[5]).Contains('s');
            var mac = found.Groups[3].Value;
            var expected = Convert.ToBase64String(
                HMACSHA256.HashData(Latin1.GetBytes((string)given[0]), Latin1.GetBytes(found.Groups[1].Value + found.Groups[2].Value))
            );
            return (long)given[3] - long.Parse(found.Groups[2].Value, CultureInfo.InvariantCulture) <= (long)given[2]
                && (forUrls ? mac == expected.TrimEnd('=').Replace('+', '-').Replace('/', '_') : Uri.UnescapeDataString(mac) == expected);
        }

        // RFC 5952 section 4, without the mixed notation of its section 5, which .NET writes for some prefixes.
        private static string AddressText(byte[] bytes)
        {
            if (bytes.Length == 4)
            {
                return string.Join('.', bytes);
            }

            var groups = bytes.Chunk(2).Select(pair => ((pair[0] << 8) | pair[1]).ToString("x", CultureInfo.InvariantCulture)).ToArray();
            for (var length = 8; length > 1; length--)
            {
                for (var start = 0; start + length <= 8; start++)
                {
                    if (groups.Skip(start).Take(length).All(group => group == "0"))
                    {
                        return string.Join(':', groups[..start]) + "::" + string.Join(':', groups[(start + length)..]);
                    }
                }
            }

            return string.Join(':', groups);
        }

        private static byte[] AddressBytes(RuleAddress address) =>
            [.. Enumerable.Range(0, address.Width / 8).Select(index => (byte)(address.Bits >> (address.Width - 8 - (8 * index))))];
    }
}
