using Holdfast.Edge.Requests;

namespace Holdfast.Edge.Phases.RateLimiting;

/// <summary>
/// What rate limits keep of one request: what the one that acts has said, and who counts it once its response is known. It belongs to
/// the request's buffers and is used again for the next one.
/// </summary>
internal sealed class RateLimitTurn
{
    private (RateLimitRuntime Rule, UInt128 Key)[] _later = new (RateLimitRuntime, UInt128)[4];
    private int _count;

    /// <summary>What the rule that was asked last has said.</summary>
    public RateLimitReading Reading { get; private set; }

    /// <summary>Whether a rule counts the request later.</summary>
    public bool CountsLater => _count > 0;

    /// <summary>The rules that count the request later, each with its key.</summary>
    public ReadOnlySpan<(RateLimitRuntime Rule, UInt128 Key)> Later => _later.AsSpan(0, _count);

    /// <summary>Takes note of what a rule has said.</summary>
    public void Note(RateLimitRuntime rule, RateLimitOutcome outcome)
    {
        Reading = outcome.Reading;
        if (outcome.CountsLater)
        {
            if (_count == _later.Length)
            {
                Array.Resize(ref _later, 2 * _count);
            }

            _later[_count++] = (rule, outcome.Key);
        }
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        Array.Clear(_later, 0, _count);
        _count = 0;
        Reading = default;
    }

    /// <summary>
    /// Whether the origin was asked for a request. It was not for one that got what another request was getting; an upper edge says
    /// whether it had to ask.
    /// </summary>
    public static bool AskedOrigin(EdgeRequest request) => request.Upper?.AskedOrigin ?? request.Origin.Address is not null;
}
