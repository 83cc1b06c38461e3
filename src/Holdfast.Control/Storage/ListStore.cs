using System.Globalization;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Lists;
using Holdfast.Control.Releases;
using Holdfast.Model.Lists;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>The account's lists. A change and its release are one transaction. Their items are <see cref="ListItemStore"/>'s.</summary>
internal sealed class ListStore(ControlDatabase database, ReleasePublisher publisher, ReleaseSignal signal, TimeProvider time)
{
    /// <summary>All lists, by name.</summary>
    public Task<IReadOnlyList<StoredList>> AllAsync() =>
        database.ReadAsync<IReadOnlyList<StoredList>>(async context =>
        {
            var rows = await context.Lists.OrderBy(row => row.Name).ToListAsync().ConfigureAwait(false);
            var rules = await context
                .ListUses.GroupBy(use => use.ListName)
                .Select(uses => new { Name = uses.Key, Rules = uses.Sum(use => use.Rules) })
                .ToDictionaryAsync(use => use.Name, use => use.Rules)
                .ConfigureAwait(false);
            var account = await ListUses.OfAccountAsync(context).ConfigureAwait(false);
            return [.. rows.Select(row => StoredList.Of(row, rules.GetValueOrDefault(row.Name) + account.GetValueOrDefault(row.Name)))];
        });

    /// <summary>A list.</summary>
    /// <exception cref="ApiException">There is none of this id.</exception>
    public Task<StoredList> FindAsync(string id) =>
        database.ReadAsync(async context =>
            await StoredAsync(context, await RowAsync(context, id).ConfigureAwait(false)).ConfigureAwait(false)
        );

    /// <summary>Makes a list without items.</summary>
    /// <exception cref="StorageConflictException">There is one of this name.</exception>
    /// <exception cref="ApiException">There are <see cref="ListLimits.Lists"/>.</exception>
    public async Task<StoredList> CreateAsync(ListConfig list, string description, AuditScope audit, CancellationToken cancellationToken)
    {
        var made = await database
            .WriteAsync(
                audit,
                async context =>
                {
                    if (await context.Lists.CountAsync().ConfigureAwait(false) >= ListLimits.Lists)
                    {
                        throw ListErrors.Conflict($"the account has {ListLimits.Lists} lists, which is the most it can have");
                    }

                    if (await context.Lists.AnyAsync(row => row.Name == list.Name).ConfigureAwait(false))
                    {
                        throw ListErrors.Conflict($"there is a list named {list.Name} already", "/name");
                    }

                    var now = time.GetUtcNow().UtcDateTime;
                    var row = new ListRow
                    {
                        Id = list.Id,
                        Name = list.Name,
                        Kind = (int)list.Kind,
                        Description = description,
                        Generation = 1,
                        CreatedAt = now,
                        ModifiedAt = now,
                    };
                    context.Lists.Add(row);
                    var stored = StoredList.Of(row, 0);
                    audit.Record("list", row.Id, null, null, ListJson.Of(stored));
                    await ReleaseLog.AppendAsync(context, publisher.List(list, 1)).ConfigureAwait(false);
                    return stored;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        signal.Wake();
        return made;
    }

    /// <summary>Gives a list another description, of which edges know nothing.</summary>
    /// <exception cref="ApiException">There is none of this id.</exception>
    /// <exception cref="StaleGenerationException">It is not as the caller knows it.</exception>
    public Task<StoredList> DescribeAsync(
        string id,
        string? description,
        KnownGenerations? known,
        AuditScope audit,
        CancellationToken cancellationToken
    ) =>
        database.WriteAsync(
            audit,
            async context =>
            {
                var row = await RowAsync(context, id).ConfigureAwait(false);
                known?.Require(StoredList.TagOf(row));
                var before = await StoredAsync(context, row).ConfigureAwait(false);
                if (description is null || description == row.Description)
                {
                    return before;
                }

                row.Description = description;
                row.ModifiedAt = time.GetUtcNow().UtcDateTime;
                var after = StoredList.Of(row, before.Rules);
                audit.Record("list", id, null, ListJson.Of(before), ListJson.Of(after));
                return after;
            },
            cancellationToken
        );

    /// <summary>Removes a list that no rule names.</summary>
    /// <exception cref="ApiException">There is none of this id, or a rule names it.</exception>
    /// <exception cref="StaleGenerationException">It is not as the caller knows it.</exception>
    public async Task RemoveAsync(string id, KnownGenerations? known, AuditScope audit, CancellationToken cancellationToken)
    {
        await database
            .WriteAsync(
                audit,
                async context =>
                {
                    var row = await RowAsync(context, id).ConfigureAwait(false);
                    known?.Require(StoredList.TagOf(row));
                    var before = await StoredAsync(context, row).ConfigureAwait(false);
                    if (before.Rules > 0)
                    {
                        throw ListErrors.Conflict(
                            $"the list {row.Name} is in use: {before.Rules} rules name it; take it out of them before it is deleted"
                        );
                    }

                    context.Lists.Remove(row);
                    audit.Record("list", id, null, ListJson.Of(before), null);
                    await ReleaseLog.AppendAsync(context, publisher.ListRemoval(id, row.Generation + 1)).ConfigureAwait(false);
                    return true;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        signal.Wake();
    }

    internal static async Task<ListRow> RowAsync(ControlDbContext context, string id) =>
        await context.Lists.SingleOrDefaultAsync(row => row.Id == id).ConfigureAwait(false) ?? throw ListErrors.NoList(id);

    private static async Task<StoredList> StoredAsync(ControlDbContext context, ListRow row)
    {
        var account = await ListUses.OfAccountAsync(context).ConfigureAwait(false);
        var zones = await context.ListUses.Where(use => use.ListName == row.Name).SumAsync(use => use.Rules).ConfigureAwait(false);
        return StoredList.Of(row, zones + account.GetValueOrDefault(row.Name));
    }
}

/// <summary>
/// A list with what control knows about it: among that, how many items it has and how many rules name it, and the entity tag of it and its
/// items together.
/// </summary>
internal sealed record StoredList(
    string Id,
    string Name,
    ListKind Kind,
    string Description,
    int Items,
    int Rules,
    DateTime CreatedAt,
    DateTime ModifiedAt,
    long Tag
)
{
    public static StoredList Of(ListRow row, int rules) =>
        new(row.Id, row.Name, (ListKind)row.Kind, row.Description, row.Items, rules, row.CreatedAt, row.ModifiedAt, TagOf(row));

    /// <summary>Another one whenever the list or an item was changed. Its generation alone is of what edges know.</summary>
    public static long TagOf(ListRow row) =>
        Preconditions.TagOf(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Id} {row.Generation} {row.ModifiedAt.Ticks / TimeSpan.TicksPerMillisecond} {row.Description}"
            )
        );
}
