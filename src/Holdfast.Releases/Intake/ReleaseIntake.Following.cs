using Holdfast.Model.Releases;

namespace Holdfast.Releases.Intake;

// How the feed is followed, message by message.
public sealed partial class ReleaseIntake
{
    /// <summary>Follows the feed for ever; lost connections are made again after a delay (<see cref="RetryDelay"/>).</summary>
    /// <param name="cancellationToken">Ends it; the task then completes without an exception.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var looking = _options.Rollout is { } rollout ? RunRolloutAsync(rollout, cancellationToken) : Task.CompletedTask;
        await FollowForEverAsync(cancellationToken).ConfigureAwait(false);
        await looking.ConfigureAwait(false);
    }

    private async Task FollowForEverAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(cancellationToken).ConfigureAwait(false);
                throw new IOException("the feed ended");
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                // Whatever the channel throws, the edge serves on with what it has and tries again.
                var retryIn = _delay.Next();
                Update(state => state with { Connected = false, LastError = e.Message });
                _options.Observer?.Lost(e, retryIn);
                await Task.Delay(retryIn, _options.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        Update(state => state with { Connected = false });
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var after = _state.Position;
        _progress.ReadFrom(after);
        _tasting.Forget();
        _options.Purges?.Connecting();
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var position = new FeedPosition(after, _options.Purges?.Position);
        var feed = _options.Feed.ReadAsync(position, reading.Token).GetAsyncEnumerator(reading.Token);
        Task<bool>? next = null;
        try
        {
            while (true)
            {
                next ??= feed.MoveNextAsync().AsTask();
                if (!next.IsCompleted)
                {
                    // What has come is dealt with while more is on its way.
                    await TasteAsync(cancellationToken).ConfigureAwait(false);
                    await Task.WhenAny(next, _tasting.Late ?? next).ConfigureAwait(false);
                    TakeLate();
                    if (!next.IsCompleted)
                    {
                        continue;
                    }
                }

                if (!await next.ConfigureAwait(false))
                {
                    return;
                }

                next = null;
                await TakeAsync(feed.Current, after, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            await reading.CancelAsync().ConfigureAwait(false);
            if (next is not null)
            {
                await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await feed.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask TakeAsync(FeedMessage message, long after, CancellationToken cancellationToken)
    {
        if (!_state.Connected)
        {
            _options.Observer?.Connected();
        }

        _delay.Reset();
        while (_released.TryDequeue(out var released))
        {
            _progress.Close(released);
        }

        if (message.Position < _progress.Newest)
        {
            // Control's database was restored or made anew: its positions mean something else now.
            _progress.Forget();
            Update(state => state with { Position = 0 });
            throw new IOException($"the feed is at {message.Position}, before position {after}; it is read again from its beginning");
        }

        _options.Purges?.Take(message);
        _progress.See(message.Position);
        if (message.Rehearsal is { } rehearsal)
        {
            _options.Rehearse?.Invoke(rehearsal);
            return;
        }

        if (message.Release is { } release)
        {
            var isTasted = IsTasted(release);
            if (!isTasted || !_tasting.HasRoomFor(release))
            {
                await TasteAsync(cancellationToken).ConfigureAwait(false);
            }

            _tasting.Add(message.Position, release);
            if (isTasted)
            {
                Update(state => state with { Connected = true, LastMessageAt = _options.Time.GetUtcNow() });
                return;
            }
        }
        else if (message.Problem is { } problem)
        {
            Update(state => state with { Refused = state.Refused + 1, LastError = problem });
        }

        await TasteAsync(cancellationToken).ConfigureAwait(false);
        ReadAgainWhatWasHeld();
        var isHeartbeat = message is { Release: null, Problem: null, Purge: null };
        if (isHeartbeat && _unknownKey is { } key && _options.Verifier.Believes(key))
        {
            _unknownKey = null;
            Update(state => state with { Position = 0 });
            throw new IOException($"key {key} is believed now: the feed is read again from its beginning");
        }

        if (isHeartbeat && _options.Purges is { HasMore: true })
        {
            throw new IOException("the key of purges that were refused is believed now: they are read again");
        }

        if (isHeartbeat)
        {
            SavePosition();
        }

        Update(state => state with { Position = _progress.Settled, Connected = true, LastMessageAt = _options.Time.GetUtcNow() });
        if (isHeartbeat && _progress.HasWaiting && _tasting.IsRetryDue)
        {
            throw new IOException("releases wait for the taster: they are read again");
        }

        if (_readAgain && (_readAgainAt is not { } last || _options.Time.GetElapsedTime(last) >= ReadAgainInterval))
        {
            _readAgain = false;
            _readAgainAt = _options.Time.GetTimestamp();
            Update(state => state with { Position = 0 });
            throw new IOException("a release on the disk is damaged: the feed is read again from its beginning");
        }
    }

    // A heartbeat follows every burst of releases: the position is written once for all of them, or now and then in a long one.
    private void SavePosition()
    {
        _sinceSaved = 0;
        lock (_gate)
        {
            if (_unknownKey is null && _options.Store.SavePosition(_progress.Settled) is { } unsaved)
            {
                _options.Observer?.StoreProblem(unsaved);
            }
        }
    }

    private bool IsTasted(Release release) =>
        _tasting.HasTaster && !release.Removed && _consumers.TryGetValue(release.Kind, out var consumer) && consumer.IsTasted;
}
