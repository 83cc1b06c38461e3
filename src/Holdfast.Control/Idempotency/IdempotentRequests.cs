using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Control.Access;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Idempotency;

/// <summary>
/// The step that makes a POST with an <c>Idempotency-Key</c> happen once (draft-ietf-httpapi-idempotency-key-header): whoever repeats it
/// with the same credential, key, path and body gets the first one's answer. The key is written down before the request does anything, so
/// that a control that dies in between makes it happen at most once. An error changes nothing and is not kept.
/// </summary>
internal sealed class IdempotentRequests
{
    public const string Header = "Idempotency-Key";

    /// <summary>Tells that an answer is the first one's.</summary>
    public const string ReplayedHeader = "Idempotency-Replayed";

    private const int MaxKeyLength = 255;

    private readonly IdempotencyStore _store;
    private readonly ConcurrentDictionary<string, byte> _running = new();

    public IdempotentRequests(IdempotencyStore store)
    {
        _store = store;
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        HttpMethods.IsPost(context.Request.Method)
        && context.Items.ContainsKey(typeof(Caller))
        && context.Request.Headers.TryGetValue(Header, out var value)
            ? OnceAsync(context, next, KeyOf(value.ToString()))
            : next(context);

    private async Task OnceAsync(HttpContext context, RequestDelegate next, string key)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted).ConfigureAwait(false);
        var id = Digest(Caller.Of(context).CredentialId, key);
        body.Position = 0;
        var request = await RequestDigest.OfAsync(context.Request, body, context.RequestAborted).ConfigureAwait(false);
        var name = Convert.ToHexString(id);
        if (!_running.TryAdd(name, 0))
        {
            context.Response.Headers.RetryAfter = "1";
            throw Conflict("a request with this Idempotency-Key is being carried out; ask again in a moment");
        }

        try
        {
            if (await _store.BeginAsync(id, request, context.RequestAborted).ConfigureAwait(false) is { } known)
            {
                await ReplayAsync(context, known, request, SealedAnswer.KeyFor(context.Request, key), id).ConfigureAwait(false);
                return;
            }

            body.Position = 0;
            context.Request.Body = body;
            await CarryOutAsync(context, next, id, SealedAnswer.KeyFor(context.Request, key)).ConfigureAwait(false);
        }
        finally
        {
            _running.TryRemove(name, out _);
        }
    }

    private async Task CarryOutAsync(HttpContext context, RequestDelegate next, byte[] id, byte[] key)
    {
        var response = context.Response.Body;
        var aborted = context.RequestAborted;
        using var answer = new MemoryStream();

        // Whoever hangs up now is whoever will ask again: the request runs to its end, and its answer waits for them.
        context.RequestAborted = CancellationToken.None;
        context.Response.Body = answer;
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch
        {
            await _store.ForgetAsync(id).ConfigureAwait(false);
            throw;
        }
        finally
        {
            context.Response.Body = response;
            context.RequestAborted = aborted;
        }

        await (
            context.Response.StatusCode is >= 200 and < 300
                ? _store.CompleteAsync(id, SealedAnswer.Seal(context.Response, answer.ToArray(), key, id))
                : _store.ForgetAsync(id)
        ).ConfigureAwait(false);
        answer.Position = 0;
        await answer.CopyToAsync(response, aborted).ConfigureAwait(false);
    }

    private static async Task ReplayAsync(HttpContext context, KnownRequest known, byte[] request, byte[] key, byte[] id)
    {
        if (!CryptographicOperations.FixedTimeEquals(known.Request, request))
        {
            throw new ApiException(
                422,
                new ApiError(
                    ErrorCodes.IdempotencyKeyReused,
                    "this Idempotency-Key was used for another request; each request needs its own"
                )
            );
        }

        if (known.Answer is null)
        {
            throw Conflict(
                "a request with this Idempotency-Key was begun, and control ended before it was answered: look whether it was carried out, "
                    + "and use a new key if not"
            );
        }

        if (!SealedAnswer.TryOpen(known.Answer, key, id, out var answer))
        {
            throw Conflict(
                "the request with this Idempotency-Key was carried out; its answer is shown only to the secret that it was sent with"
            );
        }

        context.Response.Headers[ReplayedHeader] = "true";
        await answer.WriteAsync(context.Response, context.RequestAborted).ConfigureAwait(false);
    }

    private static string KeyOf(string value)
    {
        // A structured field's string has quotes; most clients send none.
        var key = value is ['"', .., '"'] ? value[1..^1] : value;
        return key.Length is > 0 and <= MaxKeyLength && key.All(c => c is > ' ' and <= '~')
            ? key
            : throw new ApiException(
                400,
                new ApiError(ErrorCodes.BadRequest, $"{Header} must be 1 to {MaxKeyLength} visible ASCII characters, such as a UUID")
            );
    }

    private static ApiException Conflict(string message) => new(409, new ApiError(ErrorCodes.Conflict, message));

    private static byte[] Digest(string first, string second) => SHA256.HashData(Encoding.UTF8.GetBytes($"{first}\n{second}"));
}
