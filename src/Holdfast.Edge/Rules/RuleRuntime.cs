using System.Text;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Edge.Phases.RateLimiting;
using Holdfast.Edge.Rules.Counting;
using Holdfast.Edge.Rules.Effects;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Parsing;
using Holdfast.Rules.Phases;

namespace Holdfast.Edge.Rules;

/// <summary>An enabled rule, ready to be asked.</summary>
internal sealed class RuleRuntime
{
    /// <summary>Compiles a rule.</summary>
    /// <exception cref="InvalidOperationException">Its expression is none: the artifact was not checked.</exception>
    public RuleRuntime(RuleConfig config, RulePhase phase, string zone, RuleContext context)
    {
        var reading = RuleParser.ReadFilter(config.Expression, RuleExpressions.FilterScope(phase));
        Filter = new RuleFilter(
            reading.Tree ?? throw new InvalidOperationException($"the rule {config.Id} has no valid expression: {reading.Errors[0]}")
        );
        IdText = Encoding.ASCII.GetBytes(config.Id);
        ActionText = Encoding.ASCII.GetBytes(config.Action.Name);
        DescriptionText = Encoding.UTF8.GetBytes(config.Description);
        Limit = config.RateLimit is { } limit ? RateLimitRuntime.Compile(zone, config.Id, limit) : null;
        Effect = RuleEffects.Of(config.Action, phase, Limit);
        IsLogged = config.Logging ?? true;
        Count = context.Counts.Of(zone, config.Id, config.Action.Name);
    }

    /// <summary>When it acts.</summary>
    public RuleFilter Filter { get; }

    /// <summary>The limit beyond which it acts; null when it acts on all that its filter is for.</summary>
    public RateLimitRuntime? Limit { get; }

    /// <summary>Whether the request's body has to be held back for it.</summary>
    public bool ReadsBody => Filter.Reads.Any(read => read.IsOfBody) || Limit is { ReadsBody: true };

    /// <summary>What it does.</summary>
    public RuleEffect Effect { get; }

    /// <summary>Whether the log names it when it acts.</summary>
    public bool IsLogged { get; }

    /// <summary>How often it has acted.</summary>
    public RuleCount Count { get; }

    /// <summary>Its id.</summary>
    public byte[] IdText { get; }

    /// <summary>Its action's name.</summary>
    public byte[] ActionText { get; }

    /// <summary>What its owner says that it is for.</summary>
    public byte[] DescriptionText { get; }
}
