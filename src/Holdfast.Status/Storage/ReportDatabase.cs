using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Holdfast.Status.Storage;

/// <summary>
/// The file that visitors' reports lie in, beside the page's own: SQLite in WAL mode, a batch of reports one transaction that is on the
/// disk before any of them is acknowledged. Who reported is a keyed hash, and both it and the key are deleted with the day, and
/// overwritten. For any thread; one after the other.
/// </summary>
internal sealed class ReportDatabase : IDisposable
{
    /// <summary>The schema that this build writes; a file with a higher one is refused.</summary>
    private const int SchemaVersion = 1;

    private const string Schema = """
        CREATE TABLE day (day INTEGER PRIMARY KEY, salt BLOB NOT NULL) STRICT;
        CREATE TABLE person (day INTEGER NOT NULL, hash INTEGER NOT NULL, PRIMARY KEY (day, hash)) STRICT, WITHOUT ROWID;
        CREATE TABLE network (
            slot INTEGER NOT NULL, service TEXT NOT NULL, hash INTEGER NOT NULL, reports INTEGER NOT NULL,
            PRIMARY KEY (slot, service, hash)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE slot (
            service TEXT NOT NULL, slot INTEGER NOT NULL, taken INTEGER NOT NULL,
            counted INTEGER NOT NULL DEFAULT -1, networks INTEGER NOT NULL DEFAULT 0, level INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (service, slot)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX slot_at ON slot (slot);
        CREATE TABLE seen (slot INTEGER PRIMARY KEY) STRICT;
        CREATE TABLE part (
            service TEXT NOT NULL, hour INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, reports INTEGER NOT NULL,
            PRIMARY KEY (service, hour, kind, name)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE level (service TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
        CREATE TABLE comment (
            id TEXT PRIMARY KEY, service TEXT NOT NULL, at INTEGER NOT NULL, problem TEXT NOT NULL, words TEXT NOT NULL, shown INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX comment_service ON comment (service, shown, at);
        """;

    private readonly SqliteConnection connection;
    private readonly Lock turn = new();
    private readonly Dictionary<string, SqliteCommand> commands = new(StringComparer.Ordinal);
    private SqliteTransaction? transaction;

    private ReportDatabase(SqliteConnection connection) => this.connection = connection;

    /// <summary>Opens the file, or makes it, readable by its owner alone.</summary>
    /// <param name="path">The file; its folder is there.</param>
    /// <exception cref="StatusStoreException">It can't be used.</exception>
    public static ReportDatabase Open(string path)
    {
        SqliteConnection? connection = null;
        try
        {
            const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            var how = new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                UnixCreateMode = owner,
            };
            new FileStream(path, how).Dispose();
            connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
            connection.Open();
            var database = new ReportDatabase(connection);
            database.Prepare(path);
            return database;
        }
        catch (Exception fault) when (fault is SqliteException or IOException or UnauthorizedAccessException)
        {
            connection?.Dispose();
            throw new StatusStoreException($"the store of visitors' reports {path} cannot be opened: {fault.Message}", fault);
        }
        catch
        {
            connection?.Dispose();
            throw;
        }
    }

    /// <summary>Writes all of it or, when it throws, none. On return it is on the disk.</summary>
    /// <exception cref="StatusStoreException">The disk is full, or gone.</exception>
    public void Write(Action<ReportTables> write) =>
        InTurn(() =>
        {
            using (transaction = connection.BeginTransaction(deferred: false))
            {
                try
                {
                    write(new ReportTables(this));
                    transaction.Commit();
                }
                finally
                {
                    transaction = null;
                }
            }

            return true;
        });

    /// <summary>Reads.</summary>
    /// <exception cref="StatusStoreException">The disk is gone.</exception>
    public T Read<T>(Func<ReportTables, T> read) => InTurn(() => read(new ReportTables(this)));

    /// <summary>Forgets what was overwritten: nothing of it is left beside the file.</summary>
    /// <exception cref="StatusStoreException">The disk is full, or gone.</exception>
    public void Truncate() => InTurn(() => Run("PRAGMA wal_checkpoint(TRUNCATE)"));

    public void Dispose()
    {
        foreach (var command in commands.Values)
        {
            command.Dispose();
        }

        connection.Dispose();
    }

    /// <summary>Runs a statement, which stays prepared; the number of rows that it changed.</summary>
    internal int Run(string sql, params ReadOnlySpan<(string Name, object Value)> parameters) => Command(sql, parameters).ExecuteNonQuery();

    /// <summary>Runs a query.</summary>
    internal List<T> Rows<T>(string sql, Func<SqliteDataReader, T> row, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using var reader = Command(sql, parameters).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(row(reader));
        }

        return rows;
    }

    private SqliteCommand Command(string sql, ReadOnlySpan<(string Name, object Value)> parameters)
    {
        if (!commands.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            foreach (var (name, value) in parameters)
            {
                command.Parameters.AddWithValue(name, value);
            }

            commands.Add(sql, command);
        }
        else
        {
            for (var i = 0; i < parameters.Length; i++)
            {
                command.Parameters[i].Value = parameters[i].Value;
            }
        }

        command.Transaction = transaction;
        return command;
    }

    private T InTurn<T>(Func<T> work)
    {
        lock (turn)
        {
            try
            {
                return work();
            }
            catch (SqliteException fault)
            {
                throw new StatusStoreException(fault.Message, fault);
            }
        }
    }

    private void Prepare(string path)
    {
        Run("PRAGMA busy_timeout = 5000");
        Run("PRAGMA journal_mode = WAL");
        Run("PRAGMA synchronous = FULL");
        Run("PRAGMA secure_delete = ON");
        var version = Rows("PRAGMA user_version", row => row.GetInt64(0))[0];
        if (version > SchemaVersion)
        {
            throw new StatusStoreException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the store of visitors' reports {path} was written by a newer Holdfast (schema {version}, this one knows {SchemaVersion}); start that one, or restore an older copy of the file"
                )
            );
        }

        if (version == 0)
        {
            Write(_ =>
            {
                Run(Schema);
                Run(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {SchemaVersion}"));
            });
        }
    }
}
