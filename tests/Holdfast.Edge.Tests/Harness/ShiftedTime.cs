namespace Holdfast.Edge.Tests.Harness;

/// <summary>The system's time, moved forward by the test: timers run as they do, and what looks at the clock sees it jump.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    private long _offset;

    public override long GetTimestamp() => System.GetTimestamp() + Interlocked.Read(ref _offset);

    public override DateTimeOffset GetUtcNow() =>
        System.GetUtcNow() + TimeSpan.FromSeconds((double)Interlocked.Read(ref _offset) / TimestampFrequency);

    /// <summary>Moves the clock.</summary>
    public void Advance(TimeSpan step) => Interlocked.Add(ref _offset, (long)(step.TotalSeconds * TimestampFrequency));

    /// <summary>Moves the clock until the task is done: what it waits for may begin to wait a moment after the test looks.</summary>
    public async Task AdvanceUntilAsync(Task task, TimeSpan step)
    {
        for (var i = 0; i < 40 && !task.IsCompleted; i++)
        {
            Interlocked.Add(ref _offset, (long)(step.TotalSeconds * TimestampFrequency));
            await Task.WhenAny(task, Task.Delay(TimeSpan.FromMilliseconds(500)));
        }

        await task.WaitAsync(TimeSpan.FromSeconds(60));
    }
}
