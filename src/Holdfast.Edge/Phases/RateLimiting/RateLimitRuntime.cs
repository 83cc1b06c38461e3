using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Edge.Rules.Signals;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Evaluation;
using Holdfast.Rules.Fields;
using Holdfast.Rules.Parsing;

namespace Holdfast.Edge.Phases.RateLimiting;

/// <summary>A rate limit as requests run on it: immutable, compiled from one rule of one release.</summary>
internal sealed class RateLimitRuntime
{
    private readonly ImmutableArray<KeyPart> _parts;
    private readonly RuleFilter? _counting;
    private readonly byte[]? _scoreField;

    // What the keys of this rule have in common: the rule, what it tells apart, and the period. Another limit for the same finds them again.
    private readonly byte[] _identity;

    private RateLimitRuntime(string scope, string rule, RateLimitConfig config)
    {
        Config = config;
        Window = RateLimitWindow.Of(config.Limit, config.PeriodSeconds, config.MitigationTimeoutSeconds);
        _parts = [.. config.Characteristics.Select(KeyPart.Of)];
        _scoreField = config.ScoreResponseHeaderName is { } name ? Encoding.ASCII.GetBytes(name) : null;
        string[] identity = [scope, rule, config.PeriodSeconds.ToString(CultureInfo.InvariantCulture), .. config.Characteristics];
        _identity = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', identity)));
        QuotedName = Encoding.ASCII.GetBytes($"\"{rule}\"");
        Policy = Encoding.ASCII.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"\"{rule}\";q={config.Limit};w={config.PeriodSeconds}")
                + (config.ScorePerPeriod is null ? "" : ";qu=\"holdfast-score\"")
        );
        if (config.CountingExpression is { } text)
        {
            _counting = new RuleFilter(
                RuleParser.ReadFilter(text, RuleExpressions.CountingScope()).Tree
                    ?? throw new ArgumentException("a counting expression that was not checked", nameof(config))
            );
        }

        CountingReadsResponse = _counting?.Reads.Any(field => field.IsOfResponse) == true;
        ReadsResponse = CountingReadsResponse || _scoreField is not null;
        CountsResponses = config.RequestsToOrigin || ReadsResponse;
        Asked = _parts.Aggregate(
            _counting is null ? ClientFacts.None : ClientFactReads.Of(_counting.Reads),
            (asked, part) => asked | part.Asked
        );
        ReadsBody = _parts.Any(part => part.ReadsBody) || _counting?.Reads.Any(field => field.IsOfBody) == true;
    }

    /// <summary>Compiles a rule.</summary>
    /// <param name="scope">Whose rule it is: a zone's or an account's id.</param>
    /// <param name="rule">Its id, which stays over releases: visible ASCII without quotes.</param>
    /// <param name="config">Its limit, checked.</param>
    /// <exception cref="ArgumentException">It was not checked.</exception>
    public static RateLimitRuntime Compile(string scope, string rule, RateLimitConfig config) => new(scope, rule, config);

    /// <summary>What it was compiled from.</summary>
    public RateLimitConfig Config { get; }

    /// <summary>How much in how long.</summary>
    public RateLimitWindow Window { get; }

    /// <summary>Whether counting waits until the response is known.</summary>
    public bool CountsResponses { get; }

    /// <summary>Whether its counting expression can be decided only when the response is known.</summary>
    public bool CountingReadsResponse { get; }

    /// <summary>Whether what it counts depends on what the response says.</summary>
    public bool ReadsResponse { get; }

    /// <summary>Whether it counts what its own expression matches, and nothing else.</summary>
    public bool CountsWhatMatches => _counting is null;

    /// <summary>Whether requests' bodies have to be held back for it (the design's law 24).</summary>
    public bool ReadsBody { get; }

    /// <summary>What it asks about the request's client to know what counts, and under which key.</summary>
    public ClientFacts Asked { get; }

    /// <summary>The rule's id as a string of RFC 9651.</summary>
    public byte[] QuotedName { get; }

    /// <summary>The value of <c>RateLimit-Policy</c>.</summary>
    public byte[] Policy { get; }

    /// <summary>The key of a request.</summary>
    /// <returns>False when a value is not known, because its source is lost: nothing is counted then, and nobody is refused.</returns>
    public bool TryGetKey(RateLimitState state, IRuleSignals signals, RuleEvaluation evaluation, out UInt128 key)
    {
        var hash = state.BeginKey();
        hash.Append(_identity.AsSpan(0, 16));
        foreach (var part in _parts)
        {
            if (!part.TryAppend(ref hash, signals, evaluation))
            {
                key = default;
                return false;
            }
        }

        key = hash.End();
        return true;
    }

    /// <summary>Whether it counts a request, as far as its counting expression says; one that nobody can decide counts nothing.</summary>
    public bool Counts(IRuleSignals signals, RuleEvaluation evaluation) =>
        _counting is null || _counting.Evaluate(signals, evaluation) == Truth.True;

    /// <summary>How much a response counts: 1, or the score that it states; 0 when it states none that may be.</summary>
    public long UnitsOf(IRuleSignals signals)
    {
        if (_scoreField is null)
        {
            return 1;
        }

        var cursor = 0;
        return
            signals.NextText(Signal.HttpResponseHeaders, _scoreField, ref cursor, out var value)
            && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var score)
            && score is >= 1 and <= RateLimitLimits.MostScore
            ? score
            : 0;
    }
}
