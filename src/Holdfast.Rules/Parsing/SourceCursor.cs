namespace Holdfast.Rules.Parsing;

/// <summary>Where an expression is being read, the first fault in it, and what there is to warn about.</summary>
internal sealed class SourceCursor(string text)
{
    private const int MostShown = 40;

    private readonly List<RuleError> _warnings = [];
    private int _depth;

    /// <summary>The expression.</summary>
    public string Text => text;

    /// <summary>The next unit.</summary>
    public int At { get; set; }

    /// <summary>The first fault.</summary>
    public RuleError? Error { get; private set; }

    /// <summary>What there is to warn about.</summary>
    public IReadOnlyList<RuleError> Warnings => _warnings;

    /// <summary>Whether all was read.</summary>
    public bool AtEnd => At >= text.Length;

    /// <summary>The next unit; NUL at the end.</summary>
    public char Next => AtEnd ? '\0' : text[At];

    /// <summary>Remembers the first fault.</summary>
    /// <returns>Null, so that a reader can return it.</returns>
    public T? Fail<T>(int at, string message)
        where T : class
    {
        Error ??= RuleError.At(text, at, message);
        return null;
    }

    /// <summary>Remembers a warning.</summary>
    public void Warn(int at, string message) => _warnings.Add(RuleError.At(text, at, message));

    /// <summary>Goes one level deeper.</summary>
    /// <returns>False, with a fault, when that is too deep.</returns>
    public bool Enter(int at)
    {
        if (++_depth <= RuleLimits.Nesting)
        {
            return true;
        }

        Fail<object>(at, $"the expression is nested more than {RuleLimits.Nesting} deep");
        return false;
    }

    /// <summary>Comes back from a level.</summary>
    public void Leave() => _depth--;

    /// <summary>Passes spaces, tabs and line ends.</summary>
    public void SkipSpace()
    {
        while (!AtEnd && text[At] is ' ' or '\t' or '\r' or '\n')
        {
            At++;
        }
    }

    /// <summary>Whether this stands here.</summary>
    public bool Sees(string symbol) => string.CompareOrdinal(text, At, symbol, 0, symbol.Length) == 0;

    /// <summary>Whether this word stands here, and ends here.</summary>
    public bool SeesWord(string word) => Sees(word) && !(At + word.Length < text.Length && IsWord(text[At + word.Length]));

    /// <summary>Takes a symbol if it stands here.</summary>
    public bool Take(string symbol) => Sees(symbol) && Pass(symbol.Length);

    /// <summary>Takes a word if it stands here and ends here.</summary>
    public bool TakeWord(string word) => SeesWord(word) && Pass(word.Length);

    /// <summary>Takes letters, digits, underscores and dots.</summary>
    public ReadOnlySpan<char> TakeName()
    {
        var from = At;
        while (!AtEnd && (IsWord(text[At]) || text[At] == '.'))
        {
            At++;
        }

        return text.AsSpan(from, At - from);
    }

    /// <summary>For messages: what stands at a place.</summary>
    public string Found(int at)
    {
        if (at >= text.Length)
        {
            return "the end of the expression";
        }

        var end = at;
        while (end < text.Length && end - at < MostShown && (IsWord(text[end]) || text[end] is '.' or '$'))
        {
            end++;
        }

        if (end == at)
        {
            end += char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 2 : 1;
        }

        return text[at] == '"' ? "a quoted string" : $"'{text[at..end]}'";
    }

    private static bool IsWord(char unit) => char.IsAsciiLetterOrDigit(unit) || unit == '_';

    private bool Pass(int units)
    {
        At += units;
        return true;
    }
}
