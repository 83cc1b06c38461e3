using System.Buffers.Text;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Zones;
using Holdfast.Http.Bodies;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;

namespace Holdfast.Edge.Phases.Cache;

/// <summary>
/// An upper edge's answer. When the upper edge dies in the middle of the body, the rest of it is read from the origin, which is asked for
/// just those bytes of that very version (RFC 9110 section 13.1.5): visitors do not notice.
/// </summary>
internal sealed class ResumedAnswer : OriginAnswer
{
    private readonly OriginAnswer _upper;
    private readonly DetachedRequest _request;
    private readonly ZoneRuntime _zone;
    private readonly OriginRouter _origins;
    private readonly IRequestObserver _observer;
    private readonly byte[] _entityTag;
    private volatile OriginAnswer _current;
    private volatile bool _hurries;
    private bool _hasAsked;
    private bool _isClosed;
    private long _read;

    private ResumedAnswer(
        OriginAnswer upper,
        DetachedRequest request,
        ZoneRuntime zone,
        OriginRouter origins,
        IRequestObserver observer,
        byte[] entityTag
    )
    {
        _current = _upper = upper;
        _request = request;
        _zone = zone;
        _origins = origins;
        _observer = observer;
        _entityTag = entityTag;
    }

    /// <inheritdoc/>
    public override long Length => _upper.Length;

    /// <inheritdoc/>
    public override bool IsComplete => _current.IsComplete;

    /// <inheritdoc/>
    public override HeaderBlock? Trailers => _current.Trailers;

    /// <inheritdoc/>
    public override EdgeError Error => _current.Error;

    /// <summary>
    /// Makes an answer one that can be read on, where it is an upper edge's and says exactly which bytes are to come; otherwise it stays as
    /// it is.
    /// </summary>
    public static OriginAnswer Of(
        CacheTurn turn,
        EdgeRequest request,
        ZoneRuntime zone,
        OriginRouter origins,
        IRequestObserver observer,
        TimeProvider time
    )
    {
        var answer = turn.Taken!;
        var fill = turn.Exchange.Fill!;
        var tag = fill.Response.EntityTag;
        return
            request.Upper is null
            || answer.IsComplete
            || answer.Length < 0
            || fill.IsPart
            || fill.Response.Status != 200
            || tag is not [(byte)'"', ..]
            ? answer
            : new ResumedAnswer(answer, new DetachedRequest(request, time), zone, origins, observer, tag.ToArray());
    }

    /// <inheritdoc/>
    public override async ValueTask<BodyPiece> ReadAsync()
    {
        var piece = await _current.ReadAsync().ConfigureAwait(false);
        if (piece.Fault != MessageFault.None && !_hasAsked && !_hurries && await ResumeAsync().ConfigureAwait(false))
        {
            piece = await _current.ReadAsync().ConfigureAwait(false);
        }

        _read += piece.Data.Length;
        return piece;
    }

    /// <inheritdoc/>
    public override void Hurry()
    {
        _hurries = true;
        _request.Abandon();
        _current.Hurry();
    }

    /// <inheritdoc/>
    protected override void Close()
    {
        _upper.Release();
        if (_current != _upper)
        {
            _current.Release();
        }

        if (!_isClosed)
        {
            _isClosed = true;
            _request.GiveBuffers();
        }
    }

    private async ValueTask<bool> ResumeAsync()
    {
        _hasAsked = true;
        var headers = _request.Head.Headers;
        CacheTurn.RemoveConditions(headers);
        Span<byte> range = stackalloc byte[32];
        "bytes="u8.CopyTo(range);
        Utf8Formatter.TryFormat(_read, range[6..], out var digits);
        range[6 + digits] = (byte)'-';
        headers.Add(KnownHeader.Range, range[..(7 + digits)]);
        headers.Add(KnownHeader.IfRange, _entityTag);
        var rest = new Rest(_read, Length, _entityTag);
        _request.Tap = rest;
        await _origins.ForwardAsync(_request, _zone, upgrade: false).ConfigureAwait(false);
        _observer.EndedDetached(_request);
        if (rest.Answer is not { } answer)
        {
            return false;
        }

        _current = answer;
        if (_hurries)
        {
            // Said while the origin was being asked.
            answer.Hurry();
        }

        return true;
    }

    // The origin's answer, if it is the rest and nothing else.
    private sealed class Rest(long from, long whole, byte[] entityTag) : ResponseTap
    {
        public OriginAnswer? Answer { get; private set; }

        public override bool HasFallback => false;

        public override TapStep Takes(EdgeRequest request)
        {
            var response = request.Response;
            return
                response.Status == 206
                && response is { Framing: Framing.Length }
                && response.ContentLength == whole - from
                && response.Headers.TryGet(KnownHeader.ETag, out var tag)
                && tag.SequenceEqual(entityTag)
                && response.Headers.TryGet(KnownHeader.ContentRange, out var range)
                && range.SequenceEqual(System.Text.Encoding.ASCII.GetBytes($"bytes {from}-{whole - 1}/{whole}"))
                ? TapStep.TakeOver
                : TapStep.Drop;
        }

        public override void Dress(EdgeRequest request) { }

        public override void TakeOver(EdgeRequest request, OriginAnswer answer) => Answer = answer;

        public override bool TryAbandon() => true;
    }
}
