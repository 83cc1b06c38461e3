using System.Runtime.CompilerServices;
using Holdfast.Cache.Compression;
using Holdfast.Cache.Storage;
using Holdfast.Edge.Compression;
using Holdfast.Edge.Guard;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Requests;
using Holdfast.Http.Messages;
using Holdfast.Http.Pooling;

namespace Holdfast.Edge.Phases.Cache;

/// <summary>Answers from the store: as it is stored, or in a coding that the visitor takes. Allocates nothing where nothing has to be encoded.</summary>
internal sealed class StoredAnswers(MemoryStore store, ForwardedHeaders forwarded)
{
    /// <summary>Sends what the turn has found, from the store.</summary>
    /// <param name="request">The request.</param>
    /// <param name="turn">Its turn, which has a stored response.</param>
    /// <param name="forwardedOn">Whether the request has gone to the origin, so that its fields are not the visitor's any more.</param>
    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder))]
    public async ValueTask ServeAsync(EdgeRequest request, CacheTurn turn, bool forwardedOn)
    {
        var answer = turn.WriteHead(request, forwardedOn);
        var stored = turn.Exchange.Stored!;
        var coding = StoredEncoding.Offer(request, stored, answer);
        if (coding != ContentCoding.Identity)
        {
            await ServeEncodedAsync(request, stored, coding).ConfigureAwait(false);
            return;
        }

        forwarded.Stamp(request);
        if (answer.Status is 204 or 304)
        {
            request.Start(Framing.None, -1);
        }
        else
        {
            request.Start(Framing.Length, answer.Length);
        }

        if (request.Head.Method == KnownMethod.Head || await StoredBytes.SendAsync(request, stored, answer).ConfigureAwait(false))
        {
            await request.EndAsync(null).ConfigureAwait(false);
        }
    }

    [AsyncMethodBuilder(typeof(PooledValueTaskBuilder))]
    private async ValueTask ServeEncodedAsync(EdgeRequest request, StoredResponse stored, ContentCoding coding)
    {
        var isHead = request.Head.Method == KnownMethod.Head;
        StoredBody? made;
        try
        {
            made = await StoredEncoding.FindOrMakeAsync(store, stored, coding, mayMake: !isHead).ConfigureAwait(false);
        }
        catch (Exception e) when (ZoneGuard.IsFault(e))
        {
            request.Zone!.Guard.Faulted(EdgeModule.Compression, e, request);
            made = new StoredBody();
        }

        if (made is not null)
        {
            if (made.Length > 0)
            {
                ResponseCompression.WriteFields(request.Response.Headers, coding);
            }

            var body = made.Length > 0 ? made : null;
            forwarded.Stamp(request);
            request.Start(Framing.Length, body?.Length ?? stored.BodyLength);
            if (isHead || await StoredBytes.SendAsync(request, stored, body, 0, body?.Length ?? stored.BodyLength).ConfigureAwait(false))
            {
                await request.EndAsync(null).ConfigureAwait(false);
            }

            return;
        }

        // Somebody else is making it, or it is too large to be made at once: it is encoded on its way.
        ResponseCompression.Encode(request, coding, hasBody: !isHead);
        forwarded.Stamp(request);
        request.Start(Framing.Length, -1);
        if (isHead || await StoredBytes.SendAsync(request, stored, null, 0, stored.BodyLength).ConfigureAwait(false))
        {
            await request.EndAsync(null).ConfigureAwait(false);
        }
    }
}
