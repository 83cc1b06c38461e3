using System.Collections.Concurrent;
using Holdfast.Control.Storage;
using Microsoft.Extensions.Logging;

namespace Holdfast.Control.Tokens;

/// <summary>
/// When each token was last used: noted in memory with every request, written once a minute for all that were used, and when control
/// stops. A crash loses at most the last minute of it.
/// </summary>
internal sealed class TokenUse : IAsyncDisposable
{
    /// <summary>How often uses are written.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly TokenStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, DateTime> _last = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _unwritten = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private Task _writing = Task.CompletedTask;

    public TokenUse(TokenStore store, TimeProvider time, ILogger logger)
    {
        _store = store;
        _time = time;
        _logger = logger;
    }

    /// <summary>Takes what the database knows, and writes from now on.</summary>
    public void Start(IReadOnlyDictionary<string, DateTime> known)
    {
        foreach (var (id, time) in known)
        {
            _last.TryAdd(id, time);
        }

        _writing = WriteAsync();
    }

    /// <summary>Notes that a token is used now.</summary>
    public void Note(string id)
    {
        _last[id] = _time.GetUtcNow().UtcDateTime;
        _unwritten.TryAdd(id, 0);
    }

    /// <summary>When a token was last used, or null.</summary>
    public DateTime? Last(string id) => _last.TryGetValue(id, out var time) ? time : null;

    /// <summary>Forgets a token that is no more.</summary>
    public void Forget(string id)
    {
        _unwritten.TryRemove(id, out _);
        _last.TryRemove(id, out _);
    }

    /// <summary>Ends, and writes what is left.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _writing.ConfigureAwait(false);
        await FlushAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task WriteAsync()
    {
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
            {
                await FlushAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Control stops; what is left is written by the one who stops it.
        }
    }

    private async Task FlushAsync()
    {
        var used = new Dictionary<string, DateTime>(StringComparer.Ordinal);
        foreach (var id in _unwritten.Keys)
        {
            // Unmarked before it is read: a use in between marks it again and is written the next time.
            _unwritten.TryRemove(id, out _);
            if (_last.TryGetValue(id, out var time))
            {
                used[id] = time;
            }
        }

        if (used.Count == 0)
        {
            return;
        }

        try
        {
            await _store.WriteUseAsync(used).ConfigureAwait(false);
        }
        catch (Exception e) when (e is StorageUnavailableException or StorageConflictException)
        {
            ControlLog.StorageUnavailable(_logger, e);
            foreach (var id in used.Keys)
            {
                _unwritten.TryAdd(id, 0);
            }
        }
    }
}
