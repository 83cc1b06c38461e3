using System.Collections.Immutable;
using Holdfast.Artifacts;
using Holdfast.Control.Accounts;
using Holdfast.Control.Audit;
using Holdfast.Control.Storage;
using Holdfast.Model.Access;
using Holdfast.Model.Rulesets;
using Holdfast.Rules.Phases;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Firewall;

/// <summary>
/// Access rules for all zones, the account's or its user's: all of one owner are one artifact, which goes the way of the account's rulesets. Without
/// rules there is none.
/// </summary>
/// <param name="rulesets">Where it is kept.</param>
/// <param name="account">The account that there is.</param>
/// <param name="owner">One of <see cref="AccessOwners"/>.</param>
/// <param name="time">The clock.</param>
internal sealed class AccountAccessRuleHome(AccountRulesetStore rulesets, StoredAccount account, string owner, TimeProvider time)
    : IRuleHome<AccessRule>
{
    /// <inheritdoc/>
    public string Owner => owner;

    /// <inheritdoc/>
    public string IdOf(HttpContext context) => account.Id;

    /// <inheritdoc/>
    public async Task<ImmutableArray<AccessRule>> AllAsync(HttpContext context)
    {
        Require(context);
        return Find(await rulesets.AllAsync().ConfigureAwait(false))?.AccessRules ?? [];
    }

    /// <inheritdoc/>
    public Task ChangeAsync(HttpContext context, Func<ImmutableArray<AccessRule>, ImmutableArray<AccessRule>> change)
    {
        Require(context);
        return rulesets.ChangeAsync(
            all =>
            {
                var before = Find(all);
                var rules = change(before?.AccessRules ?? []);
                var now = RuleTime.Now(time);
                return new RulesetChange(before, rules.IsEmpty ? null : (before ?? New(now)) with { AccessRules = rules, LastUpdated = now });
            },
            dryRun: false,
            AuditScope.Of(context),
            context.RequestAborted
        );
    }

    // The path of the user's rules names nobody.
    private void Require(HttpContext context)
    {
        if (owner == AccessOwners.Account)
        {
            AccountRequests.RequireAccount(context, account);
        }
    }

    private RulesetConfig? Find(ImmutableArray<RulesetConfig> all) =>
        all.FirstOrDefault(ruleset => ruleset.Kind == RulesetKind.Access && ruleset.Name == owner);

    private RulesetConfig New(DateTimeOffset now) =>
        new()
        {
            Id = ArtifactId.New(),
            Name = owner,
            Kind = RulesetKind.Access,
            Phase = RulePhases.NameOf(RulePhase.HttpRequestFirewallCustom),
            Version = 1,
            LastUpdated = now,
        };
}
