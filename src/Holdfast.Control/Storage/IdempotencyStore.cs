using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>The POSTs that were sent with an <c>Idempotency-Key</c>, for a day.</summary>
internal sealed class IdempotencyStore
{
    /// <summary>How long a key is known.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    /// <summary>Most keys that are known at a time; the oldest are forgotten first.</summary>
    public const int MaxKeys = 10_000;

    private readonly ControlDatabase _database;
    private readonly TimeProvider _time;
    private readonly int _maxKeys;

    /// <param name="database">Where they are kept.</param>
    /// <param name="time">The clock.</param>
    /// <param name="maxKeys">Most keys that are known at a time.</param>
    public IdempotencyStore(ControlDatabase database, TimeProvider time, int maxKeys = MaxKeys)
    {
        _database = database;
        _time = time;
        _maxKeys = maxKeys;
    }

    /// <summary>Writes down that a request begins, before it does anything.</summary>
    /// <param name="id">Who sends it with which key.</param>
    /// <param name="request">What it asks for.</param>
    /// <param name="cancellationToken">Gives up before anything is written.</param>
    /// <returns>Null when it is new; otherwise what is known of the first one.</returns>
    public Task<KnownRequest?> BeginAsync(byte[] id, byte[] request, CancellationToken cancellationToken) =>
        _database.WriteAsync(
            async context =>
            {
                var now = _time.GetUtcNow().UtcDateTime;
                var oldest = now - Kept;
                await context
                    .IdempotencyKeys.Where(row => row.CreatedAt <= oldest)
                    .ExecuteDeleteAsync(cancellationToken)
                    .ConfigureAwait(false);
                if (
                    await context.IdempotencyKeys.SingleOrDefaultAsync(row => row.Id == id, cancellationToken).ConfigureAwait(false) is
                    { } known
                )
                {
                    return new KnownRequest(known.Request, known.Answer);
                }

                if (await context.IdempotencyKeys.CountAsync(cancellationToken).ConfigureAwait(false) >= _maxKeys)
                {
                    await context
                        .IdempotencyKeys.OrderBy(row => row.CreatedAt)
                        .Take(Math.Max(1, _maxKeys / 10))
                        .ExecuteDeleteAsync(cancellationToken)
                        .ConfigureAwait(false);
                }

                context.IdempotencyKeys.Add(
                    new IdempotencyRow
                    {
                        Id = id,
                        Request = request,
                        CreatedAt = now,
                    }
                );
                return null;
            },
            cancellationToken
        );

    /// <summary>Keeps the answer.</summary>
    public Task<int> CompleteAsync(byte[] id, byte[] answer) =>
        _database.WriteAsync(
            context =>
                context.IdempotencyKeys.Where(row => row.Id == id).ExecuteUpdateAsync(set => set.SetProperty(row => row.Answer, answer)),
            CancellationToken.None
        );

    /// <summary>Forgets a request that did nothing, so that it can be sent again.</summary>
    public Task<int> ForgetAsync(byte[] id) =>
        _database.WriteAsync(context => context.IdempotencyKeys.Where(row => row.Id == id).ExecuteDeleteAsync(), CancellationToken.None);
}

/// <summary>What is known of a request.</summary>
/// <param name="Request">What it asked for.</param>
/// <param name="Answer">Its answer, sealed; null when it got none.</param>
internal sealed record KnownRequest(byte[] Request, byte[]? Answer);
