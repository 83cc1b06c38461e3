using System.Text.Json.Nodes;
using Holdfast.Artifacts;
using Holdfast.Control.Audit;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>The user of this installation. There is one; it is in memory, and every answer that names it reads it there.</summary>
internal sealed class UserStore
{
    /// <summary>The address that stands in the user's details; nothing is sent to it.</summary>
    public const string DefaultEmail = "admin@localhost";

    private readonly ControlDatabase _database;
    private readonly TimeProvider _time;
    private volatile StoredUser _user;

    private UserStore(ControlDatabase database, TimeProvider time, StoredUser user)
    {
        _database = database;
        _time = time;
        _user = user;
    }

    /// <summary>The user as it is now.</summary>
    public StoredUser User => _user;

    /// <summary>Reads the user, and makes it at the first call.</summary>
    public static async Task<UserStore> OpenAsync(ControlDatabase database, TimeProvider time, CancellationToken cancellationToken)
    {
        var user = await database
            .WriteAsync(
                async context =>
                {
                    var row = await context.Users.OrderBy(row => row.CreatedAt).FirstOrDefaultAsync().ConfigureAwait(false);
                    if (row is null)
                    {
                        var now = time.GetUtcNow().UtcDateTime;
                        row = new UserRow
                        {
                            Id = ArtifactId.New(),
                            MembershipId = ArtifactId.New(),
                            Email = DefaultEmail,
                            Generation = 1,
                            CreatedAt = now,
                            ModifiedAt = now,
                        };
                        context.Users.Add(row);
                    }

                    return Stored(row);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return new UserStore(database, time, user);
    }

    /// <summary>Changes the user's details.</summary>
    /// <param name="generation">The generations that the caller knows, or null when any will do.</param>
    /// <param name="change">Gives the details as they shall be.</param>
    /// <param name="audit">Whose change it is.</param>
    /// <param name="cancellationToken">Gives up before anything is written.</param>
    /// <exception cref="StaleGenerationException">They are at another generation.</exception>
    public async Task<StoredUser> ChangeAsync(
        KnownGenerations? generation,
        Func<UserDetails, UserDetails> change,
        AuditScope audit,
        CancellationToken cancellationToken
    )
    {
        var changed = await _database
            .WriteAsync(
                audit,
                async context =>
                {
                    var row = await context.Users.SingleAsync(row => row.Id == _user.Id).ConfigureAwait(false);
                    generation?.Require(row.Generation);

                    var before = Stored(row).Details;
                    var details = change(before);
                    if (details != before)
                    {
                        row.FirstName = details.FirstName;
                        row.LastName = details.LastName;
                        row.Telephone = details.Telephone;
                        row.Country = details.Country;
                        row.Zipcode = details.Zipcode;
                        row.Generation++;
                        row.ModifiedAt = _time.GetUtcNow().UtcDateTime;
                        audit.Record("user", row.Id, null, Json(before), Json(details));
                        await context.SaveChangesAsync(CancellationToken.None).ConfigureAwait(false);
                    }

                    return Stored(row);
                },
                cancellationToken
            )
            .ConfigureAwait(false);

        // Two changes may come back in either order; the higher generation is the newer one.
        StoredUser shown;
        do
        {
            shown = _user;
        } while (shown.Generation < changed.Generation && Interlocked.CompareExchange(ref _user, changed, shown) != shown);
        return changed;
    }

    private static JsonObject Json(UserDetails details) =>
        new()
        {
            ["first_name"] = details.FirstName,
            ["last_name"] = details.LastName,
            ["telephone"] = details.Telephone,
            ["country"] = details.Country,
            ["zipcode"] = details.Zipcode,
        };

    private static StoredUser Stored(UserRow row) =>
        new(
            row.Id,
            row.MembershipId,
            row.Email,
            new UserDetails(row.FirstName, row.LastName, row.Telephone, row.Country, row.Zipcode),
            row.CreatedAt,
            row.ModifiedAt,
            row.Generation
        );
}

/// <summary>The user.</summary>
/// <param name="Id">32 hexadecimal digits.</param>
/// <param name="MembershipId">The id of the user's membership of the account.</param>
/// <param name="Email">The user's address.</param>
/// <param name="Details">What the user can change.</param>
/// <param name="CreatedAt">When the user was made.</param>
/// <param name="ModifiedAt">When the details were last changed.</param>
/// <param name="Generation">Grows with each change; the entity tag.</param>
internal sealed record StoredUser(
    string Id,
    string MembershipId,
    string Email,
    UserDetails Details,
    DateTime CreatedAt,
    DateTime ModifiedAt,
    long Generation
);

/// <summary>What a user says about themselves; each may be null.</summary>
internal sealed record UserDetails(string? FirstName, string? LastName, string? Telephone, string? Country, string? Zipcode);
