using System.Collections.Immutable;
using Holdfast.Control.Audit;
using Holdfast.Control.Releases.Rehearsals;
using Holdfast.Control.Storage;
using Holdfast.Control.Zones;
using Holdfast.Model.Rulesets;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Control.Rulesets;

/// <summary>The rulesets of the zone that the path names.</summary>
internal sealed class ZoneRulesetScope(RulesetStore rulesets) : RulesetScope
{
    /// <inheritdoc/>
    public override RulesetOperations Operations => RulesetOperations.OfZone;

    /// <inheritdoc/>
    public override ImmutableArray<RulesetKind> Kinds { get; } = [RulesetKind.Zone];

    /// <inheritdoc/>
    public override async Task<ImmutableArray<RulesetConfig>> AllAsync(HttpContext context) =>
        await rulesets.AllAsync(ZoneRequests.Id(context)).ConfigureAwait(false) ?? throw ZoneRequests.NoZone();

    /// <inheritdoc/>
    public override Task<RulesetConfig?> ChangeAsync(
        HttpContext context,
        Func<ImmutableArray<RulesetConfig>, RulesetChange> change,
        bool dryRun
    ) => rulesets.ChangeAsync(ZoneRequests.Id(context), change, dryRun, AuditScope.Of(context), context.RequestAborted);

    /// <inheritdoc/>
    public override Task<ProposedArtifact> ProposedAsync(HttpContext context, RulesetConfig wanted) =>
        rulesets.ProposedAsync(ZoneRequests.Id(context), wanted);

    /// <inheritdoc/>
    public override Task<IReadOnlyList<RulesetConfig>> VersionsAsync(string rulesetId) => rulesets.VersionsAsync(rulesetId);

    /// <inheritdoc/>
    public override Task<RulesetConfig?> VersionAsync(string rulesetId, long version) => rulesets.VersionAsync(rulesetId, version);

    /// <inheritdoc/>
    public override Task<bool> RemoveVersionAsync(HttpContext context, string rulesetId, long version) =>
        rulesets.RemoveVersionAsync(ZoneRequests.Id(context), rulesetId, version, AuditScope.Of(context), context.RequestAborted);

    /// <inheritdoc/>
    public override Task<RuleReferences> ReferencesAsync() => rulesets.ReferencesAsync();

    /// <inheritdoc/>
    public override bool MayRead(HttpContext context, string phase) => RulesetPermissions.MayRead(context, phase);

    /// <inheritdoc/>
    public override void Require(HttpContext context, string phase)
    {
        if (HttpMethods.IsGet(context.Request.Method))
        {
            RulesetPermissions.RequireRead(context, phase);
        }
        else
        {
            RulesetPermissions.RequireWrite(context, phase);
        }
    }
}
