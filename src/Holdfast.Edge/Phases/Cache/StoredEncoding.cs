using Holdfast.Cache.Compression;
using Holdfast.Cache.Exchange;
using Holdfast.Cache.Storage;
using Holdfast.Edge.Compression;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules;

namespace Holdfast.Edge.Phases.Cache;

/// <summary>Stored bodies in content codings: each made once, when a visitor first asks for it, and kept with its response.</summary>
internal static class StoredEncoding
{
    // What is made at once and kept: at most some 70 ms of work before the first byte. A larger one is encoded anew on each way.
    private const long LargestMade = 4 * 1024 * 1024;

    // From here on the work leaves the thread that other connections wait for: half a millisecond of it.
    private const long YieldFrom = 32 * 1024;

    /// <summary>The coding that this answer goes out in, and Vary in its fields when there is a choice.</summary>
    public static ContentCoding Offer(EdgeRequest request, StoredResponse stored, VisitorAnswer answer)
    {
        var isUsual = (stored.Flags & StoredFlags.Compressible) != 0;
        if (answer.Status == 304)
        {
            if (
                stored.BodyLength >= Compressibility.SmallestBody
                && ResponseCompression.MayHaveCoded(request, isUsual)
                && !(request.CachePolicy.RespectStrongEtags && stored.EntityTag is [(byte)'"', ..])
            )
            {
                ResponseCompression.OfferNotModified(request);
            }

            return ContentCoding.Identity;
        }

        ResponsePhases.RunCompression(request);
        var choice = CompressionChoice.Of(request);
        if (
            stored.BodyLength < Compressibility.SmallestBody
            || !choice.IsFor(request, isUsual)
            || (!isUsual && !Compressibility.IsEncodable(stored.Status, new HeaderFields(request.Response.Headers), out _))
            || (request.CachePolicy.RespectStrongEtags && stored.EntityTag is [(byte)'"', ..])
        )
        {
            return ContentCoding.Identity;
        }

        return answer.Status == stored.Status ? ResponseCompression.Offer(request, choice, isUsual) : ContentCoding.Identity;
    }

    /// <summary>
    /// The body in a coding: as it is kept, or made now. Empty when it is not worth while; null when it is neither there nor made.
    /// </summary>
    public static async ValueTask<StoredBody?> FindOrMakeAsync(MemoryStore store, StoredResponse stored, ContentCoding coding, bool mayMake)
    {
        if (stored.BodyIn(coding) is { } kept)
        {
            return kept;
        }

        if (!mayMake || stored.OnDisk is not null || stored.BodyLength > LargestMade || !stored.TryBeginEncoding(coding))
        {
            return null;
        }

        try
        {
            if (stored.BodyLength >= YieldFrom)
            {
                await Task.Yield();
            }

            var made = Make(stored, coding);
            store.Keep(stored, coding, made);
            return made.Length < stored.BodyLength ? made : new StoredBody();
        }
        finally
        {
            stored.EndEncoding(coding);
        }
    }

    private static StoredBody Make(StoredResponse stored, ContentCoding coding)
    {
        using var encoder = BodyEncoder.Of(coding, isKept: true);
        for (long offset = 0; offset < stored.BodyLength; )
        {
            var piece = stored.BodyAt(offset);
            encoder.Write(piece.Span);
            offset += piece.Length;
        }

        encoder.Finish();
        var body = new StoredBody();
        body.Append(encoder.Output, encoder.Output.Length);
        return body;
    }
}
