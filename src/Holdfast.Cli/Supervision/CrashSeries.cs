namespace Holdfast.Cli.Supervision;

/// <summary>
/// Whether an edge that keeps dying is started as a plain forwarder, so that something always answers. By its second death within a minute the
/// edge itself goes back to releases that were good; when it dies twice more all the same, it is something else. One child's, used by one
/// task at a time.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class CrashSeries(TimeProvider time)
{
    /// <summary>Deaths in a row, each within <see cref="Near"/> of the one before, before the next start is in bypass.</summary>
    public const int Most = 4;

    /// <summary>How long after one death the next one belongs to it.</summary>
    public static readonly TimeSpan Near = TimeSpan.FromMinutes(1);

    /// <summary>How long an edge stays in bypass before it is tried without; doubled each time that it dies of that, up to <see cref="LongestBypass"/>.</summary>
    public static readonly TimeSpan FirstBypass = TimeSpan.FromMinutes(10);

    /// <summary>The longest time in bypass before it is tried without.</summary>
    public static readonly TimeSpan LongestBypass = TimeSpan.FromHours(2);

    private long? _last;
    private int _deaths;
    private bool _isTrial;
    private TimeSpan _stay = FirstBypass;

    /// <summary>Whether the next start is in bypass.</summary>
    public bool Bypasses { get; private set; }

    /// <summary>How long it is to stay so.</summary>
    public TimeSpan Stay => _stay;

    /// <summary>The child has died.</summary>
    public void Died()
    {
        var isNear = _last is { } last && time.GetElapsedTime(last) <= Near;
        _last = time.GetTimestamp();
        _deaths = isNear ? _deaths + 1 : 1;
        if (Bypasses)
        {
            // It dies in bypass too: there is nothing better to start.
            return;
        }

        if (_isTrial && isNear)
        {
            _stay = _stay * 2 > LongestBypass ? LongestBypass : _stay * 2;
            Bypasses = true;
        }
        else if (_deaths >= Most)
        {
            _stay = FirstBypass;
            Bypasses = true;
        }

        _isTrial = false;
    }

    /// <summary>A child has died before it was ready, or was not ready in time.</summary>
    public void FailedToStart()
    {
        if (_isTrial)
        {
            _last = time.GetTimestamp();
        }

        Died();
    }

    /// <summary>It is started without bypass again, by order or because it has stayed long enough. One death within a minute ends that.</summary>
    public void TryWithout()
    {
        _isTrial = Bypasses;
        Bypasses = false;
        _deaths = 0;
        _last = time.GetTimestamp();
    }
}
