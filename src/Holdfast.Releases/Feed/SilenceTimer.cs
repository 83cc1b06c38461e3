namespace Holdfast.Releases.Feed;

/// <summary>Runs the steps of a conversation; each that takes longer than allowed ends in <see cref="TimeoutException"/>.</summary>
internal sealed class SilenceTimer : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly CancellationToken _outer;
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _either;

    public SilenceTimer(TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        _limit = limit;
        _outer = cancellationToken;
        _timer = new CancellationTokenSource(limit, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, cancellationToken);
    }

    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> step)
    {
        _timer.CancelAfter(_limit);
        try
        {
            return await step(_either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_timer.IsCancellationRequested && !_outer.IsCancellationRequested)
        {
            throw new TimeoutException($"control was silent for {_limit.TotalSeconds:0} s");
        }
        finally
        {
            _timer.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        _either.Dispose();
        _timer.Dispose();
    }
}
