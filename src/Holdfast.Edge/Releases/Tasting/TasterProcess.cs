using System.Buffers.Binary;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Holdfast.Model.Releases;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Wire;

namespace Holdfast.Edge.Releases.Tasting;

/// <summary>One started taster. Its standard input and output are the conversation; when the edge dies the input ends, and so does it. One user at a time.</summary>
internal sealed partial class TasterProcess : IDisposable
{
    // How often the memory of a taster at work is looked at.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    // How long to wait for the last words of one that has ended.
    private static readonly TimeSpan LastWords = TimeSpan.FromMilliseconds(500);

    private const int MostErrorChars = 600;
    private const int MostErrorLines = 3;

    private readonly Process _process;
    private readonly TasterOptions _options;
    private readonly TimeProvider _time;
    private readonly StringBuilder _error = new();
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _errors;
    private Task<TasterFrame?>? _reading;
    private TasteVerdict?[] _verdicts = [];
    private int _begun;
    private bool _isTasting;
    private string? _killedFor;
    private bool _isDisposed;

    private TasterProcess(Process process, TasterOptions options, TimeProvider time)
    {
        _process = process;
        _options = options;
        _time = time;
        Id = process.Id;
        _errors = ReadErrorsAsync();
    }

    /// <summary>The process id.</summary>
    public int Id { get; }

    /// <summary>Starts a taster and waits until it tastes.</summary>
    /// <exception cref="TasterStartException">It cannot be started; the message says why.</exception>
    public static async Task<TasterProcess> StartAsync(TasterOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        TasterProcess taster;
        try
        {
            taster = new TasterProcess(Process.Start(StartInfo(options))!, options, time);
        }
        catch (Exception e) when (e is Win32Exception or IOException or UnauthorizedAccessException)
        {
            throw new TasterStartException($"{options.FileName} cannot be started: {e.Message}");
        }

        try
        {
            var read = await taster.NextAsync(options.StartTime, cancellationToken).ConfigureAwait(false);
            if (read is { Type: TasterFrameType.Ready, Content: { Length: 1 } content } && content.Span[0] == TasterFrame.Version)
            {
                return taster;
            }

            var why = read is not null
                ? "it is of another build; restart the edge"
                : await taster.EndAsync($"it did not begin within {options.StartTime.TotalSeconds:F0} s").ConfigureAwait(false);
            throw new TasterStartException($"the taster cannot be used: {why}");
        }
        catch
        {
            taster.Dispose();
            throw;
        }
    }

    /// <summary>Completes when the process has ended, or is <see cref="Leave">left</see>.</summary>
    public async Task EndedAsync(CancellationToken cancellationToken)
    {
        // Whoever waits for the exit of a process object that is disposed of waits for ever.
        await Task.WhenAny(_process.WaitForExitAsync(cancellationToken), _left.Task).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Says that it is not the one that is kept warm any more.</summary>
    public void Leave() => _left.TrySetResult();

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _isDisposed || _process.HasExited;

    /// <summary>Tastes releases, one after the other.</summary>
    /// <param name="releases">The releases.</param>
    /// <param name="patience">How long each may take.</param>
    /// <param name="cancellationToken">Gives up; the process is of no more use then.</param>
    public Task<TasteRound> TasteAsync(IReadOnlyList<Release> releases, TimeSpan patience, CancellationToken cancellationToken)
    {
        _verdicts = new TasteVerdict?[releases.Count];
        _begun = 0;
        _isTasting = false;
        _ = SendAsync(releases, cancellationToken);
        return GoOnAsync(patience, cancellationToken);
    }

    /// <summary>Goes on with a round that has run out of patience.</summary>
    public async Task<TasteRound> GoOnAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        while (true)
        {
            var frame = await NextAsync(patience, cancellationToken).ConfigureAwait(false);
            switch (frame?.Type)
            {
                case TasterFrameType.Begun when !_isTasting && _begun < _verdicts.Length:
                    _begun++;
                    _isTasting = true;
                    break;

                case TasterFrameType.Good when _isTasting && frame.Value.Content.Length == 16:
                    var cost = frame.Value.Content.Span;
                    Take(
                        TasteVerdict.Good with
                        {
                            Cost = (BinaryPrimitives.ReadInt64LittleEndian(cost), BinaryPrimitives.ReadInt64LittleEndian(cost[8..])),
                        }
                    );
                    break;

                case TasterFrameType.Refused when _isTasting:
                    Take(new TasteVerdict(TasteOutcome.Refused, Encoding.UTF8.GetString(frame.Value.Content.Span)));
                    break;

                case TasterFrameType.Settled when !_isTasting && _begun == _verdicts.Length:
                    return new TasteRound(_verdicts, TasteRound.Nobody, IsSettled: true, null);

                case null when _killedFor is null && !_process.HasExited && _reading is { IsCompleted: false }:
                    return Unsettled(null);

                default:
                    _killedFor ??= frame is null ? null : "it answered what makes no sense";
                    return Unsettled(await EndAsync("it ended").ConfigureAwait(false));
            }
        }
    }

    /// <summary>Ends it, whatever it is doing.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        Leave();
        Kill();
        _reading?.ContinueWith(static t => _ = t.Exception, TaskScheduler.Default);
        _process.Dispose();
    }

    private TasteRound Unsettled(string? end) => new(_verdicts, _isTasting ? _begun - 1 : TasteRound.Nobody, IsSettled: false, end);

    private void Take(TasteVerdict verdict)
    {
        _verdicts[_begun - 1] = verdict;
        _isTasting = false;
    }

    private async Task SendAsync(IReadOnlyList<Release> releases, CancellationToken cancellationToken)
    {
        var output = _process.StandardInput.BaseStream;
        try
        {
            foreach (var release in releases)
            {
                await TasterFrame
                    .WriteAsync(output, TasterFrameType.Candidate, ReleaseCodec.Encode(release), cancellationToken)
                    .ConfigureAwait(false);
            }

            await TasterFrame.WriteAsync(output, TasterFrameType.End, default, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Whoever reads its answers sees that it has ended.
        }
    }

    /// <summary>The next frame; null when it has ended, when there is none for too long, and when it takes too much memory.</summary>
    private async Task<TasterFrame?> NextAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        _reading ??= TasterFrame
            .ReadAsync(_process.StandardOutput.BaseStream, TasterFrame.MostReportBytes, CancellationToken.None)
            .AsTask();
        var since = _time.GetTimestamp();
        while (!_reading.IsCompleted)
        {
            var left = patience - _time.GetElapsedTime(since);
            if (left <= TimeSpan.Zero)
            {
                return null;
            }

            try
            {
                await _reading.WaitAsync(left < LookInterval ? left : LookInterval, _time, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                if (ResidentBytes() is var resident && resident > _options.ResidentBytes)
                {
                    _killedFor = string.Create(CultureInfo.InvariantCulture, $"it took {resident >> 20} MiB of memory");
                    Kill();
                }
            }
            catch (Exception e) when (e is IOException or InvalidDataException)
            {
                _killedFor ??= e is InvalidDataException ? e.Message : null;
                return null;
            }
        }

        if (!_reading.IsCompletedSuccessfully || _killedFor is not null)
        {
            return null;
        }

        var frame = await _reading.ConfigureAwait(false);
        _reading = frame is null ? _reading : null;
        return frame;
    }

    private long ResidentBytes()
    {
        try
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
        catch (InvalidOperationException)
        {
            // It has ended.
            return 0;
        }
    }

    private async Task<string> EndAsync(string otherwise)
    {
        if (_killedFor is null && !_process.HasExited)
        {
            // Its output ends a moment before it does.
            await Task.WhenAny(_process.WaitForExitAsync(), Task.Delay(LastWords)).ConfigureAwait(false);
        }

        var isKilled = !_process.HasExited;
        Kill();
        await Task.WhenAny(Task.WhenAll(_process.WaitForExitAsync(), _errors), Task.Delay(LastWords)).ConfigureAwait(false);
        string said;
        lock (_error)
        {
            // What it died of stands before where it died.
            var lines = _error.ToString().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            said = string.Join(' ', lines.TakeWhile(line => !line.StartsWith("at ", StringComparison.Ordinal)).Take(MostErrorLines));
        }

        return _killedFor
            ?? (isKilled ? otherwise : string.Create(CultureInfo.InvariantCulture, $"it ended with exit code {_process.ExitCode}"))
                + (said.Length > 0 ? $" ({said})" : "");
    }

    private void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    private async Task ReadErrorsAsync()
    {
        try
        {
            while (await _process.StandardError.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                lock (_error)
                {
                    if (_error.Length < MostErrorChars && line.Length > 0)
                    {
                        _error.Append(line.AsSpan(0, Math.Min(line.Length, MostErrorChars))).Append('\n');
                    }
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // What it said until then is enough.
        }
    }

    private static ProcessStartInfo StartInfo(TasterOptions options)
    {
        var start = new ProcessStartInfo(options.FileName, options.Arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // Tokens, and sockets that were handed over, are not its business.
        foreach (var name in start.Environment.Keys.Where(IsNotItsBusiness).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["DOTNET_GCHeapHardLimit"] = options.HeapBytes.ToString("x", CultureInfo.InvariantCulture);
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_gcConcurrent"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var (name, value) in options.Environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static bool IsNotItsBusiness(string name) =>
        name.StartsWith("HOLDFAST_", StringComparison.Ordinal)
        || name.StartsWith("OTEL_", StringComparison.Ordinal)
        || name.StartsWith("LISTEN_", StringComparison.Ordinal)
        || name is "NOTIFY_SOCKET";
}

/// <summary>What became of tasting several releases one after the other.</summary>
/// <param name="Verdicts">One for each; null for those that have none.</param>
/// <param name="Current">The one that was being tasted when the round ended, or <see cref="Nobody"/>.</param>
/// <param name="IsSettled">Whether the round is over and the process lives: only then do the verdicts hold.</param>
/// <param name="End">Why the process has ended; null when it lives, and has only taken too long.</param>
internal sealed record TasteRound(IReadOnlyList<TasteVerdict?> Verdicts, int Current, bool IsSettled, string? End)
{
    /// <summary>None was being tasted.</summary>
    public const int Nobody = -1;
}

/// <summary>There is no taster to be had; the message says why.</summary>
internal sealed class TasterStartException(string message) : Exception(message);
