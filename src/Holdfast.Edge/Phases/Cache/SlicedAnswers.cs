using System.Buffers.Text;
using Holdfast.Cache.Exchange;
using Holdfast.Cache.Fields;
using Holdfast.Cache.Ranges;
using Holdfast.Cache.Storage;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Tiers;
using Holdfast.Edge.Zones;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;
using Holdfast.Http.Pooling;

namespace Holdfast.Edge.Phases.Cache;

/// <summary>What came of <see cref="SlicedAnswers"/>.</summary>
internal enum SlicedOutcome : byte
{
    /// <summary>Nothing was sent: the request is to go to the origin as it is.</summary>
    NotSliced,

    /// <summary>The answer was sent, or broken off.</summary>
    Sent,

    /// <summary>Nothing was sent: one slice was the whole, which is stored now and to be served.</summary>
    Whole,
}

/// <summary>
/// Answers for large files slice by slice (setting <c>cache_slice</c>): each slice comes from the store, or from the origin by a request
/// of its own that names the version which the answer began with.
/// <code>
/// 1 the pin: what is stored of the file, or its first slice   2 the first slice of the answer, before anything is promised
/// 3 the head   4 slice by slice; one of another version, or none, breaks the answer off
/// </code>
/// </summary>
internal sealed class SlicedAnswers(NearPool<CacheTurn> turns, OriginRouter origins, ForwardedHeaders forwarded, TimeProvider time)
{
    private readonly UnslicedTargets _unsliced = new(time);

    /// <summary>Answers from slices.</summary>
    /// <param name="request">Its fields are as the visitor sent them.</param>
    /// <param name="zone">The zone that the request began with.</param>
    /// <param name="turn">Its turn, in which the store had no answer.</param>
    /// <param name="trusted">Whether the peer is a trusted upstream.</param>
    public async ValueTask<SlicedOutcome> AnswerAsync(EdgeRequest request, ZoneRuntime zone, CacheTurn turn, bool trusted)
    {
        var target = UnslicedTargets.KeyOf(zone.IdText, request.Head.Host, request.ForwardTarget);
        if (_unsliced.Contain(target) || (turn.Exchange.Pin is null && turn.Exchange.FirstSlice() < 0))
        {
            return SlicedOutcome.NotSliced;
        }

        var asItCame = new DetachedRequest(request, time);
        try
        {
            return await AnswerAsync(new Visitor(request, asItCame, zone, trusted), turn, target).ConfigureAwait(false);
        }
        finally
        {
            asItCame.GiveBuffers();
        }
    }

    private async ValueTask<SlicedOutcome> AnswerAsync(Visitor visitor, CacheTurn turn, ulong target)
    {
        // 1
        var request = visitor.Request;
        var pin = turn.Exchange.Pin;
        var fetched = false;
        if (pin is null)
        {
            (pin, fetched) = await GetAsync(visitor, turn.Exchange.FirstSlice(), null).ConfigureAwait(false);
            if (pin is null)
            {
                _unsliced.Add(target);
                return SlicedOutcome.NotSliced;
            }
        }

        if (!pin.IsPartial)
        {
            turn.Exchange.ServeSlices(pin, fetched);
            return SlicedOutcome.Whole;
        }

        // 2
        var answer = turn.AnswerFrom(pin);
        ByteRange[] ranges = answer.Several is { } several ? [.. several.Ranges] : [new ByteRange(answer.Start, answer.Length)];
        var (first, asked) =
            answer.Length == 0 ? (pin, false) : await SliceAtAsync(visitor, pin, ranges[0].Start, ranges[0].End).ConfigureAwait(false);
        if (first is null)
        {
            turn.Exchange.Forget(pin);
            return SlicedOutcome.NotSliced;
        }

        // 3
        turn.Exchange.ServeSlices(pin, fetched || asked);
        answer = turn.WriteHead(request, forwardedOn: true);
        forwarded.Stamp(request);
        if (answer.Status == 304)
        {
            request.Start(Framing.None, -1);
        }
        else
        {
            request.Start(Framing.Length, answer.Length);
        }

        // 4
        for (var i = 0; i < ranges.Length; i++)
        {
            request.Write(answer.Several is { } parts ? parts.Heads[i] : default);
            if (!await SendAsync(visitor, turn, pin, i == 0 ? first : null, ranges[i]).ConfigureAwait(false))
            {
                return SlicedOutcome.Sent;
            }
        }

        request.Write(answer.Several is { } all ? all.End : default);
        await request.EndAsync(null).ConfigureAwait(false);
        return SlicedOutcome.Sent;
    }

    private async ValueTask<bool> SendAsync(Visitor visitor, CacheTurn turn, StoredResponse pin, StoredResponse? slice, ByteRange range)
    {
        for (var offset = range.Start; offset < range.End; slice = null)
        {
            if (slice is null)
            {
                // What is here goes out before we wait for more.
                if (visitor.Request.Unflushed > 0 && !await visitor.Request.FlushAsync().ConfigureAwait(false))
                {
                    return false;
                }

                slice = (await SliceAtAsync(visitor, pin, offset, range.End).ConfigureAwait(false)).Slice;
            }

            if (slice is null)
            {
                // The origin has another version now, or none, or is gone: the visitor can tell that its answer is not whole.
                turn.Exchange.Forget(pin);
                visitor.Request.Error = EdgeError.OriginUnknownError;
                visitor.Request.Abort();
                return false;
            }

            var length = Math.Min(EndOfSlice(offset), range.End) - offset;
            if (!await StoredBytes.SendAsync(visitor.Request, slice, null, offset, length).ConfigureAwait(false))
            {
                return false;
            }

            offset += length;
        }

        return true;
    }

    // What has the bytes from here to the end of their slice, or of the range.
    private async ValueTask<(StoredResponse? Slice, bool Asked)> SliceAtAsync(Visitor visitor, StoredResponse pin, long offset, long end)
    {
        var bytes = new ByteRange(offset, Math.Min(EndOfSlice(offset), end) - offset);
        return pin.Has(bytes) ? (pin, false) : await GetAsync(visitor, offset / CacheExchange.SliceLength, pin).ConfigureAwait(false);
    }

    // From an upper edge first, where there is one. It may have another version than the pin's, or none, for as long as that is fresh there: then
    // the origin is asked for this one.
    private async ValueTask<(StoredResponse? Slice, bool Asked)> GetAsync(Visitor visitor, long index, StoredResponse? pin)
    {
        var isStraight = !origins.HasUpper || visitor.Request.Lower is not null;
        var (slice, asked, upper) = await GetAsync(visitor, index, pin, isStraight).ConfigureAwait(false);
        if (slice is null && upper is not null)
        {
            (slice, asked, upper) = await GetAsync(visitor, index, pin, isStraight: true).ConfigureAwait(false);
        }

        visitor.Request.Upper ??= upper;
        return (slice, asked);
    }

    private async ValueTask<(StoredResponse? Slice, bool Asked, UpperMark? Upper)> GetAsync(
        Visitor visitor,
        long index,
        StoredResponse? pin,
        bool isStraight
    )
    {
        var turn = turns.Take();
        var request = new DetachedRequest(visitor.AsItCame, time);
        try
        {
            var step = turn.BeginSlice(request, visitor.Zone, index, pin);
            if (step == RequestStep.Serve)
            {
                return (turn.Exchange.Slice, false, null);
            }

            forwarded.PrepareRequest(request, upgrade: false, visitor.Trusted);
            AskFor(request.Head.Headers, index, isStraight ? pin : null, step == RequestStep.Revalidate ? turn : null);
            request.Tap = turn;
            turn.IsStraight = isStraight;
            turn.Ask();
            await origins.ForwardAsync(request, visitor.Zone, upgrade: false).ConfigureAwait(false);
            if (turn.Taken is { } answer)
            {
                var relay = new FillRelay(answer, turn.Exchange.Fill!, time);
                relay.Start();
                await relay.Running.ConfigureAwait(false);
                request.Origin.Total += relay.Elapsed;
            }

            visitor.Request.Origin.Add(request.Origin);
            return (turn.Exchange.Slice, true, request.Upper);
        }
        finally
        {
            turn.Reset();
            turns.Give(turn);
            request.GiveBuffers();
        }
    }

    // A slice of the pinned version, which an upper edge has or has not; or the first one, unless it is the stored one still.
    private static void AskFor(HeaderBlock headers, long index, StoredResponse? pin, CacheTurn? stored)
    {
        if (stored is null)
        {
            CacheTurn.RemoveConditions(headers);
        }
        else
        {
            stored.SetValidators(headers);
        }

        if (pin is { EntityTag.Length: > 0 })
        {
            headers.Add(KnownHeader.IfMatch, pin.EntityTag);
        }
        else if (pin is not null)
        {
            headers.Add(KnownHeader.IfUnmodifiedSince, pin.Find(FieldName.LastModified));
        }

        Span<byte> text = stackalloc byte[64];
        "bytes="u8.CopyTo(text);
        var start = index * CacheExchange.SliceLength;
        Utf8Formatter.TryFormat(start, text[6..], out var length);
        text[6 + length] = (byte)'-';
        Utf8Formatter.TryFormat(start + CacheExchange.SliceLength - 1, text[(7 + length)..], out var last);
        headers.Add(KnownHeader.Range, text[..(7 + length + last)]);
    }

    private static long EndOfSlice(long offset) => ((offset / CacheExchange.SliceLength) + 1) * CacheExchange.SliceLength;

    // AsItCame: a copy from before the request's fields were changed for anybody.
    private sealed record Visitor(EdgeRequest Request, DetachedRequest AsItCame, ZoneRuntime Zone, bool Trusted);
}
