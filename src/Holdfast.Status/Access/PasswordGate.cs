namespace Holdfast.Status.Access;

/// <summary>
/// The one door to the slow hash: half of the cores at most compute it, a few requests wait, and the rest is told to come back, so that a
/// flood of sign-ins leaves the page what it needs.
/// </summary>
internal sealed class PasswordGate : IDisposable
{
    /// <summary>Requests that wait at most.</summary>
    private const int Waiting = 16;

    /// <summary>Longest wait.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim places = new(Math.Max(1, Environment.ProcessorCount / 2));
    private int waiting;

    /// <summary>Computes when there is room.</summary>
    /// <exception cref="StatusProblem">503: there is none.</exception>
    public async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref waiting) > Waiting || !await places.WaitAsync(Longest, cancellationToken).ConfigureAwait(false))
            {
                throw new StatusProblem(503, "too many people sign in at once; try again in a few seconds");
            }
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }

        try
        {
            return work();
        }
        finally
        {
            places.Release();
        }
    }

    public void Dispose() => places.Dispose();
}
