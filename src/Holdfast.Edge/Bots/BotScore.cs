using Holdfast.Edge.Guard;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules.Signals;
using Holdfast.Edge.Slices;
using Holdfast.Rules.Evaluation;

namespace Holdfast.Edge.Bots;

/// <summary>
/// What a request is scored, and why: computed once, when somebody first asks. It belongs to the request's buffers and is used again; its array
/// grows to what a file needs and stays.
/// </summary>
internal sealed class BotScore
{
    // What comes back when the module did not run, or failed.
    private const int NotScored = -1;

    // Not that of the rule that asks: its own is in use.
    private RuleEvaluation? _evaluation;
    private BotFeaturesRuntime? _features;
    private SideGuards? _side;
    private bool _isAsked;
    private int[] _held = [];
    private int _count;

    /// <summary>1 (surely a program) to 99 (surely a person); 0 while it is unknown, or nobody has asked.</summary>
    public int Value { get; private set; }

    /// <summary>What it was scored with; null when it was not.</summary>
    public BotFeaturesRuntime? By => _isAsked ? _features : null;

    /// <summary>The features that hold, by their numbers in <see cref="By"/>; also when they say too little for a score.</summary>
    public ReadOnlySpan<int> Held => _held.AsSpan(0, _count);

    /// <summary>Whether somebody has asked for it, and there was something to score by.</summary>
    public bool IsAsked => _isAsked;

    /// <summary>Begins with a request.</summary>
    /// <param name="table">What it will be scored with, or nothing.</param>
    /// <param name="request">The request: it may be one that meets what is on trial.</param>
    public void Begin(BotFeatureTable table, EdgeRequest request)
    {
        var trial = table.Trial is { } known && known.IsMetBy(request) ? known : null;
        (_features, _side) = trial is null ? (table.Current, null) : (trial.Candidate, trial.Guards);
        (_isAsked, Value, _count) = (false, 0, 0);
    }

    /// <summary>A feature holds.</summary>
    public void Add(int feature)
    {
        if (_count == _held.Length)
        {
            Array.Resize(ref _held, Math.Max(16, 2 * _count));
        }

        _held[_count++] = feature;
    }

    /// <summary>
    /// The request's score. A module of its own computes it: when that fails, is broken or killed, the score is unknown and the rule that asks
    /// goes on.
    /// </summary>
    public int Of(EdgeRequest request, RequestSignals signals)
    {
        if (_isAsked || _features is null)
        {
            return Value;
        }

        _isAsked = true;

        // A lower edge's request is no visitor's.
        if (request.Lower is null && request.Zone is { } zone)
        {
            _evaluation ??= new RuleEvaluation();
            var slot = GuardSlot.Current;
            var outer = slot.Suspend();
            var value = (_side?.Beside(zone.Guard) ?? zone.Guard).Run(
                EdgeModule.Bots,
                request,
                (score: this, signals),
                static it => it.score.Compute(it.signals),
                otherwise: NotScored
            );
            slot.Resume(outer);
            if (value == NotScored)
            {
                (_features, _count) = (null, 0);
            }
            else
            {
                Value = value;
            }
        }

        return Value;
    }

    private int Compute(RequestSignals signals)
    {
        _evaluation!.Checkpoint = GuardSlot.Current;
        return _features!.Score(signals, _evaluation, this);
    }
}
