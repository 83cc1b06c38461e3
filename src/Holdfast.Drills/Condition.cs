using System.Diagnostics;

namespace Holdfast.Drills;

/// <summary>Waiting for what has to come true.</summary>
internal static class Condition
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks again and again until it holds.</summary>
    /// <param name="holds">The question.</param>
    /// <param name="what">What has to come true, for the message.</param>
    /// <param name="limit">How long to wait.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How long it took.</returns>
    /// <exception cref="DrillFailure">It does not hold in time.</exception>
    public static async Task<TimeSpan> HoldsAsync(Func<Task<bool>> holds, string what, TimeSpan limit, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (await holds())
            {
                return Stopwatch.GetElapsedTime(started);
            }

            if (Stopwatch.GetElapsedTime(started) > limit)
            {
                throw new DrillFailure($"{what}: not within {limit.TotalSeconds:0} s");
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }
}
