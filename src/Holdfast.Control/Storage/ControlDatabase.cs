using System.Data.Common;
using System.Globalization;
using Holdfast.Control.Audit;
using Holdfast.Releases.Keys;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Holdfast.Control.Storage;

/// <summary>
/// Control's SQLite file. Every write is one transaction that is on the disk when it returns (write-ahead log, synchronous FULL).
/// Writers wait for each other here, in order, instead of polling SQLite's lock; one process owns the file.
/// </summary>
internal sealed class ControlDatabase : IDisposable
{
    /// <summary>
    /// How long a write waits for SQLite's lock while another process holds it: 5 s. For its turn behind other writes it waits
    /// <see cref="TurnFactor"/> times as long. Both together are shorter than the clients' own patience, which is a minute.
    /// </summary>
    public static readonly TimeSpan DefaultLockWait = TimeSpan.FromSeconds(5);

    private const int TurnFactor = 4;

    private const int SqliteBusy = 5;
    private const int SqliteLocked = 6;
    private const int SqliteReadOnly = 8;
    private const int SqliteCorrupt = 11;
    private const int SqliteFull = 13;
    private const int SqliteConstraint = 19;
    private const int SqliteNotADatabase = 26;

    /// <summary>Larger files are not read through at every start; their damage shows when the page is read.</summary>
    private const long CheckedAtStartBytes = 256L * 1024 * 1024;

    private readonly string _path;
    private readonly TimeSpan _lockWait;
    private readonly FileStream _ownership;
    private readonly DbContextOptions<ControlDbContext> _options;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly TimeProvider _time;
    private long _auditEntries;

    private ControlDatabase(string path, FileStream ownership, TimeProvider time, TimeSpan lockWait, Action<string>? atStep)
    {
        _time = time;
        _path = path;
        _lockWait = lockWait;
        _ownership = ownership;
        ZoneNames = new ZoneNames(ReadZoneNamesAsync);
        var options = new DbContextOptionsBuilder<ControlDbContext>().UseSqlite(ConnectionString).AddInterceptors(new Pragmas(lockWait));
        _options = (atStep is null ? options : options.AddInterceptors(WriteSteps.Interceptors(atStep))).Options;
    }

    // The provider asks again while SQLite says that the database is busy, for this many whole seconds.
    private string ConnectionString =>
        new SqliteConnectionStringBuilder
        {
            DataSource = _path,
            DefaultTimeout = (int)Math.Ceiling(_lockWait.TotalSeconds),
        }.ConnectionString;

    /// <summary>Opens the file, makes it when it is missing, and brings its tables up to date.</summary>
    /// <param name="path">The file.</param>
    /// <param name="time">The clock.</param>
    /// <param name="lockWait">See <see cref="DefaultLockWait"/>.</param>
    /// <param name="atStep">Called between any two steps of a write, on its thread: tests end the process there.</param>
    /// <exception cref="ControlDatabaseException">It is damaged, of a newer build, in use by another control, or cannot be made.</exception>
    public static ControlDatabase Open(string path, TimeProvider time, TimeSpan? lockWait = null, Action<string>? atStep = null)
    {
        ControlDatabase? database = null;
        try
        {
            KeyFile.CreateDirectory(Path.GetDirectoryName(path)!);
            database = new ControlDatabase(path, TakeOwnership(path + ".lock"), time, lockWait ?? DefaultLockWait, atStep);
            database.CreateFile();
            database.Migrate();
            return database;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DbException or DbUpdateException)
        {
            database?.Dispose();
            throw new ControlDatabaseException(Explain(path, e), e);
        }
        catch (ControlDatabaseException)
        {
            database?.Dispose();
            throw;
        }
    }

    /// <summary>The names of all zones.</summary>
    public ZoneNames ZoneNames { get; }

    /// <summary>See <see cref="ControlDbContext.HasWaves"/>. Set before the first write.</summary>
    public bool HasWaves { get; set; } = true;

    /// <summary>Reads. What it returns must not depend on the context any more.</summary>
    public async Task<T> ReadAsync<T>(Func<ControlDbContext, Task<T>> read)
    {
        try
        {
            await using var context = new ControlDbContext(_options) { HasWaves = HasWaves };
            context.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
            return await read(context).ConfigureAwait(false);
        }
        catch (SqliteException e)
        {
            throw new StorageUnavailableException(Explain(_path, e), ForCallers(e), e);
        }
    }

    private async Task<ZoneNameIndex> ReadZoneNamesAsync()
    {
        try
        {
            // Beside whoever asks for it: SQLite's reads end before they return.
            return await Task.Run(() => ZoneNames.ReadAsync(ConnectionString)).ConfigureAwait(false);
        }
        catch (SqliteException e)
        {
            throw new StorageUnavailableException(Explain(_path, e), ForCallers(e), e);
        }
    }

    /// <summary>Reads and writes in one transaction, which is on the disk when the task completes.</summary>
    /// <exception cref="StorageConflictException">Another writer was first, or a unique value is taken.</exception>
    /// <exception cref="StorageUnavailableException">Nothing was written: the database is locked, full, damaged or read-only.</exception>
    public async Task<T> WriteAsync<T>(Func<ControlDbContext, Task<T>> write, CancellationToken cancellationToken)
    {
        var turn = TurnFactor * _lockWait;
        if (!await _writing.WaitAsync(turn, cancellationToken).ConfigureAwait(false))
        {
            throw new StorageUnavailableException($"{_path}: a write waited {turn.TotalSeconds} s for the ones before it", Busy);
        }

        var isUncertain = false;
        try
        {
            await using var context = new ControlDbContext(_options) { HasWaves = HasWaves };
            var zones = ZoneNames.Watch(context);

            // SQLite's provider begins with BEGIN IMMEDIATE: nothing that is read here can change before the commit.
            await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            var result = await write(context).ConfigureAwait(false);
            await context.SaveChangesAsync(CancellationToken.None).ConfigureAwait(false);
            isUncertain = zones.Count > 0;
            await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
            isUncertain = false;
            ZoneNames.Committed(zones);
            return result;
        }
        catch (DbUpdateConcurrencyException)
        {
            throw new StorageConflictException("it was changed by somebody else at the same time");
        }
        catch (DbUpdateException e) when (e.InnerException is SqliteException { SqliteErrorCode: SqliteConstraint })
        {
            throw new StorageConflictException("it exists already");
        }
        catch (Exception e) when ((e as SqliteException ?? e.InnerException as SqliteException) is { } failure)
        {
            throw new StorageUnavailableException(Explain(_path, failure), ForCallers(failure), e);
        }
        finally
        {
            if (isUncertain)
            {
                // It may have been committed all the same.
                ZoneNames.Forget();
            }

            _writing.Release();
        }
    }

    /// <summary>Writes like the other one, and the audit entry of what changed in the same transaction.</summary>
    /// <param name="audit">Is told by <paramref name="write"/> what changed; when it is told nothing, no entry is written.</param>
    /// <param name="write">Makes the change.</param>
    /// <param name="cancellationToken">Gives up before anything is written.</param>
    /// <param name="outcome">How the entry says that it went.</param>
    /// <exception cref="StorageConflictException">Another writer was first, or a unique value is taken.</exception>
    public async Task<T> WriteAsync<T>(
        AuditScope audit,
        Func<ControlDbContext, Task<T>> write,
        CancellationToken cancellationToken,
        string outcome = "success"
    )
    {
        AuditEntry? entry = null;
        var result = await WriteAsync(
                async context =>
                {
                    var result = await write(context).ConfigureAwait(false);
                    if (audit.Take(outcome) is { } draft)
                    {
                        entry = await AuditLog.AppendAsync(context, draft, _time).ConfigureAwait(false);
                    }

                    return result;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        if (entry is not null)
        {
            Interlocked.Increment(ref _auditEntries);
        }

        return result;
    }

    /// <summary>Says that a transaction has committed audit entries of its own.</summary>
    public void CountAuditEntries(int entries) => Interlocked.Add(ref _auditEntries, entries);

    /// <summary>How many audit entries this process has committed.</summary>
    public long AuditEntries => Interlocked.Read(ref _auditEntries);

    /// <summary>Lets go of the file.</summary>
    public void Dispose()
    {
        using (var connection = new SqliteConnection(ConnectionString))
        {
            SqliteConnection.ClearPool(connection);
        }

        _ownership.Dispose();
        _writing.Dispose();
    }

    /// <summary>Holds the lock of a database, which one control has.</summary>
    /// <exception cref="ControlDatabaseException">Another has it.</exception>
    internal static FileStream TakeOwnership(string path)
    {
        try
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            };
            return new FileStream(path, options);
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new ControlDatabaseException($"{path} is held by another control that uses the same data directory: {e.Message}", e);
        }
    }

    private void CreateFile()
    {
        if (File.Exists(_path))
        {
            return;
        }

        // SQLite would make it readable for everybody; its log files take over the mode of the database.
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        new FileStream(_path, options).Dispose();
    }

    private void Migrate()
    {
        using var context = new ControlDbContext(_options);
        context.Database.OpenConnection();
        context.Database.ExecuteSqlRaw("PRAGMA journal_mode=WAL");
        if (new FileInfo(_path).Length < CheckedAtStartBytes)
        {
            using var check = context.Database.GetDbConnection().CreateCommand();
            check.CommandText = "PRAGMA quick_check(1)";
            var verdict = check.ExecuteScalar() as string;
            if (verdict != "ok")
            {
                throw new ControlDatabaseException($"{_path} is damaged ({verdict}); {Advice(_path)}");
            }
        }

        var known = context.Database.GetMigrations().ToHashSet();
        var applied = context.Database.GetAppliedMigrations().ToList();
        if (applied.Find(migration => !known.Contains(migration)) is { } newer)
        {
            throw new ControlDatabaseException($"{_path} was written by a newer Holdfast (it has {newer}); start that one");
        }

        if (applied.Count < known.Count)
        {
            // This process owns the file, so a lock that is left here belongs to a dead one; the migrator would wait for it for ever.
            context.Database.ExecuteSqlRaw("DROP TABLE IF EXISTS \"__EFMigrationsLock\"");
            context.Database.Migrate();
        }

        AuditLog.Protect(context);
    }

    private static string Explain(string path, Exception e) =>
        e switch
        {
            SqliteException { SqliteErrorCode: SqliteCorrupt or SqliteNotADatabase } => $"{path} is damaged ({e.Message}); {Advice(path)}",
            SqliteException { SqliteErrorCode: SqliteReadOnly } => $"{path} cannot be written: it or its directory is read-only",
            _ => $"{path} cannot be used: {e.Message}",
        };

    private const string Busy = "the database is busy";

    /// <summary>What whoever asks the API is told: nothing about the machine's files.</summary>
    private static string ForCallers(SqliteException e) =>
        e.SqliteErrorCode switch
        {
            SqliteBusy or SqliteLocked => Busy,
            SqliteFull => "the database's disk is full",
            SqliteReadOnly => "the database is read-only",
            SqliteCorrupt or SqliteNotADatabase => "the database is damaged; control's log says what to do",
            _ => "the database cannot be used now",
        };

    private static string Advice(string path) =>
        $"the edges serve on without it. 'holdfast restore FILE' moves {Path.GetFileName(path)} away and puts a backup in its place";

    /// <summary>What SQLite remembers per connection.</summary>
    private sealed class Pragmas(TimeSpan lockWait) : DbConnectionInterceptor
    {
        private readonly string _text = string.Create(
            CultureInfo.InvariantCulture,
            $"PRAGMA synchronous=FULL; PRAGMA busy_timeout={lockWait.TotalMilliseconds:F0}; PRAGMA foreign_keys=ON;"
        );

        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
        {
            using var command = connection.CreateCommand();
            command.CommandText = _text;
            command.ExecuteNonQuery();
        }

        public override async Task ConnectionOpenedAsync(
            DbConnection connection,
            ConnectionEndEventData eventData,
            CancellationToken cancellationToken = default
        )
        {
            await using var command = connection.CreateCommand();
            command.CommandText = _text;
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
