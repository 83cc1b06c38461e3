using Holdfast.Control.Access;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <content>Lists and searches.</content>
internal sealed partial class ZoneStore
{
    /// <summary>A page of zones.</summary>
    /// <param name="visible">Which zones the caller may see.</param>
    /// <param name="filter">Which of them are wanted; the zones come in the order of their names.</param>
    /// <param name="descending">Whether the last comes first.</param>
    /// <param name="skip">How many to leave out at the beginning.</param>
    /// <param name="take">How many to give at most, from 1.</param>
    public Task<(IReadOnlyList<StoredZone> Zones, int Total)> ListAsync(
        ZoneSelection visible,
        ZoneFilter filter,
        bool descending,
        int skip,
        int take
    ) =>
        visible.All && filter.Name is not { IsExact: true }
            ? ListOfAllAsync(visible.Ids, filter, descending, skip, take)
            : ListOfSomeAsync(visible, filter, descending, skip, take);

    // Looked for among the names in memory; the rows are read of the page alone.
    private async Task<(IReadOnlyList<StoredZone>, int)> ListOfAllAsync(
        IReadOnlySet<string> hiddenIds,
        ZoneFilter filter,
        bool descending,
        int skip,
        int take
    )
    {
        var index = await _database.ZoneNames.NowAsync().ConfigureAwait(false);
        return await _database
            .ReadAsync<(IReadOnlyList<StoredZone>, int)>(async context =>
            {
                var ids = hiddenIds.ToArray();
                var hidden =
                    ids.Length == 0
                        ? []
                        : await context
                            .Zones.Where(row => ids.Contains(row.Id))
                            .Select(row => row.Name)
                            .ToHashSetAsync()
                            .ConfigureAwait(false);
                var (names, total) = index.Find(filter, hidden, descending, skip, take);
                return (await ReadAsync(context.Zones.Where(row => names.Contains(row.Name)), descending).ConfigureAwait(false), total);
            })
            .ConfigureAwait(false);
    }

    private Task<(IReadOnlyList<StoredZone>, int)> ListOfSomeAsync(
        ZoneSelection visible,
        ZoneFilter filter,
        bool descending,
        int skip,
        int take
    ) =>
        _database.ReadAsync<(IReadOnlyList<StoredZone>, int)>(async context =>
        {
            var rows = filter.Of(context.Zones);
            if (!visible.All || visible.Ids.Count > 0)
            {
                var ids = visible.Ids.ToArray();
                rows = visible.All ? rows.Where(row => !ids.Contains(row.Id)) : rows.Where(row => ids.Contains(row.Id));
            }

            var total = await rows.CountAsync().ConfigureAwait(false);
            var ordered = descending ? rows.OrderByDescending(row => row.Name) : rows.OrderBy(row => row.Name);
            return (await ReadAsync(ordered.Skip(skip).Take(take), descending).ConfigureAwait(false), total);
        });

    private static async Task<IReadOnlyList<StoredZone>> ReadAsync(IQueryable<ZoneRow> rows, bool descending)
    {
        var page = await (descending ? rows.OrderByDescending(row => row.Name) : rows.OrderBy(row => row.Name))
            .ToListAsync()
            .ConfigureAwait(false);
        return [.. page.Select(Stored)];
    }
}
