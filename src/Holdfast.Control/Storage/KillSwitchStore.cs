using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Artifacts.KillSwitches;
using Holdfast.Control.Audit;
using Holdfast.Control.Releases;
using Holdfast.Model.KillSwitches;
using Holdfast.Model.Releases;
using Holdfast.Model.Rulesets;
using Holdfast.Releases.Wire;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>The kill switches. They are nothing but their releases: a switch is set by one and taken back by the next.</summary>
internal sealed class KillSwitchStore
{
    private const int Kind = (int)ArtifactKind.KillSwitch;

    private readonly ControlDatabase _database;
    private readonly ReleasePublisher _publisher;
    private readonly ReleaseSignal _signal;

    public KillSwitchStore(ControlDatabase database, ReleasePublisher publisher, ReleaseSignal signal)
    {
        _database = database;
        _publisher = publisher;
        _signal = signal;
    }

    /// <summary>All that are set, the newest first.</summary>
    public Task<IReadOnlyList<StoredKillSwitch>> ListAsync() =>
        _database.ReadAsync<IReadOnlyList<StoredKillSwitch>>(async context =>
            [.. (await Set(context).OrderByDescending(row => row.Position).ToListAsync().ConfigureAwait(false)).Select(Stored)]
        );

    public Task<StoredKillSwitch?> FindAsync(string id) =>
        _database.ReadAsync(async context =>
            await Set(context).SingleOrDefaultAsync(row => row.Name == id).ConfigureAwait(false) is { } row ? Stored(row) : null
        );

    /// <summary>Sets one.</summary>
    /// <param name="kill">It.</param>
    /// <param name="check">
    /// Looks at the zone that it is for, null when that is every zone, and at the account's rulesets; throws when it must not be set.
    /// </param>
    /// <param name="audit">Gets what changed.</param>
    /// <param name="cancellationToken">Gives up before anything is written.</param>
    /// <returns>It, or null when its zone is not there.</returns>
    /// <exception cref="StorageConflictException">There are <see cref="KillSwitchConfig.MostAtOnce"/>.</exception>
    public async Task<StoredKillSwitch?> AddAsync(
        KillSwitchConfig kill,
        Action<StoredZone?, ImmutableArray<RulesetConfig>> check,
        AuditScope audit,
        CancellationToken cancellationToken
    )
    {
        var added = await _database
            .WriteAsync(
                audit,
                async context =>
                {
                    ZoneRow? zone = null;
                    if (kill.ZoneId is { } zoneId)
                    {
                        zone = await context.Zones.SingleOrDefaultAsync(row => row.Id == zoneId).ConfigureAwait(false);
                        if (zone is null)
                        {
                            return null;
                        }
                    }

                    check(zone is null ? null : ZoneStore.Stored(zone), await RulesetUses.AllAsync(context).ConfigureAwait(false));

                    if (await Set(context).CountAsync().ConfigureAwait(false) >= KillSwitchConfig.MostAtOnce)
                    {
                        throw new StorageConflictException(
                            $"there are {KillSwitchConfig.MostAtOnce} kill switches, which is the most there can be"
                        );
                    }

                    audit.Record("kill_switch", kill.Id, kill.ZoneId, null, JsonNode.Parse(KillSwitchArtifact.Write(kill)));

                    // Signed in here: outside, the key could be retired before the commit.
                    var release = _publisher.KillSwitch(kill, 1);
                    await ReleaseLog.AppendAsync(context, release).ConfigureAwait(false);
                    return new StoredKillSwitch(kill, 1, release.CreatedAt.UtcDateTime);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        _signal.Wake();
        return added;
    }

    /// <summary>Takes one back.</summary>
    /// <returns>Whether it was set.</returns>
    public async Task<bool> RemoveAsync(string id, KnownGenerations? generation, AuditScope audit, CancellationToken cancellationToken)
    {
        var removed = await _database
            .WriteAsync(
                audit,
                async context =>
                {
                    if (await Set(context).SingleOrDefaultAsync(row => row.Name == id).ConfigureAwait(false) is not { } row)
                    {
                        return false;
                    }

                    generation?.Require(row.Generation);
                    var kill = Stored(row).Config;
                    audit.Record("kill_switch", id, kill.ZoneId, JsonNode.Parse(KillSwitchArtifact.Write(kill)), null);
                    await ReleaseLog.AppendAsync(context, _publisher.KillSwitchRemoval(id, row.Generation + 1)).ConfigureAwait(false);
                    return true;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        _signal.Wake();
        return removed;
    }

    // A switch's newest release, unless that takes it back.
    private static IQueryable<ReleaseRow> Set(ControlDbContext context) =>
        context.Releases.Where(row =>
            row.Kind == Kind
            && !row.Removed
            && !context.Releases.Any(later => later.Kind == Kind && later.Name == row.Name && later.Generation > row.Generation)
        );

    private static StoredKillSwitch Stored(ReleaseRow row) =>
        ReleaseCodec.TryDecode(row.Envelope, out var release, out var error)
            ? KillSwitchArtifact.TryParse(release.FormatVersion, release.Payload.Span, out var kill, out var problems)
                ? new StoredKillSwitch(kill, row.Generation, row.CreatedAt)
                : throw new InvalidDataException($"kill switch {row.Name} in the database is damaged: {problems[0]}")
            : throw new InvalidDataException($"the release of kill switch {row.Name} in the database is damaged: {error}");
}

/// <summary>A kill switch with what control knows about it.</summary>
internal sealed record StoredKillSwitch(KillSwitchConfig Config, long Generation, DateTime CreatedAt);
