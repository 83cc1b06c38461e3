using Holdfast.Artifacts.Lists;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Control.Envelope;
using Holdfast.Model.Lists;
using Holdfast.Model.Zones;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>
/// Which zones' rules name which lists. It is kept within the transaction of the zone's change, so that no rule comes to name a list that is
/// gone, and no list goes that a rule names.
/// </summary>
internal static class ListUses
{
    /// <summary>The lists that rules can name.</summary>
    public static async Task<KnownLists> KnownAsync(ControlDbContext context) =>
        new(
            (await context.Lists.AsNoTracking().Select(row => new { row.Name, row.Kind }).ToListAsync().ConfigureAwait(false)).Select(row =>
                (row.Name, (ListKind)row.Kind)
            )
        );

    /// <summary>Notes what a zone's rules name, before the row gets its new configuration.</summary>
    /// <exception cref="ApiException">One of them names a list that there is not.</exception>
    public static async Task SetAsync(ControlDbContext context, ZoneRow row, ZoneConfig zone)
    {
        var uses = ListReferences.In(zone.Rulesets);
        if (uses.Count == 0 && !row.Config.AsSpan().Contains((byte)'$'))
        {
            return;
        }

        await RequireAllAsync(context, uses.Keys).ConfigureAwait(false);
        await context.ListUses.Where(use => use.ZoneId == row.Id).ExecuteDeleteAsync().ConfigureAwait(false);
        context.ListUses.AddRange(
            uses.Select(use => new ListUseRow
            {
                ListName = use.Key,
                ZoneId = row.Id,
                Rules = use.Value,
            })
        );
    }

    /// <exception cref="ApiException">There is no list of one of these names.</exception>
    public static async Task RequireAllAsync(ControlDbContext context, IEnumerable<string> wanted)
    {
        var names = wanted.ToArray();
        if (names.Length == 0)
        {
            return;
        }

        var known = await context
            .Lists.Where(list => names.Contains(list.Name))
            .Select(list => list.Name)
            .ToListAsync()
            .ConfigureAwait(false);
        if (names.Except(known, StringComparer.Ordinal).FirstOrDefault() is { } missing)
        {
            throw ApiException.Invalid("", $"a rule names the list ${missing}, and there is no list of that name");
        }
    }

    /// <summary>How many of the account's own rules name each list.</summary>
    public static async Task<IReadOnlyDictionary<string, int>> OfAccountAsync(ControlDbContext context) =>
        ListReferences.In(await RulesetUses.AllAsync(context).ConfigureAwait(false));
}
