using System.Text.Json.Nodes;
using Holdfast.Artifacts;
using Holdfast.Artifacts.Zones;
using Holdfast.Control.Audit;
using Holdfast.Control.Releases;
using Holdfast.Model.Zones;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>Writes many zones and their releases in one transaction, with one signature for many of them.</summary>
internal sealed class ZoneImport
{
    private readonly ControlDatabase _database;
    private readonly ReleasePublisher _publisher;
    private readonly ReleaseSignal _signal;
    private readonly TimeProvider _time;

    public ZoneImport(ControlDatabase database, ReleasePublisher publisher, ReleaseSignal signal, TimeProvider time)
    {
        _database = database;
        _publisher = publisher;
        _signal = signal;
        _time = time;
    }

    /// <summary>Makes the zones that there are not, and gives the others their origin.</summary>
    /// <param name="zones">Zones of different names.</param>
    /// <param name="audit">Gets what changed: one entry for all of them.</param>
    /// <param name="cancellationToken">Gives up before anything is written.</param>
    /// <returns>What became of them, once it is on the disk.</returns>
    public async Task<ImportOutcome> RunAsync(IReadOnlyList<ImportedZone> zones, AuditScope audit, CancellationToken cancellationToken)
    {
        var outcome = await _database
            .WriteAsync(audit, context => WriteAsync(context, zones, audit), cancellationToken)
            .ConfigureAwait(false);
        if (outcome.Created + outcome.Updated > 0)
        {
            _signal.Wake();
        }

        return outcome;
    }

    private async Task<ImportOutcome> WriteAsync(ControlDbContext context, IReadOnlyList<ImportedZone> zones, AuditScope audit)
    {
        var names = zones.Select(zone => zone.Name).ToArray();
        var there = await context.Zones.Where(row => names.Contains(row.Name)).ToDictionaryAsync(row => row.Name).ConfigureAwait(false);
        var now = _time.GetUtcNow().UtcDateTime;
        var changed = new List<(string Id, long Generation, byte[] Config)>();
        var errors = new List<(int Index, string Message)>();
        var (created, updated) = (0, 0);
        foreach (var zone in zones)
        {
            var row = there.GetValueOrDefault(zone.Name);
            var config = row is null ? New(zone) : ZoneStore.Stored(row).Config with { Origin = zone.Origin };
            var bytes = ZoneArtifact.Write(config);
            if (row is not null && bytes.AsSpan().SequenceEqual(row.Config))
            {
                continue;
            }

            if (_publisher.ProblemOf(bytes) is { } problem)
            {
                errors.Add((zone.Index, problem));
                continue;
            }

            if (row is null)
            {
                row = new ZoneRow
                {
                    Id = config.Id,
                    Name = config.Name,
                    Generation = 0,
                    Config = bytes,
                    CreatedAt = now,
                    ModifiedAt = now,
                };
                context.Zones.Add(row);
                created++;
            }
            else
            {
                updated++;
            }

            row.Generation++;
            row.Config = bytes;
            row.ModifiedAt = now;
            changed.Add((row.Id, row.Generation, bytes));
        }

        foreach (var release in _publisher.Zones(changed))
        {
            await ReleaseLog.AppendAsync(context, release).ConfigureAwait(false);
        }

        if (changed.Count > 0)
        {
            audit.Record("zones", "import", null, null, new JsonObject { ["created"] = created, ["updated"] = updated });
        }

        return new ImportOutcome(created, updated, zones.Count - changed.Count - errors.Count, errors);
    }

    private static ZoneConfig New(ImportedZone zone) =>
        new()
        {
            Id = ArtifactId.New(),
            Name = zone.Name,
            Origin = zone.Origin,
        };
}

/// <summary>A zone to import.</summary>
/// <param name="Index">Its place in the request, for messages.</param>
/// <param name="Name">Its canonical name.</param>
/// <param name="Origin">Its origin, or null.</param>
internal sealed record ImportedZone(int Index, string Name, OriginUrl? Origin);

/// <summary>What became of an import.</summary>
internal sealed record ImportOutcome(int Created, int Updated, int Unchanged, IReadOnlyList<(int Index, string Message)> Errors);
