using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.Rulesets;
using Holdfast.Artifacts.Zones;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Releases;
using Holdfast.Control.Releases.Rehearsals;
using Holdfast.Control.Rulesets;
using Holdfast.Control.Zones;
using Holdfast.Model.Releases;
using Holdfast.Model.Rulesets;
using Holdfast.Releases.Canonical;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>
/// The zones' rulesets. They are part of the zone's configuration; what they were before is kept beside it. A change, its version and the
/// zone's release are one transaction.
/// </summary>
internal sealed class RulesetStore(ControlDatabase database, ZoneStore zones, ReleasePublisher publisher, ReleaseSignal signal)
{
    /// <returns>The zone's rulesets in the order of their phases; null when there is no such zone.</returns>
    public async Task<ImmutableArray<RulesetConfig>?> AllAsync(string zoneId) =>
        (await zones.FindAsync(zoneId).ConfigureAwait(false))?.Config.Rulesets;

    /// <summary>What rules can refer to.</summary>
    public Task<RuleReferences> ReferencesAsync() => database.ReadAsync(RulesetUses.ReferencesAsync);

    /// <summary>The versions of a ruleset that are kept, the newest first.</summary>
    public Task<IReadOnlyList<RulesetConfig>> VersionsAsync(string rulesetId) =>
        database.ReadAsync<IReadOnlyList<RulesetConfig>>(async context =>
            [
                .. (
                    await context
                        .RulesetVersions.Where(row => row.RulesetId == rulesetId)
                        .OrderByDescending(row => row.Version)
                        .ToListAsync()
                        .ConfigureAwait(false)
                ).Select(Stored),
            ]
        );

    /// <summary>A version of a ruleset, or null.</summary>
    public Task<RulesetConfig?> VersionAsync(string rulesetId, long version) =>
        database.ReadAsync(async context =>
            await context
                .RulesetVersions.SingleOrDefaultAsync(row => row.RulesetId == rulesetId && row.Version == version)
                .ConfigureAwait(false)
                is { } row
                ? Stored(row)
                : null
        );

    /// <summary>Forgets an old version.</summary>
    /// <returns>Whether there was one.</returns>
    public Task<bool> RemoveVersionAsync(
        string zoneId,
        string rulesetId,
        long version,
        AuditScope audit,
        CancellationToken cancellationToken
    ) =>
        database.WriteAsync(
            audit,
            async context =>
            {
                var row = await context
                    .RulesetVersions.SingleOrDefaultAsync(row => row.RulesetId == rulesetId && row.Version == version)
                    .ConfigureAwait(false);
                if (row is null)
                {
                    return false;
                }

                context.RulesetVersions.Remove(row);
                audit.Record("ruleset_version", rulesetId, zoneId, JsonNode.Parse(row.Config), null);
                return true;
            },
            cancellationToken
        );

    /// <summary>Makes, changes or removes one of a zone's rulesets.</summary>
    /// <param name="zoneId">The zone's id.</param>
    /// <param name="change">Gives the change, from the rulesets that there are.</param>
    /// <param name="dryRun">Whether all is done but the writing.</param>
    /// <param name="audit">Gets what changed.</param>
    /// <param name="cancellationToken">Gives up before anything is written.</param>
    /// <returns>The ruleset as it is now; null when it is gone.</returns>
    /// <exception cref="ApiException">There is no such zone.</exception>
    /// <exception cref="ArtifactInvalidException">An edge would refuse it.</exception>
    public async Task<RulesetConfig?> ChangeAsync(
        string zoneId,
        Func<ImmutableArray<RulesetConfig>, RulesetChange> change,
        bool dryRun,
        AuditScope audit,
        CancellationToken cancellationToken
    )
    {
        if (dryRun)
        {
            var zone = await zones.FindAsync(zoneId).ConfigureAwait(false) ?? throw ZoneRequests.NoZone();
            var trial = change(zone.Config.Rulesets).Versioned();
            var bytes = ZoneArtifact.Write(zone.Config with { Rulesets = trial.In(zone.Config.Rulesets) });
            return publisher.ProblemOf(bytes) is { } problem ? throw ApiException.Invalid("", problem) : trial.After;
        }

        var after = await database
            .WriteAsync(audit, context => ChangeAsync(context, zoneId, change, audit), cancellationToken)
            .ConfigureAwait(false);
        signal.Wake();
        return after;
    }

    /// <summary>The zone as it would be with a ruleset.</summary>
    /// <exception cref="ApiException">There is no such zone.</exception>
    public async Task<ProposedArtifact> ProposedAsync(string zoneId, RulesetConfig wanted)
    {
        var zone = (await zones.FindAsync(zoneId).ConfigureAwait(false))?.Config ?? throw ZoneRequests.NoZone();
        var change = new RulesetChange(zone.Rulesets.FirstOrDefault(ruleset => ruleset.Id == wanted.Id), wanted);
        var payload = ZoneArtifact.Write(zone with { Rulesets = change.In(zone.Rulesets) });
        return new ProposedArtifact(ArtifactKind.Zone, zoneId, ZoneArtifact.FormatVersion, payload);
    }

    private async Task<RulesetConfig?> ChangeAsync(
        ControlDbContext context,
        string zoneId,
        Func<ImmutableArray<RulesetConfig>, RulesetChange> wanted,
        AuditScope audit
    )
    {
        var row = await context.Zones.SingleOrDefaultAsync(row => row.Id == zoneId).ConfigureAwait(false) ?? throw ZoneRequests.NoZone();
        var config = ZoneStore.Stored(row).Config;
        var change = wanted(config.Rulesets).Versioned();
        if (change.IsNone)
        {
            return change.After;
        }

        var id = (change.After ?? change.Before)!.Id;
        audit.Record("ruleset", id, zoneId, Json(change.Before), Json(change.After));
        if (change.After is { } after)
        {
            context.RulesetVersions.Add(
                new RulesetVersionRow
                {
                    RulesetId = id,
                    Version = after.Version,
                    ZoneId = zoneId,
                    Config = CanonicalJson.Write(RulesetJson.Write(after)),
                }
            );
        }

        // All of a ruleset that is gone, and of another what is older than the newest that are kept.
        var oldest = change.After is null ? long.MaxValue : change.After.Version - RulesetLimits.KeptVersions;
        context.RulesetVersions.RemoveRange(
            await context.RulesetVersions.Where(row => row.RulesetId == id && row.Version <= oldest).ToListAsync().ConfigureAwait(false)
        );
        await zones.ReplaceAsync(context, row, config with { Rulesets = change.In(config.Rulesets) }, null).ConfigureAwait(false);
        return change.After;
    }

    private static JsonObject? Json(RulesetConfig? ruleset) => ruleset is null ? null : RulesetJson.Write(ruleset);

    private static RulesetConfig Stored(RulesetVersionRow row) =>
        StoredRuleset.Of(row.Config, $"version {row.Version} of ruleset {row.RulesetId}");
}
