using Holdfast.Edge.Compression;
using Holdfast.Edge.Guard;
using Holdfast.Edge.Phases.RateLimiting;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules.Events;
using Holdfast.Edge.Rules.Signals;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Phases;

namespace Holdfast.Edge.Rules;

/// <summary>
/// One request's way through its zone's rules: what they read, what they have decided. It belongs to the request's buffers and is used
/// again for the next one that has rules.
/// </summary>
internal sealed class RuleTurn
{
    private readonly List<SkippedRules> _skipped = [];
    private uint _skippedPhases;

    /// <summary>What rules read.</summary>
    public RequestSignals Signals { get; } = new();

    /// <summary>What evaluations work in.</summary>
    public RuleEvaluation Evaluation { get; } = new();

    /// <summary>The rules that have acted, for the log.</summary>
    public RuleEvents Events { get; } = new();

    /// <summary>What rate limits keep of the request.</summary>
    public RateLimitTurn RateLimits { get; } = new();

    /// <summary>The older products that a rule has spared the request.</summary>
    public SkippedProducts SkippedProducts { get; private set; }

    /// <summary>The zone's rules.</summary>
    public ZoneRules Zone { get; private set; } = null!;

    /// <summary>Whether a rule has given the request another target.</summary>
    public bool IsRewritten => Signals.Uri.IsRewritten;

    /// <summary>The module of the phase that runs, or ran last.</summary>
    public EdgeModule Phase { get; set; }

    /// <summary>The rule that executes the ruleset whose rules are being asked; null outside of one.</summary>
    public RuleRuntime? Executor { get; set; }

    /// <summary>How the answer is compressed, as a rule says; null when none does.</summary>
    public CompressionChoice? Compression { get; set; }

    /// <summary>Whether the phase that ran last came to its end: false when it was not entered, or failed.</summary>
    public bool CameThrough { get; set; }

    /// <summary>The body that goes out in the place of the answer's own, or null.</summary>
    public ReadOnlyMemory<byte>? Replacement { get; set; }

    /// <summary>The status of the redirect that <see cref="Location"/> is of, when a list says it.</summary>
    public int RedirectStatus { get; set; }

    /// <summary>Where a rule writes one text: where a redirect leads, a target, a field's value.</summary>
    public ReusableBuffer Location { get; } = new();

    /// <summary>The query as it counts in the cache's key.</summary>
    public ReusableBuffer KeyQuery { get; } = new();

    /// <summary>What else does.</summary>
    public ReusableBuffer KeySuffix { get; } = new();

    /// <summary>Begins a request's way.</summary>
    public void Begin(EdgeRequest request, ZoneRules rules)
    {
        Zone = rules;
        Replacement = null;
        Compression = null;
        Executor = null;
        _skippedPhases = 0;
        SkippedProducts = SkippedProducts.None;
        _skipped.Clear();
        Signals.Begin(request, rules.Context, rules.Asked);
        Events.Clear();
        RateLimits.Clear();
    }

    /// <summary>The answer's head is there, as whoever answers wrote it: what depends on it is counted now.</summary>
    public void Answered(EdgeRequest request)
    {
        if (RateLimits.CountsLater)
        {
            Signals.BeginResponse();
            request.Zone!.Guard.Run(
                EdgeModule.RateLimit,
                request,
                (request, turn: this),
                static it =>
                {
                    it.turn.Evaluation.Checkpoint = GuardSlot.Current;
                    it.turn.Zone.Context.RateLimits.Answered(it.request, it.turn);
                    return true;
                },
                otherwise: false
            );
            RateLimits.Clear();
        }
    }

    /// <summary>The request has ended, with an answer or without one.</summary>
    public void Ended(EdgeRequest request)
    {
        if (RateLimits.CountsLater)
        {
            Zone.Context.RateLimits.Ended(request, this);
            RateLimits.Clear();
        }
    }

    /// <summary>Whether a rule has spared the request a phase (the design's law 23): whoever runs the phase asks.</summary>
    public bool Skips(RulePhase phase) => (_skippedPhases & (1u << (int)phase)) != 0;

    /// <summary>Whether a rule has spared the request a ruleset: it itself, its phase, or the older product that it is of.</summary>
    public bool Skips(RulesetRuntime ruleset)
    {
        if (Skips(ruleset.Phase) || (SkippedProducts & ruleset.Product) != 0)
        {
            return true;
        }

        foreach (var skipped in _skipped)
        {
            if (skipped.Contains(ruleset.Config.Id))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a rule has spared the request another one: it itself, its ruleset, or what it executes.</summary>
    public bool Skips(RuleRuntime rule)
    {
        foreach (var skipped in _skipped)
        {
            if (skipped.Contains(rule))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Spares the request phases, products and rules.</summary>
    /// <param name="phases">A bit for each phase, by its place in <see cref="RulePhase"/>.</param>
    /// <param name="products">The products.</param>
    /// <param name="rules">Rulesets and single rules, or null.</param>
    public void Skip(uint phases, SkippedProducts products, SkippedRules? rules = null)
    {
        if (rules is not null)
        {
            _skipped.Add(rules);
        }

        _skippedPhases |= phases;
        SkippedProducts |= products;
    }
}

/// <summary>Older products that a rule can spare a request, by the names that Cloudflare's API gives them.</summary>
[Flags]
internal enum SkippedProducts
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary><c>bic</c>: the browser integrity check.</summary>
    Bic = 1,

    /// <summary><c>hot</c>: hotlink protection.</summary>
    Hot = 2,

    /// <summary><c>rateLimit</c>: the rate limits before rate limiting rules.</summary>
    RateLimit = 4,

    /// <summary><c>securityLevel</c>.</summary>
    SecurityLevel = 8,

    /// <summary><c>uaBlock</c>: user agent rules.</summary>
    UaBlock = 16,

    /// <summary><c>waf</c>: the managed rules before managed rulesets.</summary>
    Waf = 32,

    /// <summary><c>zoneLockdown</c>.</summary>
    ZoneLockdown = 64,
}
