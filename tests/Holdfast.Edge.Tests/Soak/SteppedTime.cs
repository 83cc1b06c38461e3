namespace Holdfast.Edge.Tests.Soak;

/// <summary>A calendar that stands still until the test moves it, in whole seconds; time limits run on the system's clock as ever.</summary>
internal sealed class SteppedTime : TimeProvider
{
    private long _seconds = 1_800_000_000;

    /// <summary>Seconds since 1970.</summary>
    public long Now => Interlocked.Read(ref _seconds);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(Now);

    /// <summary>Moves it.</summary>
    public void Advance(int seconds) => Interlocked.Add(ref _seconds, seconds);
}
