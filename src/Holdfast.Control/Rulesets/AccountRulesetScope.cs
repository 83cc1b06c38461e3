using System.Collections.Immutable;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Control.Accounts;
using Holdfast.Control.Audit;
using Holdfast.Control.Releases.Rehearsals;
using Holdfast.Control.Storage;
using Holdfast.Model.Releases;
using Holdfast.Model.Rulesets;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Rulesets;

/// <summary>The rulesets of the account. One permission is for all of them, and the route asks for it.</summary>
internal sealed class AccountRulesetScope(AccountRulesetStore rulesets, AccountStore accounts) : RulesetScope
{
    /// <inheritdoc/>
    public override RulesetOperations Operations => RulesetOperations.OfAccount;

    /// <inheritdoc/>
    public override ImmutableArray<RulesetKind> Kinds { get; } = [RulesetKind.Root, RulesetKind.Custom];

    /// <inheritdoc/>
    public override async Task<ImmutableArray<RulesetConfig>> AllAsync(HttpContext context)
    {
        AccountRequests.RequireAccount(context, accounts.Account);
        return [.. (await rulesets.AllAsync().ConfigureAwait(false)).Where(ruleset => Kinds.Contains(ruleset.Kind))];
    }

    /// <inheritdoc/>
    public override Task<RulesetConfig?> ChangeAsync(
        HttpContext context,
        Func<ImmutableArray<RulesetConfig>, RulesetChange> change,
        bool dryRun
    )
    {
        AccountRequests.RequireAccount(context, accounts.Account);
        return rulesets.ChangeAsync(change, dryRun, AuditScope.Of(context), context.RequestAborted);
    }

    /// <inheritdoc/>
    public override Task<ProposedArtifact> ProposedAsync(HttpContext context, RulesetConfig wanted) =>
        Task.FromResult(
            new ProposedArtifact(
                ArtifactKind.AccountRuleset,
                wanted.Id,
                AccountRulesetArtifact.FormatVersion,
                AccountRulesetArtifact.Write(wanted)
            )
        );

    /// <inheritdoc/>
    public override Task<IReadOnlyList<RulesetConfig>> VersionsAsync(string rulesetId) => rulesets.VersionsAsync(rulesetId);

    /// <inheritdoc/>
    public override Task<RulesetConfig?> VersionAsync(string rulesetId, long version) => rulesets.VersionAsync(rulesetId, version);

    /// <inheritdoc/>
    public override Task<bool> RemoveVersionAsync(HttpContext context, string rulesetId, long version) =>
        rulesets.RemoveVersionAsync(rulesetId, version, AuditScope.Of(context), context.RequestAborted);

    /// <inheritdoc/>
    public override Task<RuleReferences> ReferencesAsync() => rulesets.ReferencesAsync();

    /// <inheritdoc/>
    public override bool MayRead(HttpContext context, string phase) => true;

    /// <inheritdoc/>
    public override void Require(HttpContext context, string phase) => AccountRequests.RequireAccount(context, accounts.Account);
}
