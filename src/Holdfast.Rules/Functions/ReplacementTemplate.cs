using System.Collections.Immutable;
using Holdfast.Rules.Types;

namespace Holdfast.Rules.Functions;

/// <summary>What takes the place of a match: text, and references to what was captured. <c>$$</c> is a dollar sign.</summary>
internal sealed class ReplacementTemplate
{
    private ReplacementTemplate(ImmutableArray<Part> parts) => Parts = parts;

    /// <summary>Text and references, in order.</summary>
    public ImmutableArray<Part> Parts { get; }

    /// <summary>Reads a template.</summary>
    /// <param name="text">The template.</param>
    /// <param name="captures">What there is to refer to: <c>${1}</c> up to this.</param>
    /// <param name="template">Null when there is a fault.</param>
    /// <returns>What is wrong with it, or null.</returns>
    public static string? Read(ByteString text, int captures, out ReplacementTemplate? template)
    {
        template = null;
        var bytes = text.Span;
        var parts = ImmutableArray.CreateBuilder<Part>();
        var literal = new List<byte>();
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != (byte)'$')
            {
                literal.Add(bytes[i]);
                continue;
            }

            if (bytes[(i + 1)..].StartsWith("$"u8))
            {
                literal.Add(bytes[i++]);
                continue;
            }

            var end = bytes[i..].IndexOf((byte)'}');
            if (
                end < 0
                || !bytes[(i + 1)..].StartsWith("{"u8)
                || !System.Buffers.Text.Utf8Parser.TryParse(bytes[(i + 2)..(i + end)], out int number, out var taken)
                || taken != end - 2
            )
            {
                return "a dollar sign begins a reference such as ${1}; the character itself is written $$";
            }

            if (number < 1 || number > captures)
            {
                return $"${{{number}}} refers to nothing: there {(captures == 1 ? "is 1 group" : $"are {captures} groups")} to refer to";
            }

            parts.Add(new Part(new ByteString([.. literal]), number));
            literal.Clear();
            i += end;
        }

        if (parts.Count > RuleLimits.ReplacementReferences)
        {
            return $"a replacement has at most {RuleLimits.ReplacementReferences} references; this one has {parts.Count}";
        }

        parts.Add(new Part(new ByteString([.. literal]), 0));
        template = new ReplacementTemplate(parts.ToImmutable());
        return null;
    }

    /// <summary>Text, and the reference after it.</summary>
    /// <param name="Text">May be empty.</param>
    /// <param name="Reference">From 1; 0 for none.</param>
    internal readonly record struct Part(ByteString Text, int Reference);
}
