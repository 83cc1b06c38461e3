using Holdfast.Edge.Phases.Access;
using Holdfast.Edge.Phases.BulkRedirect;
using Holdfast.Edge.Phases.CacheSettings;
using Holdfast.Edge.Phases.Compression;
using Holdfast.Edge.Phases.ConfigSettings;
using Holdfast.Edge.Phases.CustomErrors;
using Holdfast.Edge.Phases.DynamicRedirect;
using Holdfast.Edge.Phases.FirewallCustom;
using Holdfast.Edge.Phases.HeaderTransform;
using Holdfast.Edge.Phases.OriginRules;
using Holdfast.Edge.Phases.RateLimiting;
using Holdfast.Edge.Phases.Transform;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Phases;

namespace Holdfast.Edge.Rules.Effects;

/// <summary>Finds what does an action: each phase's folder has its own.</summary>
internal static class RuleEffects
{
    /// <summary>The effect of an action in a phase.</summary>
    /// <param name="action">The action.</param>
    /// <param name="phase">The phase of its rule.</param>
    /// <param name="limit">The limit beyond which its rule acts, or null.</param>
    /// <exception cref="InvalidOperationException">There is none: the artifact was not checked.</exception>
    public static RuleEffect Of(RuleAction action, RulePhase phase, RateLimitRuntime? limit) =>
        action switch
        {
            BlockAction block when limit is not null => new RateLimitBlock(block, limit),
            BlockAction block => new BlockEffect(block),
            SkipAction skip => new SkipEffect(skip, phase),
            LogAction => new LogEffect(phase),
            RedirectAction redirect => new RedirectEffect(redirect, phase),
            RedirectFromListAction bulk => new BulkRedirectEffect(bulk, phase),
            RewriteUriAction uri => new RewriteUriEffect(uri, phase),
            RewriteHeadersAction headers => new HeadersEffect(headers, phase),
            RouteAction route => new RouteEffect(route),
            ServeErrorAction error => new ServeErrorEffect(error),
            AccessBlockAction block => new AccessBlockEffect(block),
            ProductBlockAction block => new ProductBlockEffect(block),
            ProductPassAction => new ProductPassEffect(),
            AccessAllowAction => new AccessAllowEffect(),
            CacheSettingsAction settings => new CacheSettingsEffect(settings),
            SetConfigAction config => new SetConfigEffect(config),
            CompressResponseAction compress => new CompressResponseEffect(compress),
            _ => throw new InvalidOperationException($"no edge does {action.Name} in {RulePhases.NameOf(phase)}"),
        };
}
