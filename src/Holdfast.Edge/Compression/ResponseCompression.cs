using Holdfast.Cache.Compression;
using Holdfast.Edge.Guard;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Rules;
using Holdfast.Http.Headers;

namespace Holdfast.Edge.Compression;

/// <summary>
/// The phase <c>http_response_compression</c>: decides whether an answer goes out in a content coding, and writes its fields for that
/// (RFC 9110 sections 8.4 and 12.5.3). The bytes are the work of <see cref="BodyEncoder"/>.
/// </summary>
internal static class ResponseCompression
{
    // Longer values are rare and get no room on the stack.
    private const int LongestField = 512;

    /// <summary>
    /// Asks the rules of the phase and compresses the answer in <see cref="EdgeRequest.Response"/> on its way, if it is to be. Called when all its fields are there and
    /// before it starts.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="length">The body's bytes, or -1 when nobody knows.</param>
    /// <param name="hasBody">Whether a body follows; an answer to HEAD gets the fields alone.</param>
    public static void Begin(EdgeRequest request, long length, bool hasBody)
    {
        if (request.Response.Status != 304)
        {
            ResponsePhases.RunCompression(request);
        }

        request.Zone?.Guard.Run(
            EdgeModule.Compression,
            request,
            (request, length, hasBody),
            static it =>
            {
                Decide(it.request, it.length, it.hasBody);
                return true;
            },
            false
        );
    }

    private static void Decide(EdgeRequest request, long length, bool hasBody)
    {
        var response = request.Response;
        var choice = CompressionChoice.Of(request);
        if (response.Status == 304)
        {
            // Where nothing goes through a coding, the origin's tag is the only one that there is.
            if (!request.CachePolicy.RespectStrongEtags && MayHaveCoded(request, isUsual: true))
            {
                KeepWeak(request);
            }

            return;
        }

        // A strong tag on a body that streams: the body may well be tiny, and what a strong tag is good for would be lost for nothing.
        if (
            !choice.IsFor(request, isUsual: true)
            || length is >= 0 and < Compressibility.SmallestBody
            || (
                (length < 0 || request.CachePolicy.RespectStrongEtags)
                && response.Headers.TryGet(KnownHeader.ETag, out var tag)
                && !tag.StartsWith("W/"u8)
            )
            || !Compressibility.IsEncodable(response.Status, new HeaderFields(response.Headers), out var isUsual)
            || !choice.IsFor(request, isUsual)
        )
        {
            return;
        }

        if (Choose(request, choice, isUsual) is not ContentCoding.Identity and var coding)
        {
            Encode(request, coding, hasBody);
        }
    }

    /// <summary>Says in the answer that there are codings to choose from, and chooses the visitor's; for an answer that can be compressed.</summary>
    /// <param name="request">The request.</param>
    /// <param name="choice">What there is to choose from; <see cref="CompressionChoice.IsFor"/> the answer.</param>
    /// <param name="isUsual">Whether the answer's type is one that is compressed without a rule.</param>
    public static ContentCoding Offer(EdgeRequest request, CompressionChoice choice, bool isUsual) =>
        request.Zone!.Guard.Run(
            EdgeModule.Compression,
            request,
            (request, choice, isUsual),
            static it => Choose(it.request, it.choice, it.isUsual),
            ContentCoding.Identity
        );

    private static ContentCoding Choose(EdgeRequest request, CompressionChoice choice, bool isUsual)
    {
        AddVary(request.Response.Headers);
        return CodingFor(request, choice, isUsual);
    }

    /// <summary>
    /// Whether the answer that a 304 stands for may have gone out in a coding. Its rules cannot be asked again: they read what a 304 does not
    /// have.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="isUsual">Whether the answer's type is one that is compressed without a rule.</param>
    public static bool MayHaveCoded(EdgeRequest request, bool isUsual) =>
        request is { Lower: null, Zone: { } zone }
        && ((isUsual && zone.Settings.Compression) || request.Rules?.Zone.Compression is not null);

    /// <summary>The same for a 304 in its place.</summary>
    public static void OfferNotModified(EdgeRequest request)
    {
        AddVary(request.Response.Headers);
        KeepWeak(request);
    }

    /// <summary>Writes the answer's fields for a coding, and encodes its body on the way.</summary>
    public static void Encode(EdgeRequest request, ContentCoding coding, bool hasBody)
    {
        WriteFields(request.Response.Headers, coding);
        request.SetEncoder(hasBody ? BodyEncoder.Of(coding, isKept: false) : null);
    }

    /// <summary>Writes the fields of an answer whose body goes out in a coding.</summary>
    public static void WriteFields(HeaderBlock headers, ContentCoding coding)
    {
        headers.Set(KnownHeader.ContentEncoding, ContentCodings.NameOf(coding));
        WeakenTag(headers);

        // They speak of the bytes as they were: ranges of them, their digests (RFC 9530).
        headers.Remove(KnownHeader.ContentLength);
        headers.Remove("Accept-Ranges"u8);
        headers.Remove("Content-MD5"u8);
        headers.Remove("Digest"u8);
        headers.Remove("Content-Digest"u8);
        headers.Remove("Repr-Digest"u8);
    }

    private static ContentCoding CodingFor(EdgeRequest request, CompressionChoice choice, bool isUsual)
    {
        var headers = request.Head.Headers;
        if (!headers.TryGet(KnownHeader.AcceptEncoding, out var accepted))
        {
            return ContentCoding.Identity;
        }

        // RFC 9111 section 5.2.1.6.
        return TokenList.AnyIn(headers, KnownHeader.CacheControl, "no-transform"u8)
            ? ContentCoding.Identity
            : choice.For(request, accepted, isUsual);
    }

    // Several lines become one.
    private static void AddVary(HeaderBlock headers)
    {
        if (!headers.Contains(KnownHeader.Vary))
        {
            headers.Add(KnownHeader.Vary, "Accept-Encoding"u8);
            return;
        }

        if (TokenList.AnyIn(headers, KnownHeader.Vary, "Accept-Encoding"u8) || TokenList.AnyIn(headers, KnownHeader.Vary, "*"u8))
        {
            return;
        }

        Span<byte> joined = stackalloc byte[LongestField];
        var length = 0;
        for (var i = 0; i < headers.Count; i++)
        {
            if (headers.KnownAt(i) != KnownHeader.Vary || headers.ValueAt(i).IsEmpty)
            {
                continue;
            }

            if (length + headers.ValueAt(i).Length + 2 + "Accept-Encoding"u8.Length > LongestField)
            {
                // A line of its own means the same (RFC 9110 section 5.3).
                headers.Add(KnownHeader.Vary, "Accept-Encoding"u8);
                return;
            }

            headers.ValueAt(i).CopyTo(joined[length..]);
            length += headers.ValueAt(i).Length;
            ", "u8.CopyTo(joined[length..]);
            length += 2;
        }

        "Accept-Encoding"u8.CopyTo(joined[length..]);
        headers.Set(KnownHeader.Vary, joined[..(length + "Accept-Encoding"u8.Length)]);
    }

    // A visitor that asks with the tag of an answer that went through a coding has that one, and is told of that one.
    private static void KeepWeak(EdgeRequest request)
    {
        var headers = request.Response.Headers;
        if (
            headers.TryGet(KnownHeader.ETag, out var tag)
            && tag is [(byte)'"', ..]
            && request.Head.Headers.TryGet(KnownHeader.IfNoneMatch, out var asked)
            && asked.StartsWith("W/"u8)
            && asked[2..].SequenceEqual(tag)
        )
        {
            WeakenTag(headers);
        }
    }

    // What has gone through a coding is not the same bytes, but means the same (RFC 9110 section 8.8.1).
    private static void WeakenTag(HeaderBlock headers)
    {
        if (headers.TryGet(KnownHeader.ETag, out var tag) && tag is [(byte)'"', ..] && tag.Length + 2 <= LongestField)
        {
            Span<byte> weak = stackalloc byte[tag.Length + 2];
            "W/"u8.CopyTo(weak);
            tag.CopyTo(weak[2..]);
            headers.Set(KnownHeader.ETag, weak);
        }
    }
}
