using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Functions;

namespace Holdfast.Rules.Patterns;

/// <summary>Matches whole texts against a wildcard, each star as short as can be. One pass over the text.</summary>
internal sealed class WildcardMatcher
{
    private readonly byte[][] _parts;
    private readonly bool _ignoreCase;

    public WildcardMatcher(WildcardPattern pattern, bool ignoreCase)
    {
        _ignoreCase = ignoreCase;
        _parts = [.. pattern.Parts.Select(part => ignoreCase ? AsciiCase.Lower(part.Span) : part.Span.ToArray())];
    }

    /// <summary>Stars in the pattern.</summary>
    public int Stars => _parts.Length - 1;

    /// <summary>Matches.</summary>
    /// <param name="evaluation">Where the text is written in lower case, when case doesn't matter.</param>
    /// <param name="text">The text.</param>
    /// <param name="captures">Gets what each star stands for; none, or as many as there are stars.</param>
    /// <param name="matches">Whether it matches.</param>
    /// <returns>False when the evaluation has computed too much.</returns>
    public bool TryMatch(RuleEvaluation evaluation, ReadOnlySpan<byte> text, scoped Span<Range> captures, out bool matches)
    {
        matches = false;
        var seen = text;
        if (_ignoreCase && text.ContainsAnyInRange((byte)'A', (byte)'Z'))
        {
            if (!evaluation.TryTake(text.Length, out var lower))
            {
                return false;
            }

            AsciiCase.Lower(text, lower);
            seen = lower;
        }

        matches = Matches(seen, captures);
        return true;
    }

    private bool Matches(ReadOnlySpan<byte> text, scoped Span<Range> captures)
    {
        if (_parts.Length == 1)
        {
            return text.SequenceEqual(_parts[0]);
        }

        var (first, last) = (_parts[0], _parts[^1]);
        if (text.Length < first.Length + last.Length || !text.StartsWith(first) || !text.EndsWith(last))
        {
            return false;
        }

        // The first place that each part in the middle can stand at is right whenever any is.
        var (from, end) = (first.Length, text.Length - last.Length);
        for (var star = 0; star < _parts.Length - 2; star++)
        {
            var part = _parts[star + 1];
            var at = text[from..end].IndexOf(part);
            if (at < 0)
            {
                return false;
            }

            if (!captures.IsEmpty)
            {
                captures[star] = from..(from + at);
            }

            from += at + part.Length;
        }

        if (!captures.IsEmpty)
        {
            captures[^1] = from..end;
        }

        return true;
    }
}
