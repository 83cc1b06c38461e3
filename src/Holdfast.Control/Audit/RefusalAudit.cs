using System.Text.Json.Nodes;
using Holdfast.Control.Envelope;
using Holdfast.Control.Operations;
using Holdfast.Control.Storage;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Audit;

/// <summary>
/// Writes refused sign-ins and refused permissions into the audit log, a bounded number a minute: whoever knocks a thousand times a
/// second must not fill the disk. How many were left out stands in the next entry. Safe to use from several threads.
/// </summary>
internal sealed class RefusalAudit
{
    /// <summary>Most entries a minute.</summary>
    public const int PerMinute = 20;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly AuditLog _log;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private long _begun;
    private int _written;
    private long _leftOut;

    public RefusalAudit(AuditLog log, TimeProvider time)
    {
        _log = log;
        _time = time;
        _begun = time.GetTimestamp();
    }

    /// <summary>The step around authentication and permission: what they refuse with 401 or 403 is written down, and answered as before.</summary>
    public async Task WatchAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context).ConfigureAwait(false);
            await NoteAsync(context, context.Response.StatusCode).ConfigureAwait(false);
        }
        catch (ApiException refusal)
        {
            await NoteAsync(context, refusal.Status).ConfigureAwait(false);
            throw;
        }
    }

    private async Task NoteAsync(HttpContext context, int status)
    {
        // A route that is no operation is a channel to the edges; what they are refused is in the program's log.
        var isChannel = context.GetEndpoint() is { } route && route.Metadata.GetMetadata<ApiOperation>() is null;
        if (status is 401 or 403 && !isChannel && MayWrite(out var leftOut))
        {
            await WriteAsync(context, status, leftOut).ConfigureAwait(false);
        }
    }

    private async Task WriteAsync(HttpContext context, int status, long leftOut)
    {
        var path = context.Request.Path.Value ?? "/";
        var after = new JsonObject
        {
            ["method"] = context.Request.Method,
            ["path"] = path.Length > 200 ? path[..200] : path,
            ["status"] = status,
        };
        if (leftOut > 0)
        {
            after["left_out_before"] = leftOut;
        }

        var scope = AuditScope.Of(context);
        scope.Record("request", "", null, null, after);
        try
        {
            await _log.WriteRefusalAsync(scope, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StorageUnavailableException)
        {
            // The refusal stands whether or not it could be written down.
            CountLeftOut();
        }
    }

    private void CountLeftOut()
    {
        lock (_gate)
        {
            _leftOut++;
        }
    }

    private bool MayWrite(out long leftOut)
    {
        lock (_gate)
        {
            if (_time.GetElapsedTime(_begun) >= Minute)
            {
                _begun = _time.GetTimestamp();
                _written = 0;
            }

            leftOut = _leftOut;
            if (_written >= PerMinute)
            {
                _leftOut++;
                return false;
            }

            _written++;
            _leftOut = 0;
            return true;
        }
    }
}
