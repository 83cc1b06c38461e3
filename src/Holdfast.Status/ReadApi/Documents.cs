using System.Collections.Concurrent;
using System.IO.Compression;
using System.Security.Cryptography;
using Holdfast.Status.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Holdfast.Status.ReadApi;

/// <summary>
/// What was rendered, kept until the page changes or the text is too old to say the time: a crowd costs one rendering, one compression, and
/// then copies. Conditional requests (RFC 9110 section 13) are answered 304.
/// </summary>
internal sealed class Documents(StatusStore store, TimeProvider time)
{
    /// <summary>How old a rendering may be: texts such as today's uptime move with the clock.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromSeconds(30);

    /// <summary>Renderings kept; more paths than that are asked for by nobody who reads.</summary>
    private const int Kept = 500;

    /// <summary>Bytes from which on a body is compressed.</summary>
    private const int Compressed = 512;

    private readonly ConcurrentDictionary<string, Rendering> renderings = new(StringComparer.Ordinal);

    /// <summary>Answers with a document.</summary>
    /// <param name="context">The request.</param>
    /// <param name="name">What is rendered, unique among all documents.</param>
    /// <param name="contentType">Its media type.</param>
    /// <param name="render">Renders it from what the page says now; null when there is no such document.</param>
    public async Task AnswerAsync(
        HttpContext context,
        string name,
        string contentType,
        Func<StatusSnapshot, DateTimeOffset, ValueTask<byte[]?>> render
    )
    {
        var now = time.GetUtcNow();
        var snapshot = store.Current;
        if (
            !renderings.TryGetValue(name, out var rendering)
            || rendering.Version != snapshot.Version
            || now - rendering.At >= Age
            || now < rendering.At
        )
        {
            if (await render(snapshot, now).ConfigureAwait(false) is not { } body)
            {
                throw StatusProblem.Missing("page", name);
            }

            if (renderings.Count >= Kept)
            {
                renderings.Clear();
            }

            rendering = new Rendering(snapshot.Version, now, body);
            renderings[name] = rendering;
        }

        var encoding = Encoding(context.Request, rendering.Body.Length);
        var headers = context.Response.Headers;
        headers.ETag = rendering.Tag(encoding);
        headers.CacheControl = "public, max-age=15, stale-if-error=86400";
        headers.Vary = "Accept-Encoding";
        headers.ContentType = contentType;
        if (Matches(context.Request, headers.ETag!))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var bytes = rendering.Bytes(encoding);
        if (encoding is not null)
        {
            headers.ContentEncoding = encoding;
        }

        context.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
        }
    }

    private static string? Encoding(HttpRequest request, int length)
    {
        if (length < Compressed || !StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out var accepted))
        {
            return null;
        }

        bool Accepts(string coding) =>
            accepted.Any(one => one.Value.Equals(coding, StringComparison.OrdinalIgnoreCase) && one.Quality != 0);
        return Accepts("br") ? "br"
            : Accepts("gzip") ? "gzip"
            : null;
    }

    private static bool Matches(HttpRequest request, string tag)
    {
        if (!EntityTagHeaderValue.TryParseList(request.Headers.IfNoneMatch, out var tags))
        {
            return false;
        }

        var own = EntityTagHeaderValue.Parse(tag);
        return tags.Any(one => one.Equals(EntityTagHeaderValue.Any) || one.Compare(own, useStrongComparison: false));
    }

    private sealed class Rendering(long version, DateTimeOffset at, byte[] body)
    {
        private readonly string digest = Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, 12));
        private byte[]? brotli;
        private byte[]? gzip;

        public long Version => version;
        public DateTimeOffset At => at;
        public byte[] Body => body;

        public string Tag(string? encoding) => encoding is null ? $"\"{digest}\"" : $"\"{digest}-{encoding}\"";

        public byte[] Bytes(string? encoding) =>
            encoding switch
            {
                "br" => brotli ??= Compress(stream => new BrotliStream(stream, CompressionLevel.Optimal)),
                "gzip" => gzip ??= Compress(stream => new GZipStream(stream, CompressionLevel.Optimal)),
                _ => body,
            };

        private byte[] Compress(Func<Stream, Stream> around)
        {
            using var buffer = new MemoryStream();
            using (var stream = around(buffer))
            {
                stream.Write(body);
            }

            return buffer.ToArray();
        }
    }
}
