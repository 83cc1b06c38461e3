namespace Holdfast.Rules.Patterns;

/// <summary>What the letters in <c>(?imsUux)</c> turn on.</summary>
internal readonly record struct RegexFlags
{
    /// <summary>i: case doesn't matter.</summary>
    public bool IgnoreCase { get; init; }

    /// <summary>m: <c>^</c> and <c>$</c> are for lines.</summary>
    public bool Lines { get; init; }

    /// <summary>s: <c>.</c> is the line feed too.</summary>
    public bool DotIsAll { get; init; }

    /// <summary>U: <c>x*</c> is lazy and <c>x*?</c> is not.</summary>
    public bool SwapLazy { get; init; }

    /// <summary>u: characters instead of bytes.</summary>
    public bool Unicode { get; init; }

    /// <summary>x: white space and comments don't count.</summary>
    public bool Spaced { get; init; }

    /// <summary>These with one letter on or off; null when there is no such letter.</summary>
    public RegexFlags? With(char letter, bool on) =>
        letter switch
        {
            'i' => this with { IgnoreCase = on },
            'm' => this with { Lines = on },
            's' => this with { DotIsAll = on },
            'U' => this with { SwapLazy = on },
            'u' => this with { Unicode = on },
            'x' => this with { Spaced = on },
            _ => null,
        };
}
