using Holdfast.Model.Uplink;
using Holdfast.Releases.Feed;
using Holdfast.Releases.Intake;

namespace Holdfast.Releases.Uplink;

/// <summary>Carries the ring's records up, batch by batch, until it is cancelled; a failure is tried again after a delay.</summary>
public sealed class UplinkSender
{
    private readonly UplinkRing _ring;
    private readonly IEdgeUplink _uplink;
    private readonly TimeProvider _time;
    private readonly RetryDelay _delay;
    private volatile string? _lastError;

    /// <summary>A sender that has not begun.</summary>
    /// <param name="ring">What to send.</param>
    /// <param name="uplink">Where to.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Draws the delays between attempts.</param>
    public UplinkSender(UplinkRing ring, IEdgeUplink uplink, TimeProvider time, Random random)
    {
        _ring = ring;
        _uplink = uplink;
        _time = time;
        _delay = new RetryDelay(random);
    }

    /// <summary>Why the last attempt failed, or null when it did not.</summary>
    public string? LastError => _lastError;

    /// <summary>Sends for ever.</summary>
    /// <param name="cancellationToken">Ends it; the task then completes without an exception.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            IReadOnlyList<UplinkRecord> batch = [];
            try
            {
                await _ring.WaitAsync(cancellationToken).ConfigureAwait(false);
                batch = _ring.Peek();
                _ring.Trim(await _uplink.SendAsync(batch, cancellationToken).ConfigureAwait(false));
                _lastError = null;
                _delay.Reset();
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                // Whatever the channel throws, the records wait; only a batch that will never be taken is given up, so that the
                // others are not stuck behind it.
                _lastError = e.Message;
                if (e is ControlRefusedException { Permanent: true })
                {
                    _ring.Abandon(batch);
                }

                await Task.Delay(_delay.Next(), _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
