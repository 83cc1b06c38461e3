using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Releases;
using Holdfast.Control.Rulesets;
using Holdfast.Model.Releases;
using Holdfast.Model.Rulesets;
using Holdfast.Releases.Rollout.Waves;
using Holdfast.Releases.Wire;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>
/// The account's rulesets, each an artifact of its own. A change, its version and its release are one transaction. Which zones execute which
/// is <see cref="RulesetUses"/>'.
/// </summary>
internal sealed class AccountRulesetStore(ControlDatabase database, ReleasePublisher publisher, ReleaseSignal signal)
{
    /// <summary>All of them, by phase; entry points first.</summary>
    public Task<ImmutableArray<RulesetConfig>> AllAsync() => database.ReadAsync(RulesetUses.AllAsync);

    /// <summary>What rules can refer to.</summary>
    public Task<RuleReferences> ReferencesAsync() => database.ReadAsync(RulesetUses.ReferencesAsync);

    /// <summary>The versions of a ruleset that are kept, the newest first.</summary>
    public Task<IReadOnlyList<RulesetConfig>> VersionsAsync(string rulesetId) =>
        database.ReadAsync<IReadOnlyList<RulesetConfig>>(async context =>
            [
                .. (
                    await context
                        .AccountRulesetVersions.Where(row => row.RulesetId == rulesetId)
                        .OrderByDescending(row => row.Version)
                        .ToListAsync()
                        .ConfigureAwait(false)
                ).Select(Stored),
            ]
        );

    /// <summary>A version of a ruleset, or null.</summary>
    public Task<RulesetConfig?> VersionAsync(string rulesetId, long version) =>
        database.ReadAsync(async context =>
            await FindAsync(context, rulesetId, version).ConfigureAwait(false) is { } row ? Stored(row) : null
        );

    /// <summary>Forgets an old version.</summary>
    /// <returns>Whether there was one.</returns>
    public Task<bool> RemoveVersionAsync(string rulesetId, long version, AuditScope audit, CancellationToken cancellationToken) =>
        database.WriteAsync(
            audit,
            async context =>
            {
                if (await FindAsync(context, rulesetId, version).ConfigureAwait(false) is not { } row)
                {
                    return false;
                }

                context.AccountRulesetVersions.Remove(row);
                audit.Record("ruleset_version", rulesetId, null, JsonNode.Parse(row.Config), null);
                return true;
            },
            cancellationToken
        );

    /// <summary>Makes, changes or removes one.</summary>
    /// <param name="change">Gives the change, from the rulesets that there are.</param>
    /// <param name="dryRun">Whether all is done but the writing.</param>
    /// <param name="audit">Gets what changed.</param>
    /// <param name="cancellationToken">Gives up before anything is written.</param>
    /// <returns>The ruleset as it is now; null when it is gone.</returns>
    /// <exception cref="ApiException">It cannot be: there would be too many, or rules execute what is to go.</exception>
    /// <exception cref="ArtifactInvalidException">An edge would refuse it.</exception>
    public async Task<RulesetConfig?> ChangeAsync(
        Func<ImmutableArray<RulesetConfig>, RulesetChange> change,
        bool dryRun,
        AuditScope audit,
        CancellationToken cancellationToken
    )
    {
        if (dryRun)
        {
            return await database
                .ReadAsync(async context =>
                {
                    var (trial, _) = await CheckedAsync(context, change).ConfigureAwait(false);
                    return trial.After is { } wanted && publisher.ProblemOfRuleset(AccountRulesetArtifact.Write(wanted)) is { } problem
                        ? throw ApiException.Invalid("", problem)
                        : trial.After;
                })
                .ConfigureAwait(false);
        }

        var after = await database
            .WriteAsync(audit, context => ChangeAsync(context, change, audit), cancellationToken)
            .ConfigureAwait(false);
        signal.Wake();
        return after;
    }

    private async Task<RulesetConfig?> ChangeAsync(
        ControlDbContext context,
        Func<ImmutableArray<RulesetConfig>, RulesetChange> wanted,
        AuditScope audit
    )
    {
        var (change, row) = await CheckedAsync(context, wanted).ConfigureAwait(false);
        if (change.IsNone)
        {
            return change.After;
        }

        var id = (change.After ?? change.Before)!.Id;
        audit.Record("ruleset", id, null, Json(change.Before), Json(change.After));
        if (change.After is not { } after)
        {
            context.AccountRulesets.Remove(row!);
            await context.AccountRulesetVersions.Where(old => old.RulesetId == id).ExecuteDeleteAsync().ConfigureAwait(false);
            await ReleaseLog.AppendAsync(context, publisher.AccountRulesetRemoval(id, row!.Generation + 1)).ConfigureAwait(false);
            return null;
        }

        var config = AccountRulesetArtifact.Write(after);
        if (row is null)
        {
            row = new AccountRulesetRow { Id = id, Config = config };
            row.Generation = await ReleaseLog.GenerationAsync(context, ArtifactKind.AccountRuleset, id).ConfigureAwait(false);
            context.AccountRulesets.Add(row);
        }

        row.Config = config;
        row.Generation++;
        context.AccountRulesetVersions.Add(
            new AccountRulesetVersionRow
            {
                RulesetId = id,
                Version = after.Version,
                Config = config,
            }
        );
        var oldest = after.Version - RulesetLimits.KeptVersions;
        await context
            .AccountRulesetVersions.Where(old => old.RulesetId == id && old.Version <= oldest)
            .ExecuteDeleteAsync()
            .ConfigureAwait(false);
        await ReleaseLog.AppendAsync(context, publisher.AccountRuleset(after, row.Generation)).ConfigureAwait(false);
        return after;
    }

    private static async Task<(RulesetChange Change, AccountRulesetRow? Row)> CheckedAsync(
        ControlDbContext context,
        Func<ImmutableArray<RulesetConfig>, RulesetChange> wanted
    )
    {
        var before = await RulesetUses.AllAsync(context).ConfigureAwait(false);
        var change = wanted(before).Versioned();
        if (
            change is { Before: null, After: { Kind: RulesetKind.Root } made }
            && await RemovedRootAsync(context, made.Phase).ConfigureAwait(false) is { } removed
        )
        {
            change = change with { After = made with { Id = removed } };
        }

        var after = change.In(before);
        if (change.After is null && change.Before is { Kind: RulesetKind.Custom } gone)
        {
            var uses = await RulesetUses.CountAsync(context, gone.Id, before).ConfigureAwait(false);
            if (uses > 0)
            {
                throw RulesetErrors.Conflict(
                    $"the ruleset {gone.Id} is in use: {uses} rules execute it; take them away before it is deleted"
                );
            }
        }

        if (after.Length > RulesetLimits.RulesetsInAccount)
        {
            throw RulesetErrors.Conflict($"the account has {RulesetLimits.RulesetsInAccount} rulesets, which is the most it can have");
        }

        if (after.Sum(ruleset => ruleset.Rules.Length) is > RulesetLimits.RulesInAccount and var rules)
        {
            throw RulesetErrors.Conflict(
                $"with this the account would have {rules} rules in its rulesets, and may have {RulesetLimits.RulesInAccount}"
            );
        }

        if (change.After is { } ruleset)
        {
            RulesetUses.RequireAll([ruleset], after);
            await ListUses.RequireAllAsync(context, ListReferences.In([ruleset]).Keys).ConfigureAwait(false);
        }

        var id = change.Before?.Id;
        return (change, id is null ? null : await context.AccountRulesets.SingleOrDefaultAsync(row => row.Id == id).ConfigureAwait(false));
    }

    // While the removal of a phase's entry point is on its way, edges that have not heard of it would take a new one for a second one. So it has the
    // id of the one that goes, and is a change of that to them.
    private static async Task<string?> RemovedRootAsync(ControlDbContext context, string phase)
    {
        const int Kind = (int)ArtifactKind.AccountRuleset;
        var removals = await context
            .Rollouts.Where(rollout => rollout.Kind == Kind && rollout.Phase < (int)WavePhase.Good)
            .Join(
                context.Releases.Where(release => release.Kind == Kind && release.Removed),
                rollout => new { rollout.Name, Generation = rollout.ReleaseGeneration },
                release => new { release.Name, release.Generation },
                (rollout, release) => new { rollout.Name, rollout.BeforeGeneration }
            )
            .ToListAsync()
            .ConfigureAwait(false);
        foreach (var removal in removals)
        {
            var envelope = await context
                .Releases.Where(row => row.Kind == Kind && row.Name == removal.Name && row.Generation == removal.BeforeGeneration)
                .Select(row => row.Envelope)
                .SingleOrDefaultAsync()
                .ConfigureAwait(false);
            if (
                envelope is not null
                && ReleaseCodec.TryDecode(envelope, out var release, out _)
                && AccountRulesetArtifact.TryParse(release.FormatVersion, release.Payload.Span, out var ruleset, out _)
                && ruleset is { Kind: RulesetKind.Root }
                && ruleset.Phase == phase
                && !await context.AccountRulesets.AnyAsync(row => row.Id == removal.Name).ConfigureAwait(false)
            )
            {
                return removal.Name;
            }
        }

        return null;
    }

    private static Task<AccountRulesetVersionRow?> FindAsync(ControlDbContext context, string rulesetId, long version) =>
        context.AccountRulesetVersions.SingleOrDefaultAsync(row => row.RulesetId == rulesetId && row.Version == version);

    private static RulesetConfig Stored(AccountRulesetVersionRow row) =>
        StoredRuleset.Of(row.Config, $"version {row.Version} of ruleset {row.RulesetId}");

    private static JsonObject? Json(RulesetConfig? ruleset) => ruleset is null ? null : RulesetJson.Write(ruleset);
}
