using System.Text.Json.Nodes;
using Holdfast.Artifacts;
using Holdfast.Control.Audit;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>The account: this installation. There is one; it is in memory, and every answer that names it reads it there.</summary>
internal sealed class AccountStore
{
    /// <summary>What the account is called until its owner says otherwise.</summary>
    public const string DefaultName = "holdfast";

    private readonly ControlDatabase _database;
    private volatile StoredAccount _account;

    private AccountStore(ControlDatabase database, StoredAccount account)
    {
        _database = database;
        _account = account;
    }

    /// <summary>The account as it is now.</summary>
    public StoredAccount Account => _account;

    /// <summary>Reads the account, and makes it at the first call.</summary>
    public static async Task<AccountStore> OpenAsync(ControlDatabase database, TimeProvider time, CancellationToken cancellationToken)
    {
        var account = await database
            .WriteAsync(
                async context =>
                {
                    var row = await context.Installation.SingleOrDefaultAsync().ConfigureAwait(false);
                    if (row is null)
                    {
                        row = new InstallationRow
                        {
                            Key = 1,
                            Id = ArtifactId.New(),
                            Name = DefaultName,
                            Generation = 1,
                            CreatedAt = time.GetUtcNow().UtcDateTime,
                        };
                        context.Installation.Add(row);
                    }

                    return Stored(row);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return new AccountStore(database, account);
    }

    /// <summary>Changes what can be changed.</summary>
    /// <param name="generation">The generations that the caller knows, or null when any will do.</param>
    /// <param name="name">The new name.</param>
    /// <param name="abuseContact">Where abuse is reported, or null.</param>
    /// <param name="audit">Whose change it is.</param>
    /// <param name="cancellationToken">Gives up before anything is written.</param>
    /// <exception cref="StaleGenerationException">It is at another generation.</exception>
    public async Task<StoredAccount> ChangeAsync(
        KnownGenerations? generation,
        string name,
        string? abuseContact,
        AuditScope audit,
        CancellationToken cancellationToken
    )
    {
        var changed = await _database
            .WriteAsync(
                audit,
                async context =>
                {
                    var row = await context.Installation.SingleAsync().ConfigureAwait(false);
                    generation?.Require(row.Generation);

                    if (row.Name != name || row.AbuseContact != abuseContact)
                    {
                        var before = Json(row);
                        row.Name = name;
                        row.AbuseContact = abuseContact;
                        audit.Record("account", row.Id, null, before, Json(row));
                        row.Generation++;
                        await context.SaveChangesAsync(CancellationToken.None).ConfigureAwait(false);
                    }

                    return Stored(row);
                },
                cancellationToken
            )
            .ConfigureAwait(false);

        // Two changes may come back in either order; the higher generation is the newer one.
        StoredAccount shown;
        do
        {
            shown = _account;
        } while (shown.Generation < changed.Generation && Interlocked.CompareExchange(ref _account, changed, shown) != shown);
        return changed;
    }

    private static JsonObject Json(InstallationRow row) => new() { ["name"] = row.Name, ["abuse_contact_email"] = row.AbuseContact };

    private static StoredAccount Stored(InstallationRow row) => new(row.Id, row.Name, row.AbuseContact, row.CreatedAt, row.Generation);
}

/// <summary>The account.</summary>
/// <param name="Id">32 hexadecimal digits.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="AbuseContact">Where abuse is reported, or null.</param>
/// <param name="CreatedAt">When the installation was made.</param>
/// <param name="Generation">Grows with each change; the entity tag.</param>
internal sealed record StoredAccount(string Id, string Name, string? AbuseContact, DateTime CreatedAt, long Generation);
