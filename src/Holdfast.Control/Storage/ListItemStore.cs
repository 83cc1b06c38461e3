using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Artifacts;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Lists;
using Holdfast.Control.Releases;
using Holdfast.Model.Lists;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>
/// The items of lists. An operation on them, its release and the record that it was done are one transaction; there may be hundreds of
/// thousands, so that the engine changes them and this process does not hold them as objects.
/// </summary>
internal sealed class ListItemStore(ControlDatabase database, ReleasePublisher publisher, ReleaseSignal signal, TimeProvider time)
{
    /// <summary>A page of items, by their values.</summary>
    /// <param name="listId">The list.</param>
    /// <param name="after">The value of the last item before the page, or null.</param>
    /// <param name="search">What is looked for, or null: what addresses begin with, what is in a host name, or the whole number.</param>
    /// <param name="take">How many at most.</param>
    /// <exception cref="ApiException">There is no such list.</exception>
    /// <returns>The list's kind and entity tag, and the items.</returns>
    public Task<(ListKind Kind, long Tag, IReadOnlyList<ListItemRow> Items)> PageAsync(
        string listId,
        string? after,
        string? search,
        int take
    ) =>
        database.ReadAsync<(ListKind, long, IReadOnlyList<ListItemRow>)>(async context =>
        {
            var list = await ListStore.RowAsync(context, listId).ConfigureAwait(false);
            var kind = (ListKind)list.Kind;
            var rows = context.ListItems.Where(row => row.ListId == listId);
            rows = after is null ? rows : rows.Where(row => string.Compare(row.Value, after) > 0);
            rows =
                search is null ? rows
                : kind == ListKind.Ip ? rows.Where(row => row.Value.StartsWith(search))
                : kind == ListKind.Hostname ? rows.Where(row => row.Value.Contains(search))
                : kind == ListKind.Redirect ? rows.Where(row => row.Value.ToLower().Contains(search))
                : rows.Where(row => row.Value == search);
            return (kind, StoredList.TagOf(list), await rows.OrderBy(row => row.Value).Take(take).ToListAsync().ConfigureAwait(false));
        });

    /// <summary>An item.</summary>
    /// <exception cref="ApiException">There is none of this id in this list.</exception>
    /// <returns>The list's kind and entity tag, and the item.</returns>
    public Task<(ListKind Kind, long Tag, ListItemRow Item)> FindAsync(string listId, string id) =>
        database.ReadAsync(async context =>
        {
            var list = await ListStore.RowAsync(context, listId).ConfigureAwait(false);
            var row = await context.ListItems.SingleOrDefaultAsync(row => row.ListId == listId && row.Id == id).ConfigureAwait(false);
            return ((ListKind)list.Kind, StoredList.TagOf(list), row ?? throw ListErrors.NoItem(id));
        });

    /// <summary>When an operation was done.</summary>
    /// <exception cref="ApiException">None of this id is remembered.</exception>
    public Task<DateTime> CompletedAsync(string operationId) =>
        database.ReadAsync(async context =>
            (await context.ListOperations.SingleOrDefaultAsync(row => row.Id == operationId).ConfigureAwait(false))?.CompletedAt
            ?? throw ListErrors.NoOperation(operationId)
        );

    /// <summary>Adds items. Those that are there get the new comment.</summary>
    /// <param name="listId">The list.</param>
    /// <param name="items">Of its kind, canonical, each once.</param>
    /// <param name="confirmed">How many items its owner says that there will be, or null.</param>
    /// <param name="known">The entity tags that the caller knows, or null when any will do.</param>
    /// <param name="audit">Gets what changed.</param>
    /// <param name="cancellationToken">Gives up before anything is written.</param>
    /// <exception cref="ApiException">There is no such list, it would be too long, or the change is too large to be taken unconfirmed.</exception>
    /// <exception cref="StaleGenerationException">The list is not as the caller knows it.</exception>
    public Task<DoneOperation> AppendAsync(
        string listId,
        IReadOnlyList<ListItemDraft> items,
        long? confirmed,
        KnownGenerations? known,
        AuditScope audit,
        CancellationToken cancellationToken
    ) =>
        ChangeAsync(listId, "append", items.Count, context => PutAsync(context, listId, items), confirmed, known, audit, cancellationToken);

    /// <summary>Puts items in the place of all that there are. Those that stay keep their ids. Parameters as of <see cref="AppendAsync"/>.</summary>
    public Task<DoneOperation> ReplaceAsync(
        string listId,
        IReadOnlyList<ListItemDraft> items,
        long? confirmed,
        KnownGenerations? known,
        AuditScope audit,
        CancellationToken cancellationToken
    ) =>
        ChangeAsync(
            listId,
            "replace",
            items.Count,
            async context =>
            {
                var values = JsonSerializer.Serialize(items.Select(item => item.Value));
                await context
                    .Database.ExecuteSqlAsync(
                        $"DELETE FROM list_items WHERE ListId = {listId} AND Value NOT IN (SELECT value FROM json_each({values}))",
                        CancellationToken.None
                    )
                    .ConfigureAwait(false);
                await PutAsync(context, listId, items).ConfigureAwait(false);
            },
            confirmed,
            known,
            audit,
            cancellationToken
        );

    /// <summary>Removes items, all or none.</summary>
    /// <exception cref="ApiException">There is no such list, or one of the items is not in it.</exception>
    /// <exception cref="StaleGenerationException">The list is not as the caller knows it.</exception>
    public Task<DoneOperation> RemoveAsync(
        string listId,
        IReadOnlyList<string> ids,
        KnownGenerations? known,
        AuditScope audit,
        CancellationToken cancellationToken
    ) =>
        ChangeAsync(
            listId,
            "delete",
            ids.Count,
            async context =>
            {
                var json = JsonSerializer.Serialize(ids);
                var removed = await context
                    .Database.ExecuteSqlAsync(
                        $"DELETE FROM list_items WHERE ListId = {listId} AND Id IN (SELECT value FROM json_each({json}))",
                        CancellationToken.None
                    )
                    .ConfigureAwait(false);
                if (removed != ids.Count)
                {
                    throw ListErrors.NotAllThere(ids.Count - removed);
                }
            },
            null,
            known,
            audit,
            cancellationToken
        );

    private async Task<DoneOperation> ChangeAsync(
        string listId,
        string what,
        int named,
        Func<ControlDbContext, Task> change,
        long? confirmed,
        KnownGenerations? known,
        AuditScope audit,
        CancellationToken cancellationToken
    )
    {
        var done = await database
            .WriteAsync(
                audit,
                async context =>
                {
                    var row = await ListStore.RowAsync(context, listId).ConfigureAwait(false);
                    known?.Require(StoredList.TagOf(row));
                    var before = row.Items;
                    await change(context).ConfigureAwait(false);
                    row.Items = await context.ListItems.CountAsync(item => item.ListId == listId).ConfigureAwait(false);
                    if (what != "delete")
                    {
                        RowCounts.Require(before, row.Items, confirmed);
                    }

                    row.ModifiedAt = Now();
                    row.Generation++;
                    audit.Record("list_items", listId, null, Counted(before), Counted(row.Items, what, named));
                    await ReleaseLog
                        .AppendAsync(context, publisher.List(await ConfigAsync(context, row).ConfigureAwait(false), row.Generation))
                        .ConfigureAwait(false);
                    return new DoneOperation(await RememberAsync(context).ConfigureAwait(false), StoredList.TagOf(row));
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        signal.Wake();
        return done;
    }

    private async Task PutAsync(ControlDbContext context, string listId, IReadOnlyList<ListItemDraft> items)
    {
        if ((ListKind)(await ListStore.RowAsync(context, listId).ConfigureAwait(false)).Kind == ListKind.Redirect)
        {
            // One of a source takes the place of what there was from the same source; what says the same stays.
            var values = JsonSerializer.Serialize(items.Select(item => item.Value));
            await context
                .Database.ExecuteSqlAsync(
                    $"""
                    DELETE FROM list_items WHERE ListId = {listId}
                    AND substr(Value, 1, instr(Value, ' ')) IN (SELECT substr(value, 1, instr(value, ' ')) FROM json_each({values}))
                    AND Value NOT IN (SELECT value FROM json_each({values}))
                    """,
                    CancellationToken.None
                )
                .ConfigureAwait(false);
        }

        var now = new DateTimeOffset(Now(), TimeSpan.Zero).ToUnixTimeMilliseconds();
        var json = JsonSerializer.Serialize(items.Select(item => new[] { ArtifactId.New(), item.Value, item.Comment }));
        await context
            .Database.ExecuteSqlAsync(
                $"""
                INSERT INTO list_items (ListId, Id, Value, Comment, CreatedAt, ModifiedAt)
                SELECT {listId}, value ->> 0, value ->> 1, value ->> 2, {now}, {now} FROM json_each({json}) WHERE true
                ON CONFLICT (ListId, Value) DO UPDATE SET Comment = excluded.Comment, ModifiedAt = excluded.ModifiedAt
                WHERE Comment <> excluded.Comment
                """,
                CancellationToken.None
            )
            .ConfigureAwait(false);
    }

    private async Task<string> RememberAsync(ControlDbContext context)
    {
        var operation = new ListOperationRow { Id = ArtifactId.New(), CompletedAt = Now() };
        context.ListOperations.Add(operation);
        var newest = await context.ListOperations.MaxAsync(row => (long?)row.Number).ConfigureAwait(false) ?? 0;
        await context
            .ListOperations.Where(row => row.Number <= newest - ListLimits.KeptOperations + 1)
            .ExecuteDeleteAsync()
            .ConfigureAwait(false);
        return operation.Id;
    }

    private static async Task<ListConfig> ConfigAsync(ControlDbContext context, ListRow row) =>
        new()
        {
            Id = row.Id,
            Name = row.Name,
            Kind = (ListKind)row.Kind,
            Items =
            [
                .. await context
                    .ListItems.Where(item => item.ListId == row.Id)
                    .OrderBy(item => item.Value)
                    .Select(item => item.Value)
                    .ToListAsync()
                    .ConfigureAwait(false),
            ],
        };

    private static JsonObject Counted(int items) => new() { ["num_items"] = items };

    private static JsonObject Counted(int items, string what, int named) =>
        new()
        {
            ["num_items"] = items,
            ["operation"] = what,
            ["items_named"] = named,
        };

    private DateTime Now() => time.GetUtcNow().UtcDateTime;
}

/// <summary>An operation on a list's items that was done.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Tag">The list's entity tag after it.</param>
internal sealed record DoneOperation(string Id, long Tag);
