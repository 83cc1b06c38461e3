namespace Holdfast.Rules.Phases;

/// <summary>What an expression is for.</summary>
public enum ExpressionUse
{
    /// <summary>Says whether a rule acts. It is true or false.</summary>
    Filter,

    /// <summary>Says what a rate limit counts; it may read the response.</summary>
    Counting,

    /// <summary>Says what a rule writes: a redirect's target, a path, a query, a header. It is a string.</summary>
    Value,
}

/// <summary>Where an expression stands, which says what it may read and call.</summary>
/// <param name="Use">What it is for.</param>
/// <param name="Phase">The phase of its rule; null when that isn't known yet, and then no phase's limit applies.</param>
public readonly record struct ExpressionPlace(ExpressionUse Use, RulePhase? Phase = null)
{
    /// <summary>A filter in no phase in particular.</summary>
    public static ExpressionPlace AnyFilter => new(ExpressionUse.Filter);

    /// <summary>A value in no phase in particular.</summary>
    public static ExpressionPlace AnyValue => new(ExpressionUse.Value);

    /// <summary>Whether the response is there to be read.</summary>
    public bool SeesResponse => Use == ExpressionUse.Counting || Phase is not { } phase || RulePhases.SeesResponse(phase);

    /// <summary>Whether the request's body is there to be read.</summary>
    public bool SeesBody => Phase is not { } phase || RulePhases.SeesBody(phase);

    /// <summary>For messages: "a filter of http_ratelimit".</summary>
    public override string ToString()
    {
        var what = Use switch
        {
            ExpressionUse.Filter => "a filter",
            ExpressionUse.Counting => "a counting expression",
            _ => "a value",
        };
        return Phase is { } phase ? $"{what} of {RulePhases.NameOf(phase)}" : what;
    }
}
