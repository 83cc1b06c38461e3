using System.Globalization;
using Holdfast.Control.Releases;
using Holdfast.Control.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Holdfast.Control.Envelope;

/// <summary>The outermost step: whatever goes wrong inside is answered in the envelope, and what is our fault is logged.</summary>
internal sealed class ErrorEnvelope
{
    private readonly RequestDelegate _next;
    private readonly ILogger _logger;

    public ErrorEnvelope(RequestDelegate next, ILogger logger)
    {
        _next = next;
        _logger = logger;
    }

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await _next(context).ConfigureAwait(false);
            if (!context.Response.HasStarted && context.Response.StatusCode is 404 or 405)
            {
                await RouteErrorAsync(context).ConfigureAwait(false);
            }
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone; nobody reads an answer.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            context.Response.Clear();
            await AnswerAsync(context, e).ConfigureAwait(false);
        }
    }

    private static Task RouteErrorAsync(HttpContext context) =>
        context.Response.StatusCode == 404
            ? ApiAnswer.ErrorAsync(context, 404, new ApiError(ErrorCodes.NoRoute, "No route for that URI"))
            : ApiAnswer.ErrorAsync(
                context,
                405,
                new ApiError(ErrorCodes.MethodNotAllowed, $"Method {context.Request.Method} not available for that URI.")
            );

    private Task AnswerAsync(HttpContext context, Exception error)
    {
        switch (error)
        {
            case ApiException known:
                if (known.RetryAfter is { } seconds)
                {
                    context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
                }

                return ApiAnswer.ErrorAsync(context, known.Status, known.Errors);
            case ArtifactInvalidException invalid:
                return AnswerAsync(context, ApiException.Invalid(invalid.Problems));
            case StorageConflictException conflict:
                return ApiAnswer.ErrorAsync(context, 409, new ApiError(ErrorCodes.Conflict, conflict.Message));
            case StaleGenerationException stale:
                return ApiAnswer.ErrorAsync(context, 412, new ApiError(ErrorCodes.PreconditionFailed, stale.Message));
            case BadHttpRequestException { StatusCode: 413 }:
                return ApiAnswer.ErrorAsync(context, 413, new ApiError(ErrorCodes.TooLarge, "the request's body is too large"));
            case BadHttpRequestException bad:
                return ApiAnswer.ErrorAsync(context, bad.StatusCode, new ApiError(ErrorCodes.BadRequest, bad.Message));
            case StorageUnavailableException unavailable:
                ControlLog.StorageUnavailable(_logger, unavailable);
                context.Response.Headers.RetryAfter = Random.Shared.Next(3, 9).ToString(CultureInfo.InvariantCulture);
                return ApiAnswer.ErrorAsync(
                    context,
                    503,
                    new ApiError(ErrorCodes.StorageUnavailable, $"{unavailable.ForCallers}; nothing was changed. The edges serve on")
                );
            default:
                ControlLog.RequestFailed(_logger, context.Request.Method, context.Request.Path, error);
                return ApiAnswer.ErrorAsync(context, 500, new ApiError(ErrorCodes.Internal, "control failed; its log says why"));
        }
    }
}
