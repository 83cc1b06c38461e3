using System.Diagnostics;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Patterns;
using Holdfast.Rules.Syntax;
using Bytes = System.ReadOnlySpan<byte>;

namespace Holdfast.Rules.Functions;

/// <summary>Makes what a call does to its first argument, with the other arguments in it.</summary>
internal static class FunctionCompiler
{
    /// <summary>A function from a string to a string.</summary>
    public static Function<Bytes, Bytes> Text(CallOperand call)
    {
        var given = call.Arguments;
        switch (call.Function.Name)
        {
            case "concat":
                return new ConcatFunction([.. given.Skip(1).Select(OperandCompiler.Value)]);
            case "decode_base64":
                return new DecodeBase64Function();
            case "encode_base64":
                var flags = given.Count > 1 ? LiteralText(given[1]) : "";
                return new EncodeBase64Function(flags.Contains('u'), flags.Contains('p'));
            case "lookup_json_string":
                return new JsonTextFunction(Steps(call));
            case "lower" or "upper":
                return new CaseFunction(toUpper: call.Function.Name == "upper");
            case "regex_replace":
                RegexPattern.Read(LiteralText(given[1]), out var pattern);
                return new RegexReplaceFunction(pattern!, Template(given[2], pattern!.Captures));
            case "remove_bytes":
                return new RemoveBytesFunction(LiteralBytes(given[1]));
            case "remove_query_args":
                return new RemoveQueryArgsFunction([.. given.Skip(1).Select(LiteralBytes)]);
            case "sha256":
                return new Sha256Function();
            case "substring":
                return new SubstringFunction(OperandCompiler.Number(given[1]), given.Count > 2 ? OperandCompiler.Number(given[2]) : null);
            case "url_decode":
                var options = given.Count > 1 ? LiteralText(given[1]) : "";
                return new UrlDecodeFunction(options.Contains('r'), options.Contains('u'));
            case "uuidv4":
                return new UuidFunction();
            case "wildcard_replace":
                WildcardPattern.Read(((StringLiteral)((LiteralArgument)given[1]).Literal).Value, out var wildcard);
                var matcher = new WildcardMatcher(wildcard!, ignoreCase: given.Count < 4 || !LiteralText(given[3]).Contains('s'));
                return new WildcardReplaceFunction(matcher, Template(given[2], matcher.Stars));
            default:
                throw new UnreachableException(call.Function.Name);
        }
    }

    /// <summary>A function from a string to a number.</summary>
    public static Function<Bytes, long> Number(CallOperand call) =>
        call.Function.Name switch
        {
            "len" => new LengthFunction(),
            "lookup_json_integer" => new JsonNumberFunction(Steps(call)),
            _ => throw new UnreachableException(call.Function.Name),
        };

    /// <summary>A function from a string to a boolean.</summary>
    public static Test<Bytes> Test(CallOperand call)
    {
        var given = call.Arguments;
        return call.Function.Name switch
        {
            "starts_with" when given[1] is LiteralArgument => TextTests.Of(new StartTest(LiteralBytes(given[1]))),
            "ends_with" when given[1] is LiteralArgument => TextTests.Of(new EndTest(LiteralBytes(given[1]))),
            "starts_with" or "ends_with" => new EdgeTest(OperandCompiler.Value(given[1]), atEnd: call.Function.Name == "ends_with"),
            "is_timed_hmac_valid_v0" => new TimedHmacTest(
                LiteralBytes(given[0]),
                LiteralNumber(given[2]),
                OperandCompiler.Number(given[3]),
                given.Count > 4 ? (int)LiteralNumber(given[4]) : 0,
                given.Count > 5 && LiteralText(given[5]).Contains('s')
            ),
            _ => throw new UnreachableException(call.Function.Name),
        };
    }

    /// <summary>The bytes of a string that is given as a literal.</summary>
    public static byte[] LiteralBytes(Argument argument) => ((StringLiteral)((LiteralArgument)argument).Literal).Value.Span.ToArray();

    /// <summary>A number that is given as a literal.</summary>
    public static long LiteralNumber(Argument argument) => ((IntegerLiteral)((LiteralArgument)argument).Literal).Value;

    private static string LiteralText(Argument argument) => ((StringLiteral)((LiteralArgument)argument).Literal).Value.ToString();

    private static JsonStep[] Steps(CallOperand call) =>
        [
            .. call
                .Arguments.Skip(1)
                .Select(key =>
                    key is LiteralArgument { Literal: IntegerLiteral number }
                        ? new JsonStep(null, number.Value)
                        : new JsonStep(LiteralBytes(key), 0)
                ),
        ];

    private static ReplacementTemplate Template(Argument argument, int captures)
    {
        ReplacementTemplate.Read(((StringLiteral)((LiteralArgument)argument).Literal).Value, captures, out var template);
        return template!;
    }
}
