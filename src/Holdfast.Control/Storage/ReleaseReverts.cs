using System.Text.Json;
using Holdfast.Artifacts;
using Holdfast.Artifacts.Bots;
using Holdfast.Artifacts.KillSwitches;
using Holdfast.Artifacts.Lists;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Artifacts.Zones;
using Holdfast.Control.Releases;
using Holdfast.Model.Lists;
using Holdfast.Model.Releases;
using Holdfast.Model.Rulesets;
using Holdfast.Releases.Wire;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>
/// The way back: what a release of before holds is published as a new release, through the same checks, and what its owner sees in the API
/// becomes that too, so that the next change is made to what the edges have.
/// </summary>
internal sealed class ReleaseReverts(ReleasePublisher publisher, ZoneStore zones, TimeProvider time)
{
    /// <summary>Publishes it, within a transaction.</summary>
    /// <param name="context">The transaction.</param>
    /// <param name="kind">The artifact's kind.</param>
    /// <param name="name">Its id.</param>
    /// <param name="to">The generation whose content it is; 0: there was nothing.</param>
    /// <returns>The generation of the release that goes back; null when there is nothing to go back to, or nothing would change.</returns>
    /// <exception cref="StorageConflictException">That generation cannot be gone back to.</exception>
    public async Task<long?> PublishAsync(ControlDbContext context, ArtifactKind kind, string name, long to)
    {
        var next = await ReleaseLog.GenerationAsync(context, kind, name).ConfigureAwait(false) + 1;
        var target = to == 0 ? null : await FindAsync(context, kind, name, to).ConfigureAwait(false);
        var release = kind switch
        {
            ArtifactKind.KillSwitch => KillSwitch(name, target, next),
            ArtifactKind.List => await ListAsync(context, name, target, next).ConfigureAwait(false),
            ArtifactKind.BotFeatures => BotFeatures(target, next),
            ArtifactKind.AccountRuleset => await RulesetAsync(context, name, target, next).ConfigureAwait(false),
            ArtifactKind.Zone => await ZoneAsync(context, name, target, next).ConfigureAwait(false),
            _ => throw new StorageConflictException("releases of this kind cannot be gone back to: put the older content in place again"),
        };
        if (release is null)
        {
            return null;
        }

        await ReleaseLog.AppendAsync(context, release, isBack: true).ConfigureAwait(false);
        return release.Generation;
    }

    private static async Task<Release> FindAsync(ControlDbContext context, ArtifactKind kind, string name, long generation)
    {
        var envelope = await context
            .Releases.Where(row => row.Kind == (int)kind && row.Name == name && row.Generation == generation)
            .Select(row => row.Envelope)
            .SingleOrDefaultAsync()
            .ConfigureAwait(false);
        return envelope is null ? throw new StorageConflictException($"generation {generation} is not kept any more")
            : ReleaseCodec.TryDecode(envelope, out var release, out var error) ? release
            : throw new StorageConflictException($"generation {generation} is damaged in the database: {error}");
    }

    // Before a switch was set, and after it was taken back, there is nothing.
    private Release KillSwitch(string id, Release? target, long next) =>
        target is null or { Removed: true } ? publisher.KillSwitchRemoval(id, next)
        : KillSwitchArtifact.TryParse(target.FormatVersion, target.Payload.Span, out var kill, out var problems)
            ? publisher.KillSwitch(kill, next)
        : throw new StorageConflictException($"generation {target.Generation} is one that this build does not read: {problems[0]}");

    // The file is nothing but its releases. How many features were before is part of the content, and stays what it was.
    private Release BotFeatures(Release? target, long next) =>
        target is null or { Removed: true } ? publisher.BotFeaturesRemoval(next)
        : BotFeatureArtifact.TryParse(target.FormatVersion, target.Payload.Span, BotFeatureLimits.LeftOut, out var file, out var problems)
            ? publisher.BotFeatures(file, next)
        : throw new StorageConflictException($"generation {target.Generation} is one that this build does not read: {problems[0]}");

    // One that was taken away is there again. One that is new stays, if rules execute it: without it they would do nothing.
    private async Task<Release?> RulesetAsync(ControlDbContext context, string id, Release? target, long next)
    {
        var row = await context.AccountRulesets.SingleOrDefaultAsync(row => row.Id == id).ConfigureAwait(false);
        if (target is null or { Removed: true })
        {
            var all = await RulesetUses.AllAsync(context).ConfigureAwait(false);
            if (row is null || await RulesetUses.CountAsync(context, id, all).ConfigureAwait(false) > 0)
            {
                return null;
            }

            context.AccountRulesets.Remove(row);
            await context.AccountRulesetVersions.Where(version => version.RulesetId == id).ExecuteDeleteAsync().ConfigureAwait(false);
            return publisher.AccountRulesetRemoval(id, next);
        }

        if (!AccountRulesetArtifact.TryParse(target.FormatVersion, target.Payload.Span, out var ruleset, out var problems))
        {
            throw new StorageConflictException($"generation {target.Generation} is one that this build does not read: {problems[0]}");
        }

        var config = AccountRulesetArtifact.Write(ruleset);
        if (row is null)
        {
            row = new AccountRulesetRow { Id = id, Config = config };
            context.AccountRulesets.Add(row);
        }

        row.Config = config;
        row.Generation = next;
        await PutVersionAsync(context, ruleset, config).ConfigureAwait(false);
        return publisher.AccountRuleset(ruleset, next);
    }

    // Versions count on from what is there again.
    private static async Task PutVersionAsync(ControlDbContext context, RulesetConfig ruleset, byte[] config)
    {
        await context
            .AccountRulesetVersions.Where(version => version.RulesetId == ruleset.Id && version.Version > ruleset.Version)
            .ExecuteDeleteAsync()
            .ConfigureAwait(false);
        if (
            !await context
                .AccountRulesetVersions.AnyAsync(version => version.RulesetId == ruleset.Id && version.Version == ruleset.Version)
                .ConfigureAwait(false)
        )
        {
            context.AccountRulesetVersions.Add(
                new AccountRulesetVersionRow
                {
                    RulesetId = ruleset.Id,
                    Version = ruleset.Version,
                    Config = config,
                }
            );
        }
    }

    private async Task<Release?> ListAsync(ControlDbContext context, string id, Release? target, long next)
    {
        var row = await context.Lists.SingleOrDefaultAsync(row => row.Id == id).ConfigureAwait(false);
        if (row is null || target is null or { Removed: true })
        {
            return null;
        }

        if (!ListArtifact.TryParse(target.FormatVersion, target.Payload.Span, out var list, out var problems))
        {
            throw new StorageConflictException($"generation {target.Generation} is one that this build does not read: {problems[0]}");
        }

        await PutItemsAsync(context, list).ConfigureAwait(false);
        row.Items = list.Items.Length;
        row.Generation = next;
        row.ModifiedAt = time.GetUtcNow().UtcDateTime;
        return publisher.List(list, next);
    }

    // Items that stay keep their ids and comments.
    private async Task PutItemsAsync(ControlDbContext context, ListConfig list)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var json = JsonSerializer.Serialize(list.Items.Select(item => new[] { ArtifactId.New(), item }));
        await context
            .Database.ExecuteSqlAsync(
                $"DELETE FROM list_items WHERE ListId = {list.Id} AND Value NOT IN (SELECT value ->> 1 FROM json_each({json}))",
                CancellationToken.None
            )
            .ConfigureAwait(false);
        await context
            .Database.ExecuteSqlAsync(
                $"""
                INSERT INTO list_items (ListId, Id, Value, Comment, CreatedAt, ModifiedAt)
                SELECT {list.Id}, value ->> 0, value ->> 1, '', {now}, {now} FROM json_each({json}) WHERE true
                ON CONFLICT (ListId, Value) DO NOTHING
                """,
                CancellationToken.None
            )
            .ConfigureAwait(false);
    }

    private async Task<Release?> ZoneAsync(ControlDbContext context, string id, Release? target, long next)
    {
        var row = await context.Zones.SingleOrDefaultAsync(row => row.Id == id).ConfigureAwait(false);
        if (row is null || target is null or { Removed: true })
        {
            return null;
        }

        if (!ZoneArtifact.TryParse(target.FormatVersion, target.Payload.Span, out var old, out var problems))
        {
            throw new StorageConflictException($"generation {target.Generation} is one that this build does not read: {problems[0]}");
        }

        // The records are rows of their own, which a revert of the configuration leaves as they are.
        var zone = old with
        {
            Records = ZoneStore.Stored(row).Config.Records,
        };
        foreach (var ruleset in zone.Rulesets)
        {
            // Versions count on from what is there again.
            await context
                .RulesetVersions.Where(version => version.RulesetId == ruleset.Id && version.Version > ruleset.Version)
                .ExecuteDeleteAsync()
                .ConfigureAwait(false);
        }

        return await zones.TakeBackAsync(context, row, zone, next).ConfigureAwait(false);
    }
}
