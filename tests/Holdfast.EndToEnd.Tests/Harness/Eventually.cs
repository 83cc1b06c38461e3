namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>Waits for a condition, with a deadline.</summary>
internal static class Eventually
{
    /// <summary>Ample for anything that a test waits for, on a loaded machine too.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks until there is a value.</summary>
    public static async Task<T> GetAsync<T>(Func<Task<T?>> attempt, string what)
        where T : class
    {
        using var timer = new PeriodicTimer(Interval);
        using var deadline = new CancellationTokenSource(Deadline);
        while (true)
        {
            if (await attempt() is { } value)
            {
                return value;
            }

            try
            {
                await timer.WaitForNextTickAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"not within {Deadline.TotalSeconds} s: {what}");
            }
        }
    }

    /// <summary>Asks until it is true.</summary>
    public static Task TrueAsync(Func<bool> condition, string what) => GetAsync(() => Task.FromResult(condition() ? "" : null), what);

    /// <summary>Asks until it is true.</summary>
    public static Task TrueAsync(Func<Task<bool>> condition, string what) => GetAsync(async () => await condition() ? "" : null, what);
}
