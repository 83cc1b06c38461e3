using Holdfast.Rules.Phases;

namespace Holdfast.Rules.Functions;

/// <summary>Where a function may be called. Cloudflare allows some of them in some products only, and so do we.</summary>
[Flags]
internal enum FunctionPlaces
{
    /// <summary>Filters of custom rules and rate limits, and what rate limits count.</summary>
    Firewall = 1,

    /// <summary>Filters of rules that rewrite the URL or headers.</summary>
    TransformFilter = 2,

    /// <summary>Filters of every other phase.</summary>
    OtherFilter = 4,

    /// <summary>Filters of custom errors.</summary>
    ErrorFilter = 8,

    /// <summary>The path or the query that a rule writes.</summary>
    UrlValue = 16,

    /// <summary>A request header that a rule writes.</summary>
    RequestHeaderValue = 32,

    /// <summary>A response header that a rule writes.</summary>
    ResponseHeaderValue = 64,

    /// <summary>The target of a redirect.</summary>
    RedirectValue = 128,

    /// <summary>What a rule of another phase writes.</summary>
    OtherValue = 256,

    /// <summary>Everything that a transform rule writes.</summary>
    TransformValue = UrlValue | RequestHeaderValue | ResponseHeaderValue,

    /// <summary>Every filter.</summary>
    AnyFilter = Firewall | TransformFilter | OtherFilter | ErrorFilter,

    /// <summary>Every value.</summary>
    AnyValue = TransformValue | RedirectValue | OtherValue,

    /// <summary>No limit.</summary>
    Anywhere = AnyFilter | AnyValue,
}

/// <summary>Which of the places an expression stands in.</summary>
internal static class FunctionPlace
{
    /// <summary>All places that the expression may turn out to stand in: one, unless its phase isn't known.</summary>
    public static FunctionPlaces Of(ExpressionPlace place) =>
        place switch
        {
            { Use: ExpressionUse.Counting } => FunctionPlaces.Firewall,
            { Phase: null } => place.Use == ExpressionUse.Value ? FunctionPlaces.AnyValue : FunctionPlaces.AnyFilter,
            { Use: ExpressionUse.Value, Phase: { } phase } => phase switch
            {
                RulePhase.HttpRequestTransform => FunctionPlaces.UrlValue,
                RulePhase.HttpRequestLateTransform => FunctionPlaces.RequestHeaderValue,
                RulePhase.HttpResponseHeadersTransform => FunctionPlaces.ResponseHeaderValue,
                RulePhase.HttpRequestDynamicRedirect => FunctionPlaces.RedirectValue,
                _ => FunctionPlaces.OtherValue,
            },
            { Phase: { } phase } => phase switch
            {
                RulePhase.HttpRequestFirewallCustom or RulePhase.HttpRatelimit => FunctionPlaces.Firewall,
                RulePhase.HttpRequestTransform or RulePhase.HttpRequestLateTransform or RulePhase.HttpResponseHeadersTransform =>
                    FunctionPlaces.TransformFilter,
                RulePhase.HttpCustomErrors => FunctionPlaces.ErrorFilter,
                _ => FunctionPlaces.OtherFilter,
            },
        };

    /// <summary>For messages: where a function may be called.</summary>
    public static string Describe(FunctionPlaces places)
    {
        var names = new List<string>();
        Add(FunctionPlaces.AnyFilter, "filters");
        Add(FunctionPlaces.Firewall, "filters of custom rules and rate limits");
        Add(FunctionPlaces.TransformFilter, "filters of transform rules");
        Add(FunctionPlaces.ErrorFilter, "filters of custom errors");
        Add(FunctionPlaces.TransformValue, "what transform rules write");
        Add(FunctionPlaces.UrlValue, "what URL rewrites write");
        Add(FunctionPlaces.RequestHeaderValue, "request headers that rules write");
        Add(FunctionPlaces.ResponseHeaderValue, "response headers that rules write");
        Add(FunctionPlaces.RedirectValue, "targets of redirects");
        return string.Join(", ", names);

        // The larger sets come first and take their parts with them.
        void Add(FunctionPlaces part, string name)
        {
            if ((places & part) == part)
            {
                names.Add(name);
                places &= ~part;
            }
        }
    }
}
