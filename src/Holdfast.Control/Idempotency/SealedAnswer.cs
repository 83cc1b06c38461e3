using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Idempotency;

/// <summary>
/// An answer at rest. It may show a secret that is shown once (a token), so it is encrypted with a key that is stored nowhere: it is
/// made from the idempotency key and the caller's own credential. Who has the database, and even the installation's keys, cannot read it.
/// </summary>
internal sealed record SealedAnswer(int Status, string? Tag, string Body)
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <summary>The key for the answers to whoever sends this credential and this idempotency key.</summary>
    public static byte[] KeyFor(HttpRequest request, string idempotencyKey) =>
        HKDF.DeriveKey(
            HashAlgorithmName.SHA256,
            Encoding.UTF8.GetBytes($"{request.Headers.Authorization}\n{request.Headers["X-Auth-Key"]}\n{idempotencyKey}"),
            32,
            info: "holdfast idempotent answer"u8.ToArray()
        );

    /// <summary>Seals an answer.</summary>
    /// <param name="response">Its status and entity tag.</param>
    /// <param name="body">Its body.</param>
    /// <param name="key">See <see cref="KeyFor"/>.</param>
    /// <param name="id">What it is an answer to, without which it cannot be opened.</param>
    public static byte[] Seal(HttpResponse response, byte[] body, byte[] key, byte[] id)
    {
        var tag = response.Headers.ETag.Count > 0 ? response.Headers.ETag.ToString() : null;
        var clear = JsonSerializer.SerializeToUtf8Bytes(new SealedAnswer(response.StatusCode, tag, Encoding.UTF8.GetString(body)));
        var box = new byte[NonceBytes + TagBytes + clear.Length];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(box.AsSpan(0, NonceBytes), clear, box.AsSpan(NonceBytes + TagBytes), box.AsSpan(NonceBytes, TagBytes), id);
        return box;
    }

    /// <summary>Opens an answer.</summary>
    /// <returns>False when another credential sealed it.</returns>
    public static bool TryOpen(byte[] box, byte[] key, byte[] id, [NotNullWhen(true)] out SealedAnswer? answer)
    {
        answer = null;
        if (box.Length < NonceBytes + TagBytes)
        {
            return false;
        }

        var clear = new byte[box.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(key, TagBytes);
        try
        {
            aes.Decrypt(box.AsSpan(0, NonceBytes), box.AsSpan(NonceBytes + TagBytes), box.AsSpan(NonceBytes, TagBytes), clear, id);
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }

        answer = JsonSerializer.Deserialize<SealedAnswer>(clear)!;
        return true;
    }

    /// <summary>Answers with it.</summary>
    public Task WriteAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        response.StatusCode = Status;
        response.ContentType = "application/json";
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        if (Tag is not null)
        {
            response.Headers.ETag = Tag;
        }

        return response.WriteAsync(Body, cancellationToken);
    }
}
