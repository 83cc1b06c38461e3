using System.Text.Json;
using Holdfast.Control.Access;
using Holdfast.Control.Audit;
using Holdfast.Control.Tokens;
using Holdfast.Releases.Intake;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>
/// The tokens on disk, and the table in memory that requests are checked against. A change is committed, then shown in the table, both
/// under one lock: the table is never older than the last change that was acknowledged.
/// </summary>
internal sealed class TokenStore : IDisposable
{
    /// <summary>Ids in one statement; SQLite takes 32,766 parameters.</summary>
    private const int Chunk = 1_000;

    private readonly ControlDatabase _database;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _changing = new(1, 1);

    public TokenStore(ControlDatabase database, TimeProvider time)
    {
        _database = database;
        _time = time;
    }

    /// <summary>What requests are checked against. Empty until <see cref="LoadAsync"/>.</summary>
    public TokenTable Table { get; } = new();

    /// <summary>Fills the table.</summary>
    /// <returns>When each token was last used.</returns>
    public async Task<IReadOnlyDictionary<string, DateTime>> LoadAsync()
    {
        var rows = await _database
            .ReadAsync(async context => await context.Tokens.ToListAsync().ConfigureAwait(false))
            .ConfigureAwait(false);
        Table.Load([.. rows.Select(Token)]);
        return rows.Where(row => row.LastUsedAt is not null).ToDictionary(row => row.Id, row => row.LastUsedAt!.Value);
    }

    /// <summary>Adds a token.</summary>
    public Task<ApiToken> AddAsync(ApiToken token, AuditScope audit, CancellationToken cancellationToken) =>
        ChangingAsync(
            async () =>
            {
                await _database
                    .WriteAsync(
                        audit,
                        context =>
                        {
                            context.Tokens.Add(Fill(Row(token), token));
                            audit.Record("token", token.Id, null, null, TokenJson.ForAudit(token));
                            return Task.FromResult(0);
                        },
                        cancellationToken
                    )
                    .ConfigureAwait(false);
                Table.Put(token);
                return token;
            },
            cancellationToken
        );

    /// <summary>Changes a token.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="owner">Whose it must be.</param>
    /// <param name="generation">The generations that the caller knows, or null when any will do.</param>
    /// <param name="change">Gives it as it shall be, null to remove it, the same to leave it; from it and all the others.</param>
    /// <param name="audit">Whose change it is.</param>
    /// <param name="cancellationToken">Gives up before anything is written.</param>
    /// <returns>Whether there was one, and what became of it.</returns>
    /// <exception cref="StaleGenerationException">It is at another generation.</exception>
    public Task<(bool Found, ApiToken? Token)> ChangeAsync(
        string id,
        TokenOwner owner,
        KnownGenerations? generation,
        Func<ApiToken, IEnumerable<ApiToken>, ApiToken?> change,
        AuditScope audit,
        CancellationToken cancellationToken
    ) =>
        ChangingAsync(
            async () =>
            {
                if (Table.WithId(id) is not { } before || before.Owner != owner)
                {
                    return (false, null);
                }

                generation?.Require(before.Generation);

                var after = change(before, Table.All.Where(token => token.Id != id));
                if (ReferenceEquals(after, before))
                {
                    return (true, before);
                }

                after = after is null
                    ? null
                    : after with
                    {
                        Generation = before.Generation + 1,
                        ModifiedOn = _time.GetUtcNow().UtcDateTime,
                    };
                await SaveAsync(before, after, audit, cancellationToken).ConfigureAwait(false);
                if (after is null)
                {
                    Table.Remove(id);
                }
                else
                {
                    Table.Put(after);
                }

                return (true, after);
            },
            cancellationToken
        );

    /// <summary>Writes when tokens were last used, all in one transaction; those that are gone are passed over.</summary>
    public Task WriteUseAsync(IReadOnlyDictionary<string, DateTime> used) =>
        _database.WriteAsync(
            async context =>
            {
                foreach (var ids in used.Keys.Chunk(Chunk))
                {
                    foreach (var row in await context.Tokens.Where(row => ids.Contains(row.Id)).ToListAsync().ConfigureAwait(false))
                    {
                        row.LastUsedAt = used[row.Id];
                    }
                }

                return 0;
            },
            CancellationToken.None
        );

    public void Dispose() => _changing.Dispose();

    private Task<int> SaveAsync(ApiToken before, ApiToken? after, AuditScope audit, CancellationToken cancellationToken) =>
        _database.WriteAsync(
            audit,
            async context =>
            {
                var row = await context.Tokens.SingleAsync(row => row.Id == before.Id).ConfigureAwait(false);
                audit.Record("token", before.Id, null, TokenJson.ForAudit(before), after is null ? null : TokenJson.ForAudit(after));
                if (after is null)
                {
                    context.Tokens.Remove(row);
                }
                else
                {
                    Fill(row, after);
                }

                return 0;
            },
            cancellationToken
        );

    private async Task<T> ChangingAsync<T>(Func<Task<T>> change, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await change().ConfigureAwait(false);
        }
        finally
        {
            _changing.Release();
        }
    }

    private static TokenRow Row(ApiToken token) =>
        new()
        {
            Id = token.Id,
            Owner = (int)token.Owner,
            Name = token.Name,
            Hash = token.Hash,
            CreatedAt = token.IssuedOn,
        };

    private static TokenRow Fill(TokenRow row, ApiToken token)
    {
        row.Name = token.Name;
        row.Hash = token.Hash;
        row.Policies = token.IsAdmin ? null : PolicyJson.Write(token.Policies).ToJsonString();
        row.Condition = ConditionJson.Write(token.Bounds.Addresses)?.ToJsonString();
        row.Disabled = token.IsDisabled;
        row.NotBefore = token.NotBefore;
        row.ExpiresOn = token.Bounds.ExpiresOn;
        row.ModifiedAt = token.ModifiedOn;
        row.Generation = token.Generation;
        return row;
    }

    private static ApiToken Token(TokenRow row)
    {
        // A token whose policies or condition this build cannot read is off: to leave out what denies would let it do more.
        var problems = new List<ArtifactProblem>();
        using var policies = JsonDocument.Parse(row.Policies ?? "null");
        using var condition = JsonDocument.Parse(row.Condition ?? "null");
        var written = row.Policies is null ? [] : PolicyJson.Read(policies.RootElement, "/policies", null, problems);
        var addresses = ConditionJson.Read(condition.RootElement, "/condition", problems);
        return new ApiToken
        {
            Id = row.Id,
            Owner = (TokenOwner)row.Owner,
            Name = row.Name,
            Hash = row.Hash,
            IsAdmin = row.Policies is null,
            Policies = written,
            IsDisabled = row.Disabled || problems.Count > 0,
            NotBefore = row.NotBefore,
            Bounds = new CredentialBounds(row.ExpiresOn, addresses),
            IssuedOn = row.CreatedAt,
            ModifiedOn = row.ModifiedAt,
            Generation = row.Generation,
        };
    }
}
