using System.Text.Json.Nodes;
using Holdfast.Artifacts.Certificates;
using Holdfast.Control.Audit;
using Holdfast.Control.Releases;
using Holdfast.Model.Certificates;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>The uploaded certificates. Every change and its release are one transaction.</summary>
internal sealed class CertificateStore
{
    /// <summary>Most certificates of one zone.</summary>
    public const int MaxPerZone = 100;

    private readonly ControlDatabase _database;
    private readonly ReleasePublisher _publisher;
    private readonly ReleaseSignal _signal;
    private readonly TimeProvider _time;

    public CertificateStore(ControlDatabase database, ReleasePublisher publisher, ReleaseSignal signal, TimeProvider time)
    {
        _database = database;
        _publisher = publisher;
        _signal = signal;
        _time = time;
    }

    /// <summary>All certificates of a zone, the highest priority first, then the oldest; at most <see cref="MaxPerZone"/>.</summary>
    public Task<IReadOnlyList<StoredCertificate>> ListAsync(string zoneId) => _database.ReadAsync(context => ListAsync(context, zoneId));

    public Task<StoredCertificate?> FindAsync(string zoneId, string id) =>
        _database.ReadAsync(async context =>
            await context.Certificates.SingleOrDefaultAsync(row => row.Id == id && row.ZoneId == zoneId).ConfigureAwait(false) is { } row
                ? Stored(row)
                : null
        );

    /// <returns>The certificate, or null when its zone is gone.</returns>
    /// <exception cref="StorageConflictException">The zone has <see cref="MaxPerZone"/> certificates.</exception>
    public async Task<StoredCertificate?> AddAsync(CertificateConfig certificate, AuditScope audit, CancellationToken cancellationToken)
    {
        var added = await _database
            .WriteAsync(
                audit,
                async context =>
                {
                    if (!await context.Zones.AnyAsync(row => row.Id == certificate.ZoneId).ConfigureAwait(false))
                    {
                        return null;
                    }

                    if (await context.Certificates.CountAsync(row => row.ZoneId == certificate.ZoneId).ConfigureAwait(false) >= MaxPerZone)
                    {
                        throw new StorageConflictException($"the zone has {MaxPerZone} certificates, which is the most it can have");
                    }

                    var now = _time.GetUtcNow().UtcDateTime;
                    var row = new CertificateRow
                    {
                        Id = certificate.Id,
                        ZoneId = certificate.ZoneId,
                        Generation = 1,
                        Config = CertificateArtifact.Write(certificate),
                        CreatedAt = now,
                        ModifiedAt = now,
                    };
                    context.Certificates.Add(row);
                    audit.Record("certificate", row.Id, row.ZoneId, null, JsonNode.Parse(row.Config));

                    // Signed in here: outside, the key could be retired before the commit.
                    await ReleaseLog.AppendAsync(context, _publisher.Certificate(certificate, 1)).ConfigureAwait(false);
                    return Stored(row);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        _signal.Wake();
        return added;
    }

    /// <summary>Changes a certificate.</summary>
    /// <param name="zoneId">Its zone.</param>
    /// <param name="id">The certificate.</param>
    /// <param name="generation">The generations that the caller knows, or null when any will do.</param>
    /// <param name="change">Gives the certificate as it shall be.</param>
    /// <param name="audit">Gets what changed.</param>
    /// <param name="cancellationToken">Gives up before anything is written.</param>
    /// <returns>The certificate, or null when there is none.</returns>
    /// <exception cref="StaleGenerationException">It is at another generation.</exception>
    public async Task<StoredCertificate?> ChangeAsync(
        string zoneId,
        string id,
        KnownGenerations? generation,
        Func<CertificateConfig, CertificateConfig> change,
        AuditScope audit,
        CancellationToken cancellationToken
    )
    {
        var changed = await _database
            .WriteAsync(
                audit,
                async context =>
                {
                    if (await FindAsync(context, zoneId, id, generation).ConfigureAwait(false) is not { } row)
                    {
                        return null;
                    }

                    var (before, known) = (row.Config, row.Generation);
                    var stored = await ReplaceAsync(context, row, change(Stored(row).Config)).ConfigureAwait(false);
                    if (stored.Generation != known)
                    {
                        audit.Record("certificate", row.Id, row.ZoneId, JsonNode.Parse(before), JsonNode.Parse(row.Config));
                    }

                    return stored;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        _signal.Wake();
        return changed;
    }

    /// <summary>Gives certificates of a zone their priorities, all or none.</summary>
    /// <param name="zoneId">The zone.</param>
    /// <param name="priorities">Certificates and the priorities that they get.</param>
    /// <param name="check">Looks at the zone's certificates before anything is changed, and throws when it must not be.</param>
    /// <param name="audit">Gets what changed.</param>
    /// <param name="cancellationToken">Gives up before anything is written.</param>
    /// <returns>All certificates of the zone.</returns>
    public async Task<IReadOnlyList<StoredCertificate>> PrioritizeAsync(
        string zoneId,
        IReadOnlyList<(string Id, int Priority)> priorities,
        Action<IReadOnlyList<StoredCertificate>> check,
        AuditScope audit,
        CancellationToken cancellationToken
    )
    {
        var all = await _database
            .WriteAsync(
                audit,
                async context =>
                {
                    var before = await ListAsync(context, zoneId).ConfigureAwait(false);
                    check(before);
                    foreach (var (id, priority) in priorities)
                    {
                        var row = await context.Certificates.SingleAsync(row => row.Id == id && row.ZoneId == zoneId).ConfigureAwait(false);
                        await ReplaceAsync(context, row, Stored(row).Config with { Priority = priority }).ConfigureAwait(false);
                    }

                    await context.SaveChangesAsync(cancellationToken).ConfigureAwait(false);
                    var after = await ListAsync(context, zoneId).ConfigureAwait(false);
                    var (was, now) = (Priorities(before), Priorities(after));
                    if (!JsonNode.DeepEquals(was, now))
                    {
                        audit.Record("certificate_priorities", zoneId, zoneId, was, now);
                    }

                    return after;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        _signal.Wake();
        return all;
    }

    /// <returns>Whether there was one.</returns>
    /// <exception cref="StaleGenerationException">It is at another generation.</exception>
    public async Task<bool> RemoveAsync(
        string zoneId,
        string id,
        KnownGenerations? generation,
        AuditScope audit,
        CancellationToken cancellationToken
    )
    {
        var removed = await _database
            .WriteAsync(
                audit,
                async context =>
                {
                    if (await FindAsync(context, zoneId, id, generation).ConfigureAwait(false) is not { } row)
                    {
                        return false;
                    }

                    context.Certificates.Remove(row);
                    audit.Record("certificate", row.Id, row.ZoneId, JsonNode.Parse(row.Config), null);
                    await ReleaseLog.AppendAsync(context, _publisher.CertificateRemoval(id, row.Generation + 1)).ConfigureAwait(false);
                    return true;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        _signal.Wake();
        return removed;
    }

    private static JsonObject Priorities(IReadOnlyList<StoredCertificate> certificates) =>
        new(
            certificates
                .OrderBy(stored => stored.Config.Id, StringComparer.Ordinal)
                .Select(stored => KeyValuePair.Create(stored.Config.Id, (JsonNode?)stored.Config.Priority))
        );

    private static async Task<IReadOnlyList<StoredCertificate>> ListAsync(ControlDbContext context, string zoneId)
    {
        var rows = await context.Certificates.Where(row => row.ZoneId == zoneId).ToListAsync().ConfigureAwait(false);
        return
        [
            .. rows.Select(Stored)
                .OrderByDescending(stored => stored.Config.Priority)
                .ThenBy(stored => stored.CreatedAt)
                .ThenBy(stored => stored.Config.Id, StringComparer.Ordinal),
        ];
    }

    private static async Task<CertificateRow?> FindAsync(ControlDbContext context, string zoneId, string id, KnownGenerations? generation)
    {
        var row = await context.Certificates.SingleOrDefaultAsync(row => row.Id == id && row.ZoneId == zoneId).ConfigureAwait(false);
        if (row is not null)
        {
            generation?.Require(row.Generation);
        }

        return row;
    }

    private async Task<StoredCertificate> ReplaceAsync(ControlDbContext context, CertificateRow row, CertificateConfig certificate)
    {
        var config = CertificateArtifact.Write(certificate);
        if (config.AsSpan().SequenceEqual(row.Config))
        {
            // A change that changes nothing is no release: repeating a PUT gives the same state.
            return Stored(row);
        }

        row.Generation++;
        row.Config = config;
        row.ModifiedAt = _time.GetUtcNow().UtcDateTime;
        await ReleaseLog.AppendAsync(context, _publisher.Certificate(certificate, row.Generation)).ConfigureAwait(false);
        return Stored(row);
    }

    private static StoredCertificate Stored(CertificateRow row) =>
        CertificateArtifact.TryParse(CertificateArtifact.FormatVersion, row.Config, out var certificate, out var problems)
            ? new StoredCertificate(certificate, row.Generation, row.CreatedAt, row.ModifiedAt)
            : throw new InvalidDataException($"certificate {row.Id} in the database is damaged: {problems[0]}");
}

/// <summary>A certificate with what control knows about it.</summary>
internal sealed record StoredCertificate(CertificateConfig Config, long Generation, DateTime CreatedAt, DateTime ModifiedAt);
