using Holdfast.Control.Audit;
using Holdfast.Control.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>The operators' sessions. A database that is found to hold expired ones drops them when somebody signs in.</summary>
internal sealed class SessionStore
{
    /// <summary>Use is written down at most this often.</summary>
    private static readonly TimeSpan UseWritten = TimeSpan.FromMinutes(1);

    private readonly ControlDatabase _database;
    private readonly TimeProvider _time;

    public SessionStore(ControlDatabase database, TimeProvider time)
    {
        _database = database;
        _time = time;
    }

    /// <summary>Opens a session for somebody who has proved who they are, unless something changed since then.</summary>
    /// <param name="session">The new session, its operator as they were when the proof was looked at.</param>
    /// <param name="hash">The hash of its token.</param>
    /// <param name="proof">What was used up.</param>
    /// <param name="audit">Gets what happened.</param>
    /// <param name="cancellationToken">Gives up before anything is written.</param>
    /// <returns>Whether it is open: no when the operator was changed meanwhile, or the code was used.</returns>
    public Task<bool> OpenAsync(
        StoredSession session,
        byte[] hash,
        SignInProof proof,
        AuditScope audit,
        CancellationToken cancellationToken
    ) =>
        _database.WriteAsync(
            audit,
            async context =>
            {
                var id = session.Operator.Id;
                var row = await context.Operators.SingleOrDefaultAsync(row => row.Id == id).ConfigureAwait(false);
                if (row is null || row.Generation != session.Operator.Generation || proof.TotpStep <= row.TotpStep)
                {
                    return false;
                }

                if (
                    proof.RecoveryCode is { } code
                    && await context
                        .RecoveryCodes.Where(other => other.OperatorId == id && other.Hash == code)
                        .ExecuteDeleteAsync()
                        .ConfigureAwait(false) != 1
                )
                {
                    return false;
                }

                row.TotpStep = proof.TotpStep ?? row.TotpStep;
                row.PasswordHash = proof.NewPasswordHash ?? row.PasswordHash;
                row.SignedInAt = session.CreatedAt;
                row.SignedInFrom = session.Address;
                await MakeRoomAsync(context, id, session.CreatedAt).ConfigureAwait(false);
                context.Sessions.Add(
                    new SessionRow
                    {
                        Id = session.Id,
                        OperatorId = id,
                        Hash = hash,
                        CreatedAt = session.CreatedAt,
                        UsedAt = session.UsedAt,
                        ExpiresAt = session.ExpiresAt,
                        Address = session.Address,
                    }
                );
                var shown = session.ToJson();
                shown["second_factor"] =
                    proof.TotpStep is not null ? "totp"
                    : proof.RecoveryCode is not null ? "recovery code"
                    : "none";
                audit.Record("session", session.Id, null, null, shown);
                return true;
            },
            cancellationToken
        );

    /// <summary>The session whose token has this hash, if it is still good; its use is written down.</summary>
    public async Task<StoredSession?> UseAsync(byte[] hash, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        var session = await _database
            .ReadAsync(async context =>
                await context.Sessions.SingleOrDefaultAsync(row => row.Hash == hash).ConfigureAwait(false) is { } row
                    ? await StoredAsync(context, row).ConfigureAwait(false)
                    : null
            )
            .ConfigureAwait(false);
        if (session is null || !session.IsGood(now))
        {
            return null;
        }

        if (now - session.UsedAt >= UseWritten)
        {
            await _database
                .WriteAsync(
                    context =>
                        context
                            .Sessions.Where(row => row.Id == session.Id)
                            .ExecuteUpdateAsync(change => change.SetProperty(row => row.UsedAt, now)),
                    cancellationToken
                )
                .ConfigureAwait(false);
        }

        return session;
    }

    /// <summary>A page of the sessions that are still good, newest first.</summary>
    /// <param name="operatorId">Whose, or null for everybody's.</param>
    /// <param name="skip">How many to leave out at the beginning.</param>
    /// <param name="take">How many to give at most.</param>
    public Task<(IReadOnlyList<StoredSession> Sessions, int Total)> ListAsync(string? operatorId, int skip, int take) =>
        _database.ReadAsync<(IReadOnlyList<StoredSession>, int)>(async context =>
        {
            var now = _time.GetUtcNow().UtcDateTime;
            var idleSince = now - StoredSession.Idle;
            var rows = context.Sessions.Where(row => row.ExpiresAt > now && row.UsedAt > idleSince);
            rows = operatorId is null ? rows : rows.Where(row => row.OperatorId == operatorId);
            var total = await rows.CountAsync().ConfigureAwait(false);
            var page = await rows.OrderByDescending(row => row.CreatedAt)
                .ThenBy(row => row.Id)
                .Skip(skip)
                .Take(take)
                .ToListAsync()
                .ConfigureAwait(false);
            var sessions = new List<StoredSession>();
            foreach (var row in page)
            {
                sessions.Add(await StoredAsync(context, row).ConfigureAwait(false));
            }

            return (sessions, total);
        });

    /// <summary>Ends a session.</summary>
    /// <param name="id">Which.</param>
    /// <param name="operatorId">Whose it must be, or null when anybody's will do.</param>
    /// <param name="audit">Gets what happened.</param>
    /// <param name="cancellationToken">Gives up before anything is written.</param>
    /// <returns>Whether there was one.</returns>
    public Task<bool> EndAsync(string id, string? operatorId, AuditScope audit, CancellationToken cancellationToken) =>
        _database.WriteAsync(
            audit,
            async context =>
            {
                var row = await context.Sessions.SingleOrDefaultAsync(row => row.Id == id).ConfigureAwait(false);
                if (row is null || (operatorId is not null && row.OperatorId != operatorId))
                {
                    return false;
                }

                audit.Record("session", id, null, (await StoredAsync(context, row).ConfigureAwait(false)).ToJson(), null);
                context.Sessions.Remove(row);
                return true;
            },
            cancellationToken
        );

    private static async Task MakeRoomAsync(ControlDbContext context, string operatorId, DateTime now)
    {
        var idleSince = now - StoredSession.Idle;
        await context.Sessions.Where(row => row.ExpiresAt <= now || row.UsedAt <= idleSince).ExecuteDeleteAsync().ConfigureAwait(false);
        var surplus = await context
            .Sessions.Where(row => row.OperatorId == operatorId)
            .OrderByDescending(row => row.UsedAt)
            .ThenBy(row => row.Id)
            .Skip(StoredSession.MaxPerOperator - 1)
            .ToListAsync()
            .ConfigureAwait(false);
        context.Sessions.RemoveRange(surplus);
    }

    private static async Task<StoredSession> StoredAsync(ControlDbContext context, SessionRow row) =>
        new()
        {
            Id = row.Id,
            Operator = await OperatorStore
                .StoredAsync(context, await context.Operators.SingleAsync(other => other.Id == row.OperatorId).ConfigureAwait(false))
                .ConfigureAwait(false),
            CreatedAt = row.CreatedAt,
            UsedAt = row.UsedAt,
            ExpiresAt = row.ExpiresAt,
            Address = row.Address,
        };
}
