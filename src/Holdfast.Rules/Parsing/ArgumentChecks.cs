using Holdfast.Rules.Functions;
using Holdfast.Rules.Patterns;
using Holdfast.Rules.Syntax;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Parsing;

/// <summary>What a function asks of its arguments beside their type and form.</summary>
internal static class ArgumentChecks
{
    private static readonly string[] QueryFields = ["http.request.uri.query", "raw.http.request.uri.query"];

    /// <summary>What is wrong with an argument of the right type and form, or null.</summary>
    public static string? FaultOf(RuleFunction function, Argument argument, List<Argument> before)
    {
        var index = before.Count;
        switch (function.Name, argument)
        {
            case ("cidr", LiteralArgument { Literal: IntegerLiteral bits }) when index == 1:
                return Between(bits.Value, 1, 32, "ipv4_network_bits");
            case ("cidr" or "cidr6", LiteralArgument { Literal: IntegerLiteral bits }):
                return Between(bits.Value, 1, 128, "ipv6_network_bits");
            case ("concat", _) when index > 0 && IsArray(before[0]) != IsArray(argument):
                return "concat() joins arrays, or strings and numbers, not both";
            case ("concat", OperandArgument { Operand.IsEach: true }) when argument.Type.Kind == RuleKind.Array:
                return "concat() cannot be called for each element of an array of arrays";
            case ("encode_base64", LiteralArgument { Literal: StringLiteral flags }) when index == 1:
                return OnlyLetters(flags, "up", "flags");
            case ("url_decode", LiteralArgument { Literal: StringLiteral options }) when index == 1:
                return OnlyLetters(options, "ru", "options");
            case ("wildcard_replace", LiteralArgument { Literal: StringLiteral flags }) when index == 3:
                return OnlyLetters(flags, "s", "flags");
            case ("is_timed_hmac_valid_v0", LiteralArgument { Literal: StringLiteral flags }) when index == 5:
                return OnlyLetters(flags, "s", "flags");
            case ("is_timed_hmac_valid_v0", LiteralArgument { Literal: StringLiteral { Value.Length: 0 } }) when index == 0:
                return "the key cannot be empty";
            case ("is_timed_hmac_valid_v0", LiteralArgument { Literal: IntegerLiteral number }):
                return Between(number.Value, index == 2 ? 1 : 0, int.MaxValue, index == 2 ? "ttl" : "length_of_separator");
            case ("lookup_json_integer" or "lookup_json_string", LiteralArgument { Literal: IntegerLiteral position }) when index > 0:
                return Between(position.Value, 0, int.MaxValue, "a position in JSON");
            case ("has_value", LiteralArgument) when before[0].Type.Element != argument.Type:
                return $"the array's elements are {before[0].Type.Element}; found {argument.Type}";
            case ("regex_replace", LiteralArgument { Literal: StringLiteral pattern }) when index == 1:
                return RegexPattern.Read(pattern.Value.ToString(), out var read) is null && read!.Positions > RuleLimits.ReplacePositions
                    ? $"the regular expression of regex_replace() has at most {RuleLimits.ReplacePositions} places, repetitions written out; this one has {read.Positions}"
                    : null;
            case ("regex_replace", LiteralArgument { Literal: StringLiteral replacement }) when index == 2:
                return ReplacementTemplate.Read(replacement.Value, Captures(before[1]), out _);
            case ("wildcard_replace", LiteralArgument { Literal: StringLiteral pattern }) when index == 1:
                return WildcardPattern.Read(pattern.Value, out _);
            case ("wildcard_replace", LiteralArgument { Literal: StringLiteral replacement }) when index == 2:
                return ReplacementTemplate.Read(replacement.Value, Stars(before[1]), out _);
            case ("remove_bytes", LiteralArgument { Literal: StringLiteral { Value.Length: 0 } }) when index == 1:
                return "there are no bytes to remove in an empty string";
            case ("remove_query_args", OperandArgument { Operand: var field })
                when field is not FieldOperand { Field.Name: var name } || !QueryFields.Contains(name):
                return $"remove_query_args() takes {string.Join(" or ", QueryFields)}";
            case ("remove_query_args", LiteralArgument { Literal: StringLiteral { Value.Length: 0 } }):
                return "a parameter's name cannot be empty";
            case ("split", LiteralArgument { Literal: StringLiteral { Value.Length: 0 } }) when index == 1:
                return "the separator cannot be empty";
            case ("split", LiteralArgument { Literal: IntegerLiteral limit }):
                return Between(limit.Value, 1, RuleLimits.SplitPieces, "limit");
            default:
                return null;
        }
    }

    private static bool IsArray(Argument argument) =>
        argument.Type.Kind == RuleKind.Array && argument is not OperandArgument { Operand.IsEach: true };

    private static int Captures(Argument pattern) =>
        RegexPattern.Read(Text(pattern).ToString(), out var regex) is null ? regex!.Captures : 0;

    private static int Stars(Argument pattern) => WildcardPattern.Read(Text(pattern), out var wildcard) is null ? wildcard!.Stars : 0;

    private static ByteString Text(Argument argument) => ((StringLiteral)((LiteralArgument)argument).Literal).Value;

    private static string? Between(long value, long least, long most, string name) =>
        value >= least && value <= most ? null : $"{name} goes from {least} to {most}; found {value}";

    private static string? OnlyLetters(StringLiteral found, string letters, string name)
    {
        var text = found.Value.ToString();
        return text.All(letters.Contains) && text.Distinct().Count() == text.Length
            ? null
            : $"{name} has the letters {string.Join(" and ", letters.ToCharArray())}, each once at most; found \"{text}\"";
    }
}
