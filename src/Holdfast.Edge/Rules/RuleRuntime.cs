using System.Text;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Edge.Phases.RateLimiting;
using Holdfast.Edge.Rules.Counting;
using Holdfast.Edge.Rules.Effects;
using Holdfast.Edge.Rules.Events;
using Holdfast.Edge.Rules.Executing;
using Holdfast.Edge.Rules.Signals;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Parsing;
using Holdfast.Rules.Phases;

namespace Holdfast.Edge.Rules;

/// <summary>An enabled rule, ready to be asked.</summary>
internal sealed class RuleRuntime
{
    private readonly RuleOrigin _origin;

    private RuleRuntime(
        RuleConfig config,
        RuleOrigin origin,
        RuleFilter filter,
        RateLimitRuntime? limit,
        RuleCount count,
        RuleEffect effect
    )
    {
        _origin = origin;
        Config = config;
        Filter = filter;
        Limit = limit;
        Count = count;
        Effect = effect;
        IdText = Encoding.ASCII.GetBytes(config.Id);
        ActionText = Encoding.ASCII.GetBytes(config.Action.Name);
        DescriptionText = Encoding.UTF8.GetBytes(config.Description);
        IsLogged = config.Logging ?? true;
        if (origin.Context.Events is { } events && (config.Logging ?? effect.WritesEvents))
        {
            var name = RulePhases.NameOf(origin.Phase);
            var source = effect.Source.IsEmpty ? name : Encoding.ASCII.GetString(effect.Source);
            Event = EventRule.Of(
                new EventRuleFacts(
                    origin.Zone,
                    name,
                    origin.Ruleset,
                    config.Id,
                    config.Ref,
                    config.Description,
                    config.Action.Name,
                    source
                ),
                filter,
                count.Budget,
                origin.Zone is { } zone ? events.ShareOf(zone) : null
            );
        }
    }

    /// <summary>Compiles a zone's rule.</summary>
    /// <param name="config">The rule.</param>
    /// <param name="phase">When it is asked.</param>
    /// <param name="ruleset">The ruleset's id.</param>
    /// <param name="zone">The zone's id.</param>
    /// <param name="context">What rules get of the edge.</param>
    /// <param name="executed">What it executes, if it does and that is there.</param>
    /// <exception cref="InvalidOperationException">Its expression is none: the artifact was not checked.</exception>
    public static RuleRuntime OfZone(
        RuleConfig config,
        RulePhase phase,
        string ruleset,
        string zone,
        RuleContext context,
        RulesetRuntime? executed = null
    ) => Of(config, new RuleOrigin(phase, ruleset, zone, context), executed);

    /// <summary>Compiles a rule of the account, for all zones.</summary>
    /// <param name="config">The rule.</param>
    /// <param name="phase">When it is asked.</param>
    /// <param name="ruleset">The ruleset's id.</param>
    /// <param name="context">What rules get of the edge.</param>
    /// <param name="executed">What it executes, if it does and that is there.</param>
    /// <exception cref="InvalidOperationException">Its expression is none: the artifact was not checked.</exception>
    public static RuleRuntime OfAccount(
        RuleConfig config,
        RulePhase phase,
        string ruleset,
        RuleContext context,
        RulesetRuntime? executed = null
    ) => Of(config, new RuleOrigin(phase, ruleset, null, context), executed);

    /// <summary>The same rule, doing something else: it has the same filter, counts and limit.</summary>
    public RuleRuntime Doing(RuleAction action) =>
        new(Config with { Action = action }, _origin, Filter, Limit, Count, RuleEffects.Of(action, _origin.Phase, Limit));

    private static RuleRuntime Of(RuleConfig config, RuleOrigin origin, RulesetRuntime? executed)
    {
        var reading = RuleParser.ReadFilter(config.Expression, RuleExpressions.FilterScope(origin.Phase));
        var filter = new RuleFilter(
            reading.Tree ?? throw new InvalidOperationException($"the rule {config.Id} has no valid expression: {reading.Errors[0]}")
        );
        var scope = origin.Zone ?? AccountRules.Scope;
        var limit = config.RateLimit is { } wanted ? RateLimitRuntime.Compile(scope, config.Id, wanted) : null;
        var count = origin.Context.Counts.Of(scope, config.Id, config.Action.Name);
        var effect = config.Action is ExecuteAction ? new ExecuteEffect(executed) : RuleEffects.Of(config.Action, origin.Phase, limit);
        return new RuleRuntime(config, origin, filter, limit, count, effect);
    }

    /// <summary>As its owner wrote it, with what overrides it.</summary>
    public RuleConfig Config { get; }

    /// <summary>The id of its ruleset.</summary>
    public string Ruleset => _origin.Ruleset;

    /// <summary>When it acts.</summary>
    public RuleFilter Filter { get; }

    /// <summary>The limit beyond which it acts; null when it acts on all that its filter is for.</summary>
    public RateLimitRuntime? Limit { get; }

    /// <summary>Whether the request's body has to be held back for it.</summary>
    public bool ReadsBody =>
        Filter.Reads.Any(read => read.IsOfBody) || Limit is { ReadsBody: true } || Effect is ExecuteEffect { Executed.ReadsBody: true };

    /// <summary>What it asks about the request's client, to decide whether it acts and to act.</summary>
    public ClientFacts Asked =>
        ClientFactReads.Of(Filter.Reads)
        | Effect.Asked
        | (Limit?.Asked ?? ClientFacts.None)
        | (Effect is ExecuteEffect { Executed: { } executed } ? executed.Asked : ClientFacts.None);

    /// <summary>What it does.</summary>
    public RuleEffect Effect { get; }

    /// <summary>Whether the log names it when it acts.</summary>
    public bool IsLogged { get; }

    /// <summary>What its events say of it; null when it writes none.</summary>
    public EventRule? Event { get; }

    /// <summary>How often it has acted.</summary>
    public RuleCount Count { get; }

    /// <summary>Its id.</summary>
    public byte[] IdText { get; }

    /// <summary>Its action's name.</summary>
    public byte[] ActionText { get; }

    /// <summary>What its owner says that it is for.</summary>
    public byte[] DescriptionText { get; }
}

/// <summary>Where a rule stands.</summary>
/// <param name="Phase">When it is asked.</param>
/// <param name="Ruleset">Its ruleset's id; empty when it stands in none.</param>
/// <param name="Zone">Its zone's id; null when it is the account's.</param>
/// <param name="Context">What it gets of its edge.</param>
internal sealed record RuleOrigin(RulePhase Phase, string Ruleset, string? Zone, RuleContext Context);
