using System.Runtime.CompilerServices;
using Holdfast.Control.Audit;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>The audit log's table: entries are added at its end, inside the transaction of what they tell, and never touched again.</summary>
internal sealed class AuditLog
{
    private const int ReadAtOnce = 1_000;

    private readonly ControlDatabase _database;

    public AuditLog(ControlDatabase database)
    {
        _database = database;
    }

    /// <summary>Lets the database itself refuse to change or remove entries, whatever code asks it to.</summary>
    public static void Protect(ControlDbContext context)
    {
        foreach (var change in new[] { "UPDATE", "DELETE" })
        {
            var sql =
                $"CREATE TRIGGER IF NOT EXISTS audit_log_no_{change.ToLowerInvariant()} BEFORE {change} ON audit_log "
                + "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END";
            context.Database.ExecuteSqlRaw(sql);
        }
    }

    /// <summary>Adds an entry to the transaction: its number, time and hashes are made here.</summary>
    /// <returns>The entry as it is stored.</returns>
    public static async Task<AuditEntry> AppendAsync(ControlDbContext context, AuditEntry draft, TimeProvider time)
    {
        var last = await context
            .AuditEntries.OrderByDescending(row => row.Sequence)
            .Select(row => new { row.Sequence, row.Hash })
            .FirstOrDefaultAsync()
            .ConfigureAwait(false);
        var entry = draft with
        {
            Sequence = (last?.Sequence ?? 0) + 1,
            At = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds()),
            PreviousHash = last?.Hash ?? AuditEntry.Beginning,
        };
        entry = entry with { Hash = entry.ComputeHash() };
        context.AuditEntries.Add(Row(entry));
        return entry;
    }

    /// <summary>Writes a refusal, which belongs to no other transaction.</summary>
    public Task WriteRefusalAsync(AuditScope scope, CancellationToken cancellationToken) =>
        _database.WriteAsync(scope, _ => Task.FromResult(true), cancellationToken, "refused");

    /// <summary>Writes an entry about something that changed outside the database.</summary>
    public Task WriteAsync(AuditScope scope, CancellationToken cancellationToken) =>
        _database.WriteAsync(scope, _ => Task.FromResult(true), cancellationToken);

    /// <summary>A page of entries, newest first.</summary>
    public Task<(IReadOnlyList<AuditEntry> Entries, int Total)> ListAsync(AuditFilter filter, int skip, int take) =>
        _database.ReadAsync<(IReadOnlyList<AuditEntry>, int)>(async context =>
        {
            var rows = context.AuditEntries.AsQueryable();
            rows = filter.Actor is { } actor ? rows.Where(row => row.ActorName == actor || row.ActorId == actor) : rows;
            rows = filter.Operation is { } operation ? rows.Where(row => row.Operation == operation) : rows;
            rows = filter.Outcome is { } outcome ? rows.Where(row => row.Outcome == outcome) : rows;
            rows = filter.ResourceType is { } type ? rows.Where(row => row.ResourceType == type) : rows;
            rows = filter.ResourceId is { } id ? rows.Where(row => row.ResourceId == id) : rows;
            rows = filter.ZoneId is { } zone ? rows.Where(row => row.ZoneId == zone) : rows;
            rows = filter.Id is { } hash ? rows.Where(row => row.Hash == hash) : rows;
            rows = filter.Since is { } since ? rows.Where(row => row.At >= since) : rows;
            rows = filter.Before is { } before ? rows.Where(row => row.At < before) : rows;
            var total = await rows.CountAsync().ConfigureAwait(false);
            rows = filter.OldestFirst ? rows.OrderBy(row => row.Sequence) : rows.OrderByDescending(row => row.Sequence);
            var page = await rows.Skip(skip).Take(take).ToListAsync().ConfigureAwait(false);
            return ([.. page.Select(Entry)], total);
        });

    /// <summary>The newest entry, or null.</summary>
    public Task<AuditEntry?> LastAsync() =>
        _database.ReadAsync(async context =>
            await context.AuditEntries.OrderByDescending(row => row.Sequence).FirstOrDefaultAsync().ConfigureAwait(false) is { } row
                ? Entry(row)
                : null
        );

    /// <summary>The entry of this number, or null.</summary>
    public Task<AuditEntry?> FindAsync(long sequence) =>
        _database.ReadAsync(async context =>
            await context.AuditEntries.SingleOrDefaultAsync(row => row.Sequence == sequence).ConfigureAwait(false) is { } row
                ? Entry(row)
                : null
        );

    /// <summary>Every entry of a database, in order.</summary>
    /// <param name="context">Where to read.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async IAsyncEnumerable<AuditEntry> ReadAllAsync(
        ControlDbContext context,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        for (long after = long.MinValue; ; )
        {
            var page = await context
                .AuditEntries.AsNoTracking()
                .Where(row => row.Sequence > after)
                .OrderBy(row => row.Sequence)
                .Take(ReadAtOnce)
                .ToListAsync(cancellationToken)
                .ConfigureAwait(false);
            foreach (var row in page)
            {
                after = row.Sequence;
                yield return Entry(row);
            }

            if (page.Count < ReadAtOnce)
            {
                yield break;
            }
        }
    }

    private static AuditRow Row(AuditEntry entry) =>
        new()
        {
            Sequence = entry.Sequence,
            At = entry.At.UtcDateTime,
            Operation = entry.Operation,
            Outcome = entry.Outcome,
            ActorType = entry.ActorType,
            ActorId = entry.ActorId,
            ActorName = entry.ActorName,
            Address = entry.Address,
            ResourceType = entry.ResourceType,
            ResourceId = entry.ResourceId,
            ZoneId = entry.ZoneId,
            Before = entry.Before,
            After = entry.After,
            PreviousHash = entry.PreviousHash,
            Hash = entry.Hash,
        };

    private static AuditEntry Entry(AuditRow row) =>
        new()
        {
            Sequence = row.Sequence,
            At = new DateTimeOffset(row.At, TimeSpan.Zero),
            Operation = row.Operation,
            Outcome = row.Outcome,
            ActorType = row.ActorType,
            ActorId = row.ActorId,
            ActorName = row.ActorName,
            Address = row.Address,
            ResourceType = row.ResourceType,
            ResourceId = row.ResourceId,
            ZoneId = row.ZoneId,
            Before = row.Before,
            After = row.After,
            PreviousHash = row.PreviousHash,
            Hash = row.Hash,
        };
}

/// <summary>Which entries are wanted; null members choose nothing.</summary>
internal sealed record AuditFilter
{
    /// <summary>A credential's id, a token's name or an e-mail address.</summary>
    public string? Actor { get; init; }

    public string? Operation { get; init; }

    public string? Outcome { get; init; }

    public string? ResourceType { get; init; }

    public string? ResourceId { get; init; }

    public string? ZoneId { get; init; }

    /// <summary>An entry's hash.</summary>
    public string? Id { get; init; }

    /// <summary>From this time on.</summary>
    public DateTime? Since { get; init; }

    /// <summary>Before this time.</summary>
    public DateTime? Before { get; init; }

    public bool OldestFirst { get; init; }
}
