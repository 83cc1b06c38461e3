namespace Holdfast.Edge.Rules.Events;

/// <summary>The rules that acted on one request and are logged, in their order.</summary>
internal sealed class RuleEvents
{
    /// <summary>The most that are noted of one request: the log's record stays bounded, and nobody reads the seventeenth.</summary>
    public const int Most = 16;

    private readonly RuleRuntime[] _rules = new RuleRuntime[Most];
    private int _count;

    /// <summary>The rules.</summary>
    public ReadOnlySpan<RuleRuntime> Rules => _rules.AsSpan(0, _count);

    /// <summary>A rule has acted.</summary>
    public void Add(RuleRuntime rule)
    {
        if (_count < Most)
        {
            _rules[_count++] = rule;
        }
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        Array.Clear(_rules, 0, _count);
        _count = 0;
    }
}
