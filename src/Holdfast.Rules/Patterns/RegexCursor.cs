using System.Text;

namespace Holdfast.Rules.Patterns;

/// <summary>Where a regular expression is being read, and the first fault that was found in it.</summary>
internal sealed class RegexCursor(string text)
{
    /// <summary>The pattern.</summary>
    public string Text => text;

    /// <summary>The next unit.</summary>
    public int At { get; set; }

    /// <summary>The first fault.</summary>
    public RegexFault? Fault { get; private set; }

    /// <summary>Whether all was read.</summary>
    public bool AtEnd => At >= text.Length;

    /// <summary>The next unit; NUL at the end.</summary>
    public char Next => AtEnd ? '\0' : text[At];

    /// <summary>Whether this comes next.</summary>
    public bool Sees(string part) => string.CompareOrdinal(text, At, part, 0, part.Length) == 0;

    /// <summary>Takes this if it comes next.</summary>
    public bool Take(string part)
    {
        if (!Sees(part))
        {
            return false;
        }

        At += part.Length;
        return true;
    }

    /// <summary>Takes a whole character; not at the end.</summary>
    public int TakeCharacter()
    {
        Rune.DecodeFromUtf16(text.AsSpan(At), out var rune, out var taken);
        At += taken;
        return rune.Value;
    }

    /// <summary>Remembers a fault, unless there is one.</summary>
    /// <returns>Null, so that a reader can return it.</returns>
    public T? Fail<T>(int at, string message)
        where T : class
    {
        Fault ??= new RegexFault(at, message);
        return null;
    }

    /// <summary>In the mode <c>x</c>: takes white space, and comments to the end of their line.</summary>
    public void SkipSpace(bool spaced)
    {
        while (spaced && !AtEnd && (char.IsWhiteSpace(Next) || Next == '#'))
        {
            if (Next == '#')
            {
                var end = text.IndexOf('\n', At);
                At = end < 0 ? text.Length : end;
            }
            else
            {
                At++;
            }
        }
    }
}
