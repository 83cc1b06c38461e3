using Holdfast.Control.Audit;
using Holdfast.Control.Operators;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>The operators and their recovery codes. Every change and its audit entry are one transaction.</summary>
internal sealed class OperatorStore
{
    private readonly ControlDatabase _database;
    private readonly TimeProvider _time;

    public OperatorStore(ControlDatabase database, TimeProvider time)
    {
        _database = database;
        _time = time;
    }

    /// <summary>A page of operators by e-mail address.</summary>
    public Task<(IReadOnlyList<StoredOperator> Operators, int Total)> ListAsync(int skip, int take) =>
        _database.ReadAsync<(IReadOnlyList<StoredOperator>, int)>(async context =>
        {
            var total = await context.Operators.CountAsync().ConfigureAwait(false);
            var rows = await context.Operators.OrderBy(row => row.Email).Skip(skip).Take(take).ToListAsync().ConfigureAwait(false);
            var ids = rows.Select(row => row.Id).ToArray();
            var codes = await context
                .RecoveryCodes.Where(row => ids.Contains(row.OperatorId))
                .GroupBy(row => row.OperatorId)
                .Select(group => new { group.Key, Count = group.Count() })
                .ToDictionaryAsync(group => group.Key, group => group.Count)
                .ConfigureAwait(false);
            return ([.. rows.Select(row => Stored(row, codes.GetValueOrDefault(row.Id)))], total);
        });

    /// <summary>The operator of this id, or null.</summary>
    public Task<StoredOperator?> FindAsync(string id) =>
        _database.ReadAsync(async context =>
            await context.Operators.SingleOrDefaultAsync(row => row.Id == id).ConfigureAwait(false) is { } row
                ? await StoredAsync(context, row).ConfigureAwait(false)
                : null
        );

    /// <summary>The operator of this e-mail address (lower case), or null.</summary>
    public Task<StoredOperator?> FindByEmailAsync(string email) =>
        _database.ReadAsync(async context =>
            await context.Operators.SingleOrDefaultAsync(row => row.Email == email).ConfigureAwait(false) is { } row
                ? await StoredAsync(context, row).ConfigureAwait(false)
                : null
        );

    /// <exception cref="StorageConflictException">There is an operator of this e-mail address.</exception>
    public Task<StoredOperator> AddAsync(StoredOperator added, AuditScope audit, CancellationToken cancellationToken) =>
        _database.WriteAsync(
            audit,
            async context =>
            {
                if (await context.Operators.AnyAsync(row => row.Email == added.Email).ConfigureAwait(false))
                {
                    throw new StorageConflictException($"there is an operator {added.Email} already");
                }

                context.Operators.Add(
                    Fill(
                        new OperatorRow
                        {
                            Id = added.Id,
                            Email = "",
                            Name = "",
                            PasswordHash = "",
                        },
                        added
                    )
                );
                audit.Record("operator", added.Id, null, null, added.ToJson());
                return added;
            },
            cancellationToken
        );

    /// <summary>Changes an operator.</summary>
    /// <param name="id">Who.</param>
    /// <param name="generation">The generations that the caller knows, or null when any will do.</param>
    /// <param name="change">What is to be.</param>
    /// <param name="audit">Gets what changed.</param>
    /// <param name="cancellationToken">Gives up before anything is written.</param>
    /// <returns>The operator, or null when there is none.</returns>
    /// <exception cref="StaleGenerationException">It is at another generation.</exception>
    /// <exception cref="StorageConflictException">Somebody else has the new e-mail address.</exception>
    public Task<StoredOperator?> ChangeAsync(
        string id,
        KnownGenerations? generation,
        OperatorChange change,
        AuditScope audit,
        CancellationToken cancellationToken
    ) =>
        _database.WriteAsync(
            audit,
            async context =>
            {
                if (await context.Operators.SingleOrDefaultAsync(row => row.Id == id).ConfigureAwait(false) is not { } row)
                {
                    return null;
                }

                generation?.Require(row.Generation);

                var before = await StoredAsync(context, row).ConfigureAwait(false);
                var after = change.Apply(before);
                if (after == before && change.RecoveryCodes is null)
                {
                    return before;
                }

                if (
                    after.Email != before.Email
                    && await context.Operators.AnyAsync(other => other.Email == after.Email).ConfigureAwait(false)
                )
                {
                    throw new StorageConflictException($"there is an operator {after.Email} already");
                }

                if (change.EndsSessionsBut is { } kept)
                {
                    await context
                        .Sessions.Where(session => session.OperatorId == id && session.Id != kept)
                        .ExecuteDeleteAsync()
                        .ConfigureAwait(false);
                }

                if (change.RecoveryCodes is { } codes)
                {
                    await context.RecoveryCodes.Where(code => code.OperatorId == id).ExecuteDeleteAsync().ConfigureAwait(false);
                    context.RecoveryCodes.AddRange(codes.Select(hash => new RecoveryCodeRow { OperatorId = id, Hash = hash }));
                    after = after with { RecoveryCodesLeft = codes.Count };
                }

                after = after with { Generation = row.Generation + 1, ModifiedAt = _time.GetUtcNow().UtcDateTime };
                Fill(row, after);
                var shown = after.ToJson();
                shown["changed"] = change.What;
                audit.Record("operator", id, null, before.ToJson(), shown);
                return after;
            },
            cancellationToken
        );

    /// <summary>Removes an operator with their sessions.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="StaleGenerationException">It is at another generation.</exception>
    public Task<bool> RemoveAsync(string id, KnownGenerations? generation, AuditScope audit, CancellationToken cancellationToken) =>
        _database.WriteAsync(
            audit,
            async context =>
            {
                if (await context.Operators.SingleOrDefaultAsync(row => row.Id == id).ConfigureAwait(false) is not { } row)
                {
                    return false;
                }

                generation?.Require(row.Generation);

                audit.Record("operator", id, null, (await StoredAsync(context, row).ConfigureAwait(false)).ToJson(), null);
                context.Operators.Remove(row);
                return true;
            },
            cancellationToken
        );

    /// <summary>The operator in a row.</summary>
    internal static async Task<StoredOperator> StoredAsync(ControlDbContext context, OperatorRow row) =>
        Stored(row, await context.RecoveryCodes.CountAsync(code => code.OperatorId == row.Id).ConfigureAwait(false));

    private static OperatorRow Fill(OperatorRow row, StoredOperator from)
    {
        row.Email = from.Email;
        row.Name = from.Name;
        row.Role = (int)from.Role;
        row.Disabled = from.Disabled;
        row.Generation = from.Generation;
        row.PasswordHash = from.PasswordHash;
        row.TotpSecret = from.TotpSecret;
        row.TotpConfirmed = from.TotpConfirmed;
        row.TotpStep = from.TotpStep;
        row.ApiKeyHash = from.ApiKeyHash;
        row.CreatedAt = from.CreatedAt;
        row.ModifiedAt = from.ModifiedAt;
        return row;
    }

    private static StoredOperator Stored(OperatorRow row, int recoveryCodes) =>
        new()
        {
            Id = row.Id,
            Email = row.Email,
            Name = row.Name,
            Role = (OperatorRole)row.Role,
            Disabled = row.Disabled,
            Generation = row.Generation,
            PasswordHash = row.PasswordHash,
            TotpSecret = row.TotpSecret,
            TotpConfirmed = row.TotpConfirmed,
            TotpStep = row.TotpStep,
            ApiKeyHash = row.ApiKeyHash,
            RecoveryCodesLeft = recoveryCodes,
            SignedInAt = row.SignedInAt,
            SignedInFrom = row.SignedInFrom,
            CreatedAt = row.CreatedAt,
            ModifiedAt = row.ModifiedAt,
        };
}
