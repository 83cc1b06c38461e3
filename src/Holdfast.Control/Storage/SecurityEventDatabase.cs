using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Holdfast.Control.Storage;

/// <summary>The file of <see cref="SecurityEventStore"/>: SQLite in WAL mode. Writers wait for each other; readers for nobody.</summary>
internal sealed class SecurityEventDatabase : IDisposable
{
    private const int SqliteCorrupt = 11;
    private const int SqliteNotADatabase = 26;
    private const int BusySeconds = 5;

    /// <summary>The schema that this build writes; a file with another one is put aside, as a damaged one.</summary>
    private const long SchemaVersion = 1;

    private const string Schema = """
        CREATE TABLE event (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            zone TEXT NOT NULL,
            ray TEXT NOT NULL,
            phase TEXT NOT NULL,
            rule TEXT NOT NULL,
            action TEXT NOT NULL,
            ip TEXT NOT NULL,
            host TEXT NOT NULL,
            method TEXT NOT NULL,
            path TEXT NOT NULL,
            country TEXT NOT NULL,
            node TEXT NOT NULL,
            body TEXT NOT NULL
        ) STRICT;
        CREATE INDEX event_zone ON event (zone, id);
        CREATE INDEX event_at ON event (at);
        CREATE INDEX event_ray ON event (ray);
        CREATE TABLE node (name TEXT PRIMARY KEY, sequence INTEGER NOT NULL, lost INTEGER NOT NULL) STRICT;
        CREATE TABLE rule_count (
            zone TEXT NOT NULL,
            rule TEXT NOT NULL,
            acted INTEGER NOT NULL,
            last INTEGER NOT NULL,
            PRIMARY KEY (zone, rule)
        ) STRICT, WITHOUT ROWID;
        """;

    private readonly string _path;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private bool _isReady;

    /// <summary>A file that is not opened yet.</summary>
    public SecurityEventDatabase(string path, ILogger logger)
    {
        _path = path;
        _logger = logger;
    }

    /// <summary>Reads.</summary>
    /// <exception cref="StorageUnavailableException">The file cannot be read now.</exception>
    public async Task<T> ReadAsync<T>(Func<Session, T> read, CancellationToken cancellationToken)
    {
        await PrepareAsync(cancellationToken).ConfigureAwait(false);
        return Guarded(() =>
        {
            using var connection = Connect();
            return read(new Session(connection, null));
        });
    }

    /// <summary>Reads and writes in one transaction, which is on the disk when the task completes.</summary>
    /// <exception cref="StorageUnavailableException">Nothing was written.</exception>
    public async Task<T> WriteAsync<T>(Func<Session, T> write, CancellationToken cancellationToken)
    {
        await PrepareAsync(cancellationToken).ConfigureAwait(false);
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return Guarded(() =>
            {
                using var connection = Connect();
                using var transaction = connection.BeginTransaction();
                var result = write(new Session(connection, transaction));
                transaction.Commit();
                return result;
            });
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Lets go of the file.</summary>
    public void Dispose() => _writing.Dispose();

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _isReady))
        {
            return;
        }

        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_isReady)
            {
                Guarded(Prepare);
                Volatile.Write(ref _isReady, true);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    private bool Prepare()
    {
        CreateFile();
        using var connection = Connect();
        var session = new Session(connection, null);
        session.Run("PRAGMA journal_mode = WAL");
        var version = session.Query("PRAGMA user_version", reader => reader.GetInt64(0))[0];
        if (version == 0)
        {
            using var transaction = connection.BeginTransaction();
            var write = new Session(connection, transaction);
            write.Run(Schema);
            write.Run(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {SchemaVersion}"));
            transaction.Commit();
        }
        else if (version != SchemaVersion)
        {
            throw new SqliteException($"its schema is {version}, and this build's {SchemaVersion}", SqliteNotADatabase);
        }

        return true;
    }

    private void CreateFile()
    {
        if (!File.Exists(_path))
        {
            // SQLite would make it readable for everybody; its log files take over the mode of the database.
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            };
            new FileStream(_path, options).Dispose();
        }
    }

    private SqliteConnection Connect()
    {
        var text = new SqliteConnectionStringBuilder
        {
            DataSource = _path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = BusySeconds,
        };
        var connection = new SqliteConnection(text.ConnectionString);
        try
        {
            connection.Open();
            new Session(connection, null).Run("PRAGMA synchronous = FULL");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private T Guarded<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            if (e is SqliteException { SqliteErrorCode: SqliteCorrupt or SqliteNotADatabase })
            {
                PutAside(e);
            }

            throw new StorageUnavailableException(
                $"{_path} cannot be used: {e.Message}",
                "security events cannot be stored or read now",
                e
            );
        }
    }

    // Events are worth less than going on: the next call begins a new file.
    private void PutAside(Exception cause)
    {
        Volatile.Write(ref _isReady, false);
        try
        {
            File.Move(_path, _path + ".damaged", overwrite: true);
            File.Delete(_path + "-wal");
            File.Delete(_path + "-shm");
            ControlLog.EventsPutAside(_logger, _path, cause.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            ControlLog.StorageUnavailable(_logger, e);
        }
    }

    /// <summary>One connection at work.</summary>
    internal sealed class Session(SqliteConnection connection, SqliteTransaction? transaction)
    {
        /// <summary>Runs a statement with values for <c>$1</c>, <c>$2</c> and so on.</summary>
        /// <returns>How many rows it changed.</returns>
        public int Run(string sql, params ReadOnlySpan<object> values)
        {
            using var command = Command(sql, values);
            return command.ExecuteNonQuery();
        }

        /// <summary>The rows of a query.</summary>
        public List<T> Query<T>(string sql, Func<SqliteDataReader, T> row, params ReadOnlySpan<object> values)
        {
            using var command = Command(sql, values);
            using var reader = command.ExecuteReader();
            var rows = new List<T>();
            while (reader.Read())
            {
                rows.Add(row(reader));
            }

            return rows;
        }

        private SqliteCommand Command(string sql, ReadOnlySpan<object> values)
        {
            var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = sql;
            for (var i = 0; i < values.Length; i++)
            {
                command.Parameters.AddWithValue(string.Create(CultureInfo.InvariantCulture, $"${i + 1}"), values[i]);
            }

            return command;
        }
    }
}
