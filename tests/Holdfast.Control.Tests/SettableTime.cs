namespace Holdfast.Control.Tests;

/// <summary>A clock that stands at a whole second and moves when the test says so; timers run as they do.</summary>
internal sealed class SettableTime : TimeProvider
{
    private long _seconds = System.GetUtcNow().ToUnixTimeSeconds();

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(Interlocked.Read(ref _seconds));

    public void Advance(TimeSpan time) => Interlocked.Add(ref _seconds, (long)time.TotalSeconds);
}
