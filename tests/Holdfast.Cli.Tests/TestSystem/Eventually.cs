namespace Holdfast.Cli.Tests.TestSystem;

/// <summary>Waits for a condition, with a deadline.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static async Task<T> GetAsync<T>(Func<Task<T?>> attempt, string what)
        where T : class
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
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

    public static Task TrueAsync(Func<bool> condition, string what) => GetAsync(() => Task.FromResult(condition() ? "" : null), what);
}
