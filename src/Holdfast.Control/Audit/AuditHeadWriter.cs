using System.Text.Json.Nodes;
using Holdfast.Control.Storage;
using Holdfast.Releases.Keys;
using Holdfast.Releases.Signing;
using Microsoft.Extensions.Logging;

namespace Holdfast.Control.Audit;

/// <summary>
/// Signs the audit log's head into <c>keys/audit.head</c>: at most once a second while entries are written, and once more when control
/// stops. At the start it compares the file with the log, and what does not fit is logged and becomes an entry itself.
/// </summary>
internal sealed class AuditHeadWriter
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ControlDatabase _database;
    private readonly AuditLog _log;
    private readonly ReleaseSigner _signer;
    private readonly VerificationKeys _trusted;
    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    // Whoever retires a key signs too, and of two who write the file at once one would find it gone.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private long _signed;

    public AuditHeadWriter(
        ControlDatabase database,
        AuditLog log,
        ReleaseSigner signer,
        VerificationKeys trusted,
        string path,
        TimeProvider time,
        ILogger logger
    )
    {
        _database = database;
        _log = log;
        _signer = signer;
        _trusted = trusted;
        _path = path;
        _time = time;
        _logger = logger;
    }

    /// <summary>Compares what was signed with what the log holds; what differs is written down, then the log goes on from there.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        AuditHead? head = null;
        string? problem = null;
        try
        {
            head = AuditHead.Load(_path);
            problem = head is null ? null : await ProblemAsync(head).ConfigureAwait(false);
        }
        catch (KeyFileException e)
        {
            problem = e.Message;
        }

        if (problem is not null)
        {
            ControlLog.AuditHeadDiffers(_logger, problem);
            var scope = AuditScope.System("audit-head-differs");
            scope.Record("audit_log", "", null, head?.ToJson(), new JsonObject { ["problem"] = problem });
            await _log.WriteAsync(scope, cancellationToken).ConfigureAwait(false);
        }

        await TrySignAsync().ConfigureAwait(false);
    }

    /// <summary>Signs until it is stopped, then once more.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false))
            {
                await SignIfNewAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await SignIfNewAsync().ConfigureAwait(false);
        }
    }

    private async Task<string?> ProblemAsync(AuditHead head)
    {
        if (!head.IsSignedBy(_trusted))
        {
            return $"{_path} is not signed by a trusted key";
        }

        var found = head.Sequence == 0 ? null : await _log.FindAsync(head.Sequence).ConfigureAwait(false);
        return head.Sequence == 0 || found?.Hash == head.Hash
            ? null
            : $"the audit log was signed at entry {head.Sequence}, which is {(found is null ? "missing" : "another one now")}";
    }

    private async Task SignIfNewAsync()
    {
        if (_database.AuditEntries != Interlocked.Read(ref _signed))
        {
            await TrySignAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Signs the head of now, with the key of now.</summary>
    /// <exception cref="KeyFileException">It cannot be written.</exception>
    /// <exception cref="StorageUnavailableException">The log cannot be read.</exception>
    public async Task SignAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            var seen = _database.AuditEntries;
            var last = await _log.LastAsync().ConfigureAwait(false);
            AuditHead.Sign(_signer.Key, last?.Sequence ?? 0, last?.Hash ?? AuditEntry.Beginning, _time.GetUtcNow()).Save(_path);
            Interlocked.Exchange(ref _signed, seen);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task TrySignAsync()
    {
        try
        {
            await SignAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is KeyFileException or StorageUnavailableException)
        {
            // The next round tries again; until then the older head vouches for less.
            ControlLog.AuditHeadNotSigned(_logger, e.Message);
        }
    }
}
