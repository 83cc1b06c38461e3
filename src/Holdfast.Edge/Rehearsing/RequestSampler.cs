using System.Threading.Channels;
using Holdfast.Edge.Requests;
using Holdfast.Edge.Zones;

namespace Holdfast.Edge.Rehearsing;

/// <summary>
/// Keeps a sample of the requests that come. Almost every request finds that none is due, by two reads of memory that seldom changes; one that is
/// taken is copied on its own thread, and masked and written by another. What cannot be written is dropped and counted.
/// </summary>
internal sealed class RequestSampler : IAsyncDisposable
{
    private const int MostWaiting = 256;

    private readonly SampleOptions _options;
    private readonly Channel<PendingSample> _ended = Channel.CreateBounded<PendingSample>(
        new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true }
    );
    private readonly Task _writing;
    private readonly long _interval;
    private readonly long _zoneInterval;
    private long _next;
    private long _taken;
    private long _dropped;

    /// <summary>Samples into a ring; it stays the caller's.</summary>
    public RequestSampler(SampleRing ring, SampleOptions options)
    {
        _options = options;
        _interval = (long)options.Interval.TotalMilliseconds;
        _zoneInterval = (long)options.ZoneInterval.TotalMilliseconds;
        Ring = ring;
        _writing = WriteAsync();
    }

    /// <summary>Where samples are.</summary>
    public SampleRing Ring { get; }

    /// <summary>Requests that were written down since the start.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>Those that were to be and could not.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Takes a request down when one is due.</summary>
    /// <param name="request">The request, as its visitor sent it.</param>
    /// <param name="zone">Its zone.</param>
    public void Look(EdgeRequest request, ZoneRuntime zone)
    {
        var now = Environment.TickCount64;
        var next = Volatile.Read(ref _next);
        if (now < next || now < zone.Guard.NextSampleAt)
        {
            return;
        }

        // What another edge asks for, that edge has sampled.
        if (
            request.Lower is null
            && request.Head.ByteCount <= _options.HeadBytes
            && Interlocked.CompareExchange(ref _next, now + _interval, next) == next
        )
        {
            zone.Guard.NextSampleAt = now + _zoneInterval;
            request.Sample = new PendingSample(request, zone, _options.BodyBytes);
        }
    }

    /// <summary>A request that is sampled has ended.</summary>
    public void Ended(PendingSample sample)
    {
        if (!_ended.Writer.TryWrite(sample))
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    /// <summary>Writes what is waiting.</summary>
    public async ValueTask DisposeAsync()
    {
        _ended.Writer.TryComplete();
        await _writing.ConfigureAwait(false);
    }

    private async Task WriteAsync()
    {
        await foreach (var sample in _ended.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            Interlocked.Increment(ref Ring.Add(sample.End().Encode()) ? ref _taken : ref _dropped);
        }
    }
}
