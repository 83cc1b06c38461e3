using System.Text.Json.Nodes;
using Holdfast.Artifacts;
using Holdfast.Control.Audit;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>Who this installation is, and the hashes of the tokens that it believes.</summary>
internal sealed class InstallationStore
{
    private readonly ControlDatabase _database;
    private readonly TimeProvider _time;

    public InstallationStore(ControlDatabase database, TimeProvider time)
    {
        _database = database;
        _time = time;
    }

    /// <summary>The installation's id, made at the first call.</summary>
    public Task<string> IdAsync(CancellationToken cancellationToken) =>
        _database.WriteAsync(
            async context =>
            {
                if (await context.Installation.SingleOrDefaultAsync().ConfigureAwait(false) is { } row)
                {
                    return row.Id;
                }

                var id = ArtifactId.New();
                context.Installation.Add(
                    new InstallationRow
                    {
                        Key = 1,
                        Id = id,
                        CreatedAt = _time.GetUtcNow().UtcDateTime,
                    }
                );
                return id;
            },
            cancellationToken
        );

    public Task<IReadOnlyList<StoredToken>> TokensAsync() =>
        _database.ReadAsync<IReadOnlyList<StoredToken>>(async context =>
            await context.Tokens.Select(row => new StoredToken(row.Id, row.Name, row.Hash)).ToListAsync().ConfigureAwait(false)
        );

    public Task<StoredToken> AddTokenAsync(string name, byte[] hash, AuditScope audit, CancellationToken cancellationToken) =>
        _database.WriteAsync(
            audit,
            context =>
            {
                var row = new TokenRow
                {
                    Id = ArtifactId.New(),
                    Name = name,
                    Hash = hash,
                    CreatedAt = _time.GetUtcNow().UtcDateTime,
                };
                context.Tokens.Add(row);
                audit.Record("token", row.Id, null, null, new JsonObject { ["id"] = row.Id, ["name"] = name });
                return Task.FromResult(new StoredToken(row.Id, row.Name, row.Hash));
            },
            cancellationToken
        );
}

/// <summary>A token as it is known here: its hash, never itself.</summary>
internal sealed record StoredToken(string Id, string Name, byte[] Hash);
