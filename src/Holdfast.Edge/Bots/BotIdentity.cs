using Holdfast.Edge.Guard;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules.Signals;
using Holdfast.Rules.Evaluation;

namespace Holdfast.Edge.Bots;

/// <summary>Who a request's client says it is, and whether that is so: found out when a rule first asks. It belongs to the request's buffers.</summary>
internal sealed class BotIdentity
{
    private RuleEvaluation? _evaluation;
    private BotDirectory? _directory;
    private bool _isVerificationAsked;
    private bool _isCategoryAsked;
    private Truth _isVerified;
    private VerifiableBot? _claimed;
    private byte[]? _category;

    /// <summary>Begins with a request.</summary>
    /// <param name="directory">Who knows; null when nobody does.</param>
    public void Begin(BotDirectory? directory) =>
        (_directory, _isVerificationAsked, _isCategoryAsked, _isVerified, _claimed, _category) = (
            directory,
            false,
            false,
            Truth.Unknown,
            null,
            null
        );

    /// <summary>Whether it is the crawler that it says it is; false when it says that it is none that can be verified.</summary>
    public Truth IsVerified(EdgeRequest request, RequestSignals signals)
    {
        if (!_isVerificationAsked)
        {
            _isVerificationAsked = true;
            _isVerified = Truth.Unknown;
            if (_directory?.Verifier is not null)
            {
                Run(request, signals, static (it, request, signals) => it.Verify(request, signals));
            }
        }

        return _isVerified;
    }

    /// <summary>The category of a verified crawler; empty for any other client. Not to be asked while that is unknown.</summary>
    public ReadOnlySpan<byte> VerifiedCategory => _isVerified == Truth.True ? _claimed!.Category : default;

    /// <summary>The category that its User-Agent says, verified or not; empty for none, null while nobody knows.</summary>
    public byte[]? Category(EdgeRequest request, RequestSignals signals)
    {
        if (!_isCategoryAsked)
        {
            _isCategoryAsked = true;
            if (_directory?.Crawlers is not null)
            {
                Run(request, signals, static (it, _, signals) => it.Categorize(signals));
            }
        }

        return _category;
    }

    // A module of its own, as the score's: when that fails or is killed, the answer is unknown and the rule that asks goes on.
    private void Run(EdgeRequest request, RequestSignals signals, Action<BotIdentity, EdgeRequest, RequestSignals> what)
    {
        // A lower edge's request is no visitor's.
        if (request.Lower is not null || request.Zone is not { } zone)
        {
            return;
        }

        var slot = GuardSlot.Current;
        var outer = slot.Suspend();
        zone.Guard.Run(
            EdgeModule.Bots,
            request,
            (identity: this, request, signals, what),
            static it =>
            {
                it.what(it.identity, it.request, it.signals);
                return true;
            },
            otherwise: false
        );
        slot.Resume(outer);
    }

    private void Verify(EdgeRequest request, RequestSignals signals)
    {
        signals.Text(Holdfast.Rules.Fields.Signal.HttpUserAgent, out var userAgent);
        _claimed = VerifiableBots.ClaimedBy(userAgent);
        if (_claimed is null)
        {
            _isVerified = Truth.False;
            return;
        }

        var address = request.ClientAddress;
        _isVerified = _directory!.Verifier!.Verify(_claimed, address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
    }

    private void Categorize(RequestSignals signals)
    {
        _evaluation ??= new RuleEvaluation();
        _evaluation.Checkpoint = GuardSlot.Current;
        _category = _directory!.Crawlers!.CategoryOf(signals, _evaluation);
    }
}
