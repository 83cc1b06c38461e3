using System.Text.Json.Nodes;
using Holdfast.Artifacts.Zones;
using Holdfast.Control.Audit;
using Holdfast.Control.Releases;
using Holdfast.Model.Releases;
using Holdfast.Model.Zones;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>The zones. Every change and its release are one transaction; whoever follows the feed is woken after it.</summary>
internal sealed partial class ZoneStore
{
    private readonly ControlDatabase _database;
    private readonly ReleasePublisher _publisher;
    private readonly ReleaseSignal _signal;
    private readonly TimeProvider _time;

    public ZoneStore(ControlDatabase database, ReleasePublisher publisher, ReleaseSignal signal, TimeProvider time)
    {
        _database = database;
        _publisher = publisher;
        _signal = signal;
        _time = time;
    }

    public Task<StoredZone?> FindAsync(string id) =>
        _database.ReadAsync(async context =>
            await context.Zones.SingleOrDefaultAsync(row => row.Id == id).ConfigureAwait(false) is { } row ? Stored(row) : null
        );

    /// <exception cref="StorageConflictException">There is a zone of this name.</exception>
    public async Task<StoredZone> CreateAsync(ZoneConfig zone, AuditScope audit, CancellationToken cancellationToken) =>
        (
            await PutAsync(
                zone.Name,
                null,
                before => before is null ? zone : throw new StorageConflictException("the zone exists already"),
                audit,
                cancellationToken
            )
        ).Zone;

    /// <summary>Makes a zone or changes the one of this name.</summary>
    /// <param name="name">The canonical name.</param>
    /// <param name="generation">The generations that the caller knows, or null when any will do, and none.</param>
    /// <param name="put">Gives the zone, from the one that is there or from null.</param>
    /// <param name="audit">Gets what changed.</param>
    /// <param name="cancellationToken">Gives up before anything is written.</param>
    /// <returns>The zone, and whether it is new.</returns>
    /// <exception cref="StaleGenerationException">It is at another generation, or not there.</exception>
    public async Task<(StoredZone Zone, bool Created)> PutAsync(
        string name,
        KnownGenerations? generation,
        Func<ZoneConfig?, ZoneConfig> put,
        AuditScope audit,
        CancellationToken cancellationToken
    )
    {
        var result = await _database
            .WriteAsync(
                audit,
                async context =>
                {
                    var row = await context.Zones.SingleOrDefaultAsync(row => row.Name == name).ConfigureAwait(false);
                    generation?.Require(row?.Generation);
                    if (row is not null)
                    {
                        return (await ReplaceAsync(context, row, put(Stored(row).Config), audit).ConfigureAwait(false), false);
                    }

                    var zone = put(null);
                    var now = Now();
                    row = new ZoneRow
                    {
                        Id = zone.Id,
                        Name = zone.Name,
                        Type = (int)zone.Type,
                        Generation = 1,
                        Config = ZoneArtifact.Write(zone),
                        CreatedAt = now,
                        ModifiedAt = now,
                    };
                    context.Zones.Add(row);
                    audit.Record("zone", row.Id, row.Id, null, JsonNode.Parse(row.Config));
                    await ReleaseLog.AppendAsync(context, _publisher.Zone(row.Id, row.Generation, row.Config)).ConfigureAwait(false);
                    return (Stored(row), true);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        _signal.Wake();
        return result;
    }

    /// <summary>Changes a zone.</summary>
    /// <param name="id">The zone's id.</param>
    /// <param name="generation">The generations that the caller knows, or null when any will do.</param>
    /// <param name="change">Gives the zone as it shall be.</param>
    /// <param name="audit">Gets what changed.</param>
    /// <param name="cancellationToken">Gives up before anything is written.</param>
    /// <returns>The zone, or null when there is none.</returns>
    /// <exception cref="StaleGenerationException">It is at another generation.</exception>
    public async Task<StoredZone?> ChangeAsync(
        string id,
        KnownGenerations? generation,
        Func<ZoneConfig, ZoneConfig> change,
        AuditScope audit,
        CancellationToken cancellationToken
    )
    {
        var result = await _database
            .WriteAsync(
                audit,
                async context =>
                    await FindAsync(context, id, generation).ConfigureAwait(false) is { } row
                        ? await ReplaceAsync(context, row, change(Stored(row).Config), audit).ConfigureAwait(false)
                        : null,
                cancellationToken
            )
            .ConfigureAwait(false);
        _signal.Wake();
        return result;
    }

    /// <summary>Removes a zone, its certificates and its records.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="StaleGenerationException">It is at another generation.</exception>
    public async Task<bool> RemoveAsync(string id, KnownGenerations? generation, AuditScope audit, CancellationToken cancellationToken)
    {
        var removed = await _database
            .WriteAsync(
                audit,
                async context =>
                {
                    if (await FindAsync(context, id, generation).ConfigureAwait(false) is not { } row)
                    {
                        return false;
                    }

                    foreach (
                        var certificate in await context.Certificates.Where(row => row.ZoneId == id).ToListAsync().ConfigureAwait(false)
                    )
                    {
                        context.Certificates.Remove(certificate);
                        var removal = _publisher.CertificateRemoval(certificate.Id, certificate.Generation + 1);
                        await ReleaseLog.AppendAsync(context, removal).ConfigureAwait(false);
                    }

                    context.Zones.Remove(row);
                    audit.Record("zone", row.Id, row.Id, JsonNode.Parse(row.Config), null);
                    await ReleaseLog.AppendAsync(context, _publisher.ZoneRemoval(id, row.Generation + 1)).ConfigureAwait(false);
                    return true;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        _signal.Wake();
        return removed;
    }

    private static async Task<ZoneRow?> FindAsync(ControlDbContext context, string id, KnownGenerations? generation)
    {
        var row = await context.Zones.SingleOrDefaultAsync(row => row.Id == id).ConfigureAwait(false);
        if (row is not null)
        {
            generation?.Require(row.Generation);
        }

        return row;
    }

    /// <summary>
    /// Gives a zone another configuration, and publishes it unless it is the same, within the transaction of the caller. What changed is
    /// recorded unless <paramref name="audit"/> is null: then the caller records something more telling.
    /// </summary>
    public async Task<StoredZone> ReplaceAsync(ControlDbContext context, ZoneRow row, ZoneConfig zone, AuditScope? audit)
    {
        var config = ZoneArtifact.Write(zone);
        if (config.AsSpan().SequenceEqual(row.Config))
        {
            // A change that changes nothing is no release: repeating a PUT gives the same state.
            return new StoredZone(zone, row.Generation, row.CreatedAt, row.ModifiedAt);
        }

        audit?.Record("zone", row.Id, row.Id, JsonNode.Parse(row.Config), JsonNode.Parse(config));
        await ListUses.SetAsync(context, row, zone).ConfigureAwait(false);
        await RulesetUses.SetAsync(context, row, zone).ConfigureAwait(false);
        row.Generation++;
        row.Config = config;
        row.Type = (int)zone.Type;
        row.ModifiedAt = Now();
        await ReleaseLog.AppendAsync(context, _publisher.Zone(row.Id, row.Generation, row.Config)).ConfigureAwait(false);
        return new StoredZone(zone, row.Generation, row.CreatedAt, row.ModifiedAt);
    }

    /// <summary>Gives a zone an older configuration, within the transaction of the caller, who publishes the release.</summary>
    /// <returns>The release; null when it would change nothing.</returns>
    public async Task<Release?> TakeBackAsync(ControlDbContext context, ZoneRow row, ZoneConfig zone, long generation)
    {
        var config = ZoneArtifact.Write(zone);
        if (config.AsSpan().SequenceEqual(row.Config))
        {
            return null;
        }

        await ListUses.SetAsync(context, row, zone).ConfigureAwait(false);
        await RulesetUses.SetAsync(context, row, zone).ConfigureAwait(false);
        row.Generation = generation;
        row.Config = config;
        row.Type = (int)zone.Type;
        row.ModifiedAt = Now();
        return _publisher.Zone(row.Id, generation, config);
    }

    /// <exception cref="InvalidDataException">The row is damaged.</exception>
    internal static StoredZone Stored(ZoneRow row) =>
        ZoneArtifact.TryParse(ZoneArtifact.FormatVersion, row.Config, out var zone, out var problems)
            ? new StoredZone(zone, row.Generation, row.CreatedAt, row.ModifiedAt)
            : throw new InvalidDataException($"zone {row.Id} in the database is damaged: {problems[0]}");

    private DateTime Now() => _time.GetUtcNow().UtcDateTime;
}

/// <summary>A zone with what control knows about it.</summary>
internal sealed record StoredZone(ZoneConfig Config, long Generation, DateTime CreatedAt, DateTime ModifiedAt);
