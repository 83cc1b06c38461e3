using System.Collections.Immutable;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Control.Envelope;
using Holdfast.Control.Rulesets;
using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>
/// Which rules execute which rulesets of the account. Those of zones are kept within the transaction of the zone's change, so that no rule comes
/// to execute a ruleset that is gone, and no ruleset goes that a rule executes.
/// </summary>
internal static class RulesetUses
{
    /// <summary>The account's rulesets, by phase; entry points first, then by name.</summary>
    public static async Task<ImmutableArray<RulesetConfig>> AllAsync(ControlDbContext context) =>
        [
            .. (await context.AccountRulesets.AsNoTracking().ToListAsync().ConfigureAwait(false))
                .Select(Stored)
                .OrderBy(ruleset => RulesetPhase.Order(ruleset.Phase))
                .ThenBy(ruleset => ruleset.Kind)
                .ThenBy(ruleset => ruleset.Name, StringComparer.Ordinal)
                .ThenBy(ruleset => ruleset.Id, StringComparer.Ordinal),
        ];

    /// <summary>What rules can refer to.</summary>
    public static async Task<RuleReferences> ReferencesAsync(ControlDbContext context) =>
        new(await ListUses.KnownAsync(context).ConfigureAwait(false), new KnownRulesets(await AllAsync(context).ConfigureAwait(false)));

    /// <summary>Notes what a zone's rules execute, before the row gets its new configuration.</summary>
    /// <exception cref="ApiException">One of them executes a ruleset that there is not.</exception>
    public static async Task SetAsync(ControlDbContext context, ZoneRow row, ZoneConfig zone)
    {
        var uses = In(zone.Rulesets);
        if (uses.Count == 0 && row.Config.AsSpan().IndexOf("\"execute\""u8) < 0)
        {
            return;
        }

        if (uses.Count > 0)
        {
            RequireAll(zone.Rulesets, await AllAsync(context).ConfigureAwait(false));
        }

        await context.RulesetUses.Where(use => use.ZoneId == row.Id).ExecuteDeleteAsync().ConfigureAwait(false);
        context.RulesetUses.AddRange(
            uses.Select(use => new RulesetUseRow
            {
                RulesetId = use.Key,
                ZoneId = row.Id,
                Rules = use.Value,
            })
        );
    }

    /// <summary>How many rules execute a ruleset, those of zones and those of the account together.</summary>
    public static async Task<int> CountAsync(ControlDbContext context, string rulesetId, ImmutableArray<RulesetConfig> account) =>
        In(account).GetValueOrDefault(rulesetId)
        + await context.RulesetUses.Where(use => use.RulesetId == rulesetId).SumAsync(use => use.Rules).ConfigureAwait(false);

    /// <exception cref="ApiException">A rule executes a ruleset that there is not.</exception>
    public static void RequireAll(IEnumerable<RulesetConfig> rulesets, ImmutableArray<RulesetConfig> account)
    {
        var missing = In(rulesets).Keys.FirstOrDefault(id => !account.Any(known => known.Id == id && known.Kind == RulesetKind.Custom));
        if (missing is not null)
        {
            throw ApiException.Invalid(
                "",
                $"a rule executes the ruleset {missing}, and the account has no such ruleset of the kind custom"
            );
        }
    }

    public static RulesetConfig Stored(AccountRulesetRow row) => StoredRuleset.Of(row.Config, $"ruleset {row.Id}");

    private static Dictionary<string, int> In(IEnumerable<RulesetConfig> rulesets) =>
        rulesets
            .SelectMany(ruleset => ruleset.Rules)
            .Select(rule => rule.Action)
            .OfType<ExecuteAction>()
            .GroupBy(action => action.Ruleset, StringComparer.Ordinal)
            .ToDictionary(uses => uses.Key, uses => uses.Count(), StringComparer.Ordinal);
}
