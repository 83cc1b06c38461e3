using Holdfast.Cache.Collapsing;
using Holdfast.Cache.Exchange;
using Holdfast.Edge.Compression;
using Holdfast.Edge.ErrorPages;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Zones;
using Holdfast.Http.Headers;
using Holdfast.Http.Messages;

namespace Holdfast.Edge.Phases.Cache;

/// <summary>Answers whose body still comes from the origin: it goes into a fill at the origin's pace, and from there to every visitor at its own.</summary>
internal sealed class ArrivingAnswers(
    OriginRouter origins,
    ForwardedHeaders forwarded,
    IRequestObserver observer,
    TimeProvider time,
    DetachedWork detached
)
{
    /// <summary>Sends what another request is fetching, as it arrives.</summary>
    public async ValueTask JoinAsync(EdgeRequest request, CacheTurn turn)
    {
        var exchange = turn.Exchange;
        var answer = turn.WriteHead(request, forwardedOn: true);
        ResponseCompression.Begin(request, answer.Length, hasBody: request.Head.Method != KnownMethod.Head);
        forwarded.Stamp(request);
        if (answer.Status is 204 or 304)
        {
            request.Start(Framing.None, -1);
        }
        else
        {
            request.Start(answer.Length < 0 ? Framing.Chunked : Framing.Length, answer.Length);
        }

        if (request.Head.Method == KnownMethod.Head || answer.Length == 0)
        {
            await request.EndAsync(null).ConfigureAwait(false);
            return;
        }

        var reader = exchange.Reader!;
        reader.Advance(answer.Start);
        var end = await StreamAsync(request, reader, answer.Length).ConfigureAwait(false);
        await EndAsync(request, end, exchange.Fill!, null).ConfigureAwait(false);
    }

    /// <summary>Sends what this request has fetched: its body goes into the store by itself, and to the visitor from there.</summary>
    public async ValueTask StoreAndServeAsync(EdgeRequest request, ZoneRuntime zone, CacheTurn turn)
    {
        var exchange = turn.Exchange;
        var fill = exchange.Fill!;
        var length = turn.Taken!.Length;
        ResponseCompression.Begin(request, length, hasBody: true);
        if (exchange.VisitorHasNewResponse)
        {
            Fill(request, zone, turn);
            request.Start(Framing.None, -1);
            await request.EndAsync(null).ConfigureAwait(false);
            return;
        }

        using var reader = fill.TryRead(0)!;
        var relay = Fill(request, zone, turn);
        var head = request.Response;
        request.Start(head.Framing, head.Framing == Framing.None ? head.ContentLength : length);
        var end = await StreamAsync(request, reader, -1).ConfigureAwait(false);
        request.Origin.Total += relay.Elapsed;
        await EndAsync(request, end, fill, relay.Trailers).ConfigureAwait(false);
    }

    /// <summary>Has the answer that a turn has taken go into the store, whoever waits for it.</summary>
    /// <returns>What moves it, begun.</returns>
    public FillRelay Fill(EdgeRequest request, ZoneRuntime zone, CacheTurn turn)
    {
        var answer = ResumedAnswer.Of(turn, request, zone, origins, observer, time);
        var relay = new FillRelay(answer, turn.Exchange.Fill!, time);
        relay.Start();
        detached.Keep(relay.Running, relay.Hurry);
        return relay;
    }

    // Hands over so many bytes, or all, as they come, at the visitor's pace. FillEnd.None: the visitor has gone.
    private static async ValueTask<FillEnd> StreamAsync(EdgeRequest request, FillReader reader, long length)
    {
        var left = length < 0 ? long.MaxValue : length;
        var patience = new VisitorPatience(request);

        // Counted here, the head with it: the connection of a visitor that has gone drops what is written and does not count it, so that
        // only a flush, which says so, ends this.
        var unflushed = 1L;
        while (left > 0)
        {
            var piece = reader.Ready();
            if (piece.IsEmpty)
            {
                if (reader.IsAtEnd)
                {
                    return reader.End;
                }

                // What is here goes out before we wait for more: a stream must stream.
                if (unflushed > 0 && !await request.FlushAsync().ConfigureAwait(false))
                {
                    return FillEnd.None;
                }

                unflushed = 0;
                piece = await patience.NextAsync(reader).ConfigureAwait(false);
                if (piece.IsEmpty)
                {
                    return reader.End;
                }
            }

            piece = piece[..(int)Math.Min(piece.Length, left)];
            request.Write(piece.Span);
            left -= piece.Length;
            unflushed += piece.Length;
            if (unflushed >= StoredBytes.FlushFrom)
            {
                if (!await request.FlushAsync().ConfigureAwait(false))
                {
                    return FillEnd.None;
                }

                unflushed = 0;
            }

            reader.Advance(piece.Length);
        }

        return FillEnd.Whole;
    }

    private static async ValueTask EndAsync(EdgeRequest request, FillEnd end, CacheFill fill, HeaderBlock? trailers)
    {
        if (end == FillEnd.None)
        {
            return;
        }

        if (end == FillEnd.Whole)
        {
            await request.EndAsync(trailers).ConfigureAwait(false);
            return;
        }

        if (end == FillEnd.Broken)
        {
            request.Error = (EdgeError)fill.Failure;
        }

        // What has come of it goes out, and the visitor can tell that it is not whole.
        if (request.Unflushed > 0)
        {
            await request.FlushAsync().ConfigureAwait(false);
        }

        request.Abort();
    }
}
