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

    public Task<(IReadOnlyList<StoredCertificate> Certificates, int Total)> ListAsync(string zoneId, int skip, int take) =>
        _database.ReadAsync<(IReadOnlyList<StoredCertificate>, int)>(async context =>
        {
            var rows = context.Certificates.Where(row => row.ZoneId == zoneId);
            var total = await rows.CountAsync().ConfigureAwait(false);
            var page = await rows.OrderBy(row => row.CreatedAt)
                .ThenBy(row => row.Id)
                .Skip(skip)
                .Take(take)
                .ToListAsync()
                .ConfigureAwait(false);
            return ([.. page.Select(Stored)], total);
        });

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
        var release = _publisher.Certificate(certificate, 1);
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

                    var row = new CertificateRow
                    {
                        Id = certificate.Id,
                        ZoneId = certificate.ZoneId,
                        Generation = 1,
                        Config = CertificateArtifact.Write(certificate),
                        CreatedAt = _time.GetUtcNow().UtcDateTime,
                    };
                    context.Certificates.Add(row);
                    audit.Record("certificate", row.Id, row.ZoneId, null, JsonNode.Parse(row.Config));
                    await ReleaseLog.AppendAsync(context, release).ConfigureAwait(false);
                    return Stored(row);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        _signal.Wake();
        return added;
    }

    /// <returns>Whether there was one.</returns>
    public async Task<bool> RemoveAsync(string zoneId, string id, AuditScope audit, CancellationToken cancellationToken)
    {
        var removed = await _database
            .WriteAsync(
                audit,
                async context =>
                {
                    var row = await context
                        .Certificates.SingleOrDefaultAsync(row => row.Id == id && row.ZoneId == zoneId)
                        .ConfigureAwait(false);
                    if (row is null)
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

    private static StoredCertificate Stored(CertificateRow row) =>
        CertificateArtifact.TryParse(CertificateArtifact.FormatVersion, row.Config, out var certificate, out var problems)
            ? new StoredCertificate(certificate, row.CreatedAt)
            : throw new InvalidDataException($"certificate {row.Id} in the database is damaged: {problems[0]}");
}

/// <summary>A certificate with what control knows about it.</summary>
internal sealed record StoredCertificate(CertificateConfig Config, DateTime CreatedAt);
