using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Holdfast.Control.Idempotency;

/// <summary>
/// What a request asks for, in 32 bytes: its path, its query and its body. Of a form in parts it is what the parts are called and what is in
/// them: the boundary between them is drawn anew by each client each time, and a file's name on its sender's disk means nothing here.
/// </summary>
internal static class RequestDigest
{
    // As many as the form's reader takes; what has more is refused later, whatever its digest.
    private const int MostParts = 1_024;

    // As of the form's reader.
    private const int MostBoundaryCharacters = 128;

    /// <param name="request">The request.</param>
    /// <param name="body">Its body, from the beginning; where it is read up to afterwards is not said.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<byte[]> OfAsync(HttpRequest request, MemoryStream body, CancellationToken cancellationToken)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(digest, Encoding.UTF8.GetBytes(request.Path + request.QueryString));
        if (
            Boundary(request) is not { } boundary
            || await PartsAsync(body, boundary, cancellationToken).ConfigureAwait(false) is not { } parts
        )
        {
            Append(digest, body.GetBuffer().AsSpan(0, (int)body.Length));
            return digest.GetHashAndReset();
        }

        foreach (var (name, content) in parts)
        {
            Append(digest, Encoding.UTF8.GetBytes(name));
            Append(digest, content);
        }

        return digest.GetHashAndReset();
    }

    private static string? Boundary(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
        && HeaderUtilities.RemoveQuotes(type.Boundary) is { Length: > 0 and <= MostBoundaryCharacters } boundary
            ? boundary.ToString()
            : null;

    /// <returns>Null when it is no such form: then it is refused later, and all of its bytes are what was asked for.</returns>
    private static async Task<List<(string Name, byte[] Content)>?> PartsAsync(
        MemoryStream body,
        string boundary,
        CancellationToken cancellationToken
    )
    {
        var parts = new List<(string, byte[])>();
        var reader = new MultipartReader(boundary, body);
        try
        {
            while (await reader.ReadNextSectionAsync(cancellationToken).ConfigureAwait(false) is { } section)
            {
                if (section.GetContentDispositionHeader() is not { } disposition || parts.Count == MostParts)
                {
                    return null;
                }

                using var content = new MemoryStream();
                await section.Body.CopyToAsync(content, cancellationToken).ConfigureAwait(false);
                parts.Add((HeaderUtilities.RemoveQuotes(disposition.Name).ToString(), content.ToArray()));
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            return null;
        }

        return parts;
    }

    // With its length, so that what is next to it cannot be taken for a part of it.
    private static void Append(IncrementalHash digest, ReadOnlySpan<byte> bytes)
    {
        digest.AppendData(BitConverter.GetBytes(bytes.Length));
        digest.AppendData(bytes);
    }
}
