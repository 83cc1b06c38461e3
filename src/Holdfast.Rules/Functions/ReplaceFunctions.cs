using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Patterns;
using Bytes = System.ReadOnlySpan<byte>;

namespace Holdfast.Rules.Functions;

/// <summary><c>wildcard_replace()</c>: the whole text, or nothing, is replaced.</summary>
internal sealed class WildcardReplaceFunction(WildcardMatcher matcher, ReplacementTemplate template) : Function<Bytes, Bytes>
{
    public override Presence Of(RuleEvaluation evaluation, Bytes input, out Bytes output)
    {
        output = input;
        Span<Range> captures = stackalloc Range[matcher.Stars];
        if (!matcher.TryMatch(evaluation, input, captures, out var matches))
        {
            return Presence.Unknown;
        }

        if (!matches)
        {
            return Presence.Known;
        }

        var writer = new ByteWriter(evaluation);
        foreach (var part in template.Parts)
        {
            if (!writer.TryAppend(part.Text.Span) || (part.Reference > 0 && !writer.TryAppend(input[captures[part.Reference - 1]])))
            {
                return Presence.Unknown;
            }
        }

        output = writer.Written;
        return Presence.Known;
    }
}

/// <summary>
/// <c>regex_replace()</c>: the first match. It is the one function that allocates: the engine gives captures for texts only.
/// </summary>
internal sealed class RegexReplaceFunction(RegexPattern pattern, ReplacementTemplate template) : Function<Bytes, Bytes>
{
    private readonly ByteRegex _regex = new(pattern.Root);

    public override Presence Of(RuleEvaluation evaluation, Bytes input, out Bytes output)
    {
        output = input;
        if (!evaluation.TrySpend(pattern.Matcher.Cost, input.Length) || (long)pattern.Positions * input.Length > RuleLimits.ReplaceWork)
        {
            return Presence.Unknown;
        }

        if (!pattern.Matcher.IsIn(input))
        {
            return Presence.Known;
        }

        var match = _regex.First(ByteRegex.Widen(input));
        var writer = new ByteWriter(evaluation);
        var fits = writer.TryAppend(input[..match.Index]);
        foreach (var part in template.Parts)
        {
            var group = match.Groups[part.Reference];
            fits =
                fits
                && writer.TryAppend(part.Text.Span)
                && (part.Reference == 0 || writer.TryAppend(input.Slice(group.Index, group.Length)));
        }

        if (!fits || !writer.TryAppend(input[(match.Index + match.Length)..]))
        {
            return Presence.Unknown;
        }

        output = writer.Written;
        return Presence.Known;
    }
}

/// <summary><c>remove_query_args()</c>: the others keep their order and their bytes.</summary>
internal sealed class RemoveQueryArgsFunction(byte[][] names) : Function<Bytes, Bytes>
{
    public override Presence Of(RuleEvaluation evaluation, Bytes input, out Bytes output)
    {
        output = default;
        if (!evaluation.TryTake(input.Length, out var bytes))
        {
            return Presence.Unknown;
        }

        var length = 0;
        var isFirst = true;
        foreach (var range in input.Split((byte)'&'))
        {
            var argument = input[range];
            var end = argument.IndexOf((byte)'=');
            if (IsRemoved(end < 0 ? argument : argument[..end]))
            {
                continue;
            }

            if (!isFirst)
            {
                bytes[length++] = (byte)'&';
            }

            argument.CopyTo(bytes[length..]);
            length += argument.Length;
            isFirst = false;
        }

        output = bytes[..length];
        return Presence.Known;
    }

    private bool IsRemoved(Bytes name)
    {
        foreach (var removed in names)
        {
            if (name.SequenceEqual(removed))
            {
                return true;
            }
        }

        return false;
    }
}
