using System.Net;
using System.Net.Http.Headers;

namespace Holdfast.Status.OutsideStatus;

/// <summary>What was read of a page, with what the next request names so that an unchanged page is not sent again (RFC 9110 section 13.1).</summary>
/// <param name="Tag">Its <c>ETag</c>, or null.</param>
/// <param name="ModifiedAt">Its <c>Last-Modified</c>, or null.</param>
/// <param name="Reading">What it said.</param>
internal sealed record OutsideCopy(EntityTagHeaderValue? Tag, DateTimeOffset? ModifiedAt, OutsideReading Reading);

/// <summary>Asks outside services' pages for what they say.</summary>
internal static class OutsideFetch
{
    private static readonly ProductInfoHeaderValue Agent = new("Holdfast-Status", "1.0");

    /// <summary>Asks once.</summary>
    /// <param name="client">It follows no redirections by itself.</param>
    /// <param name="target">The page's address.</param>
    /// <param name="known">What was read before, or null.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="FormatException">The page answers with something else, in words that people understand.</exception>
    /// <exception cref="HttpRequestException">It does not answer, or with more than <see cref="OutsideLimits.DocumentBytes"/>.</exception>
    /// <exception cref="System.Text.Json.JsonException">It begins as JSON and is none.</exception>
    public static async Task<OutsideCopy> ReadAsync(HttpClient client, Uri target, OutsideCopy? known, CancellationToken cancellationToken)
    {
        for (var followed = 0; ; followed++)
        {
            using var request = Request(target, known);
            using var response = await client
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
                .ConfigureAwait(false);
            switch (response.StatusCode)
            {
                case HttpStatusCode.OK:
                    await response.Content.LoadIntoBufferAsync(OutsideLimits.DocumentBytes, cancellationToken).ConfigureAwait(false);
                    var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
                    return new OutsideCopy(response.Headers.ETag, response.Content.Headers.LastModified, Read(body));
                case HttpStatusCode.NotModified when known is not null:
                    return known;
                case HttpStatusCode.MovedPermanently
                or HttpStatusCode.Found
                or HttpStatusCode.SeeOther
                or HttpStatusCode.TemporaryRedirect
                or HttpStatusCode.PermanentRedirect:
                    target = Next(target, response.Headers.Location, followed);
                    break;
                default:
                    throw new FormatException(FormattableString.Invariant($"status {(int)response.StatusCode}"));
            }
        }
    }

    /// <summary>Reads a document by its first letter: JSON or XML.</summary>
    private static OutsideReading Read(ReadOnlyMemory<byte> body)
    {
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        if (body.Span.StartsWith(mark))
        {
            body = body[mark.Length..];
        }

        var first = body.Span.TrimStart(" \t\r\n"u8);
        return first.IsEmpty ? throw new FormatException("it is empty")
            : first[0] == (byte)'<' ? OutsideXml.Read(body)
            : OutsideJson.Read(body);
    }

    private static HttpRequestMessage Request(Uri target, OutsideCopy? known)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, target);
        request.Headers.UserAgent.Add(Agent);
        if (known?.Tag is { } tag)
        {
            request.Headers.IfNoneMatch.Add(tag);
        }

        request.Headers.IfModifiedSince = known?.ModifiedAt;
        return request;
    }

    private static Uri Next(Uri from, Uri? location, int followed)
    {
        if (followed == OutsideLimits.Redirects)
        {
            throw new FormatException(FormattableString.Invariant($"it redirects more than {OutsideLimits.Redirects} times"));
        }

        var next = location is null ? throw new FormatException("it redirects to nowhere") : new Uri(from, location);
        if (next.Scheme != Uri.UriSchemeHttps && (next.Scheme != Uri.UriSchemeHttp || from.Scheme != Uri.UriSchemeHttp))
        {
            throw new FormatException($"it redirects to {next.Scheme}, which is not followed");
        }

        // Whoever has the page must not have this machine ask others in its place, of its own network least of all.
        return next.Host == from.Host || IsBelow(next.Host, from.Host) || IsBelow(from.Host, next.Host)
            ? next
            : throw new FormatException($"it redirects to another host, {next.Host}, which is not followed: watch that one if it is meant");
    }

    private static bool IsBelow(string host, string above) =>
        above.Contains('.') && host.EndsWith($".{above}", StringComparison.OrdinalIgnoreCase);
}
