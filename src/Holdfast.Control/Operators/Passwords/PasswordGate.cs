using Holdfast.Control.Envelope;

namespace Holdfast.Control.Operators.Passwords;

/// <summary>
/// The one door to the slow hash. Half of the cores at most compute it, a few requests wait, and the rest is told to come back: a flood
/// of sign-ins costs a known share of the machine and keeps a bounded tail. Safe to use from several threads.
/// </summary>
internal sealed class PasswordGate : IDisposable
{
    /// <summary>Requests that wait at most.</summary>
    public const int MaxWaiting = 16;

    /// <summary>Longest wait.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(3);

    private readonly SemaphoreSlim _slots = new(Math.Max(1, Environment.ProcessorCount / 2));
    private int _waiting;

    /// <summary>Computes when there is room.</summary>
    /// <param name="work">What takes the time.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="ApiException">There is no room: 503 with Retry-After.</exception>
    public async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        try
        {
            if (
                Interlocked.Increment(ref _waiting) > MaxWaiting
                || !await _slots.WaitAsync(MaxWait, cancellationToken).ConfigureAwait(false)
            )
            {
                throw ApiException.Busy("too many sign-ins at once; try again in a few seconds");
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        try
        {
            return work();
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _slots.Dispose();
}
