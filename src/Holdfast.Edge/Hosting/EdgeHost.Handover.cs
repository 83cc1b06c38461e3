namespace Holdfast.Edge.Hosting;

// How an edge gives its place to another process on the same sockets and the same data directory, and nobody is refused or cut off.
internal sealed partial class EdgeHost
{
    /// <summary>
    /// How long an edge that has handed over serves on when it is ordered to end: downloads, WebSockets and other streams that last longer are
    /// cut off.
    /// </summary>
    public static readonly TimeSpan LeavingTime = TimeSpan.FromSeconds(30);

    // How long connections may rest before they are closed. One that is used in that time is closed by the answer, which says so.
    private static readonly TimeSpan RestTime = TimeSpan.FromSeconds(10);

    private volatile bool _hasHandedOver;
    private volatile bool _isLeaving;

    /// <summary>Whether it has handed over, and tells its visitors to come by another connection.</summary>
    internal bool IsLeaving => _isLeaving;

    /// <summary>
    /// Gives up everything on the disk, so that a successor can have it: follows no feed, takes no commands, writes no release, no record, no
    /// response. It accepts and serves visitors as before, with what is in memory and what it can still read, until it is disposed.
    /// </summary>
    public async Task HandOverAsync()
    {
        _hasHandedOver = true;
        await _stopBackground.CancelAsync().ConfigureAwait(false);
        await _background.ConfigureAwait(false);
        _intake.Settle();
        if (_http3 is { } http3)
        {
            // Its socket is bound by the process itself: the successor needs the address.
            _http3 = null;
            await http3.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
            await http3.DisposeAsync().ConfigureAwait(false);
        }

        if (_management is { } management)
        {
            _management = null;
            await management.DisposeAsync().ConfigureAwait(false);
        }

        if (_disk is not null)
        {
            await _disk.DisposeAsync().ConfigureAwait(false);
        }

        _events?.HandOver();
        _ring.HandOver();
        _purges.Dispose();
        _store.HandOver();
    }

    // The successor accepts by now. Visitors learn by their next answer that they are to come again by another connection.
    private async Task LeaveAsync()
    {
        _isLeaving = true;
        using var enough = new CancellationTokenSource(LeavingTime, _options.Time);
        var stopping = _server.StopAsync(enough.Token);
        await Task.WhenAny(stopping, Task.Delay(RestTime, _options.Time, CancellationToken.None)).ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await stopping.ConfigureAwait(false);
    }
}
