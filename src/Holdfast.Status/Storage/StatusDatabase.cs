using System.Globalization;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Drafts;
using Holdfast.Status.Watching;
using Microsoft.Data.Sqlite;

namespace Holdfast.Status.Storage;

/// <summary>
/// The status page's own file: SQLite in WAL mode, every write a transaction that is on the disk before it is acknowledged. Documents are
/// JSON in a column; what is searched for stands beside them. One thread at a time.
/// </summary>
internal sealed partial class StatusDatabase : IDisposable
{
    private readonly SqliteConnection connection;

    private StatusDatabase(SqliteConnection connection) => this.connection = connection;

    /// <summary>Opens the file, or makes it, readable by its owner alone.</summary>
    /// <param name="path">The file; its folder is made.</param>
    /// <exception cref="StatusStoreException">It can't be used.</exception>
    public static StatusDatabase Open(string path)
    {
        SqliteConnection? connection = null;
        try
        {
            Directory.CreateDirectory(
                Path.GetDirectoryName(path)!,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            );
            if (!File.Exists(path))
            {
                using var made = new FileStream(
                    path,
                    new FileStreamOptions
                    {
                        Mode = FileMode.CreateNew,
                        Access = FileAccess.Write,
                        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                    }
                );
            }

            connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
            connection.Open();
            var database = new StatusDatabase(connection);
            database.Prepare(path);
            return database;
        }
        catch (Exception fault) when (fault is SqliteException or IOException or UnauthorizedAccessException)
        {
            connection?.Dispose();
            throw new StatusStoreException($"the status page's store {path} cannot be opened: {fault.Message}", fault);
        }
        catch
        {
            connection?.Dispose();
            throw;
        }
    }

    /// <summary>The page's profile, or null in a new store.</summary>
    public StatusPageProfile? Profile() => Documents("SELECT body FROM page", StatusJson.Default.StatusPageProfile).SingleOrDefault();

    /// <summary>Every component.</summary>
    public List<Component> Components() => Documents("SELECT body FROM component", StatusJson.Default.Component);

    /// <summary>Incidents that are not over, those that began since then, and at least the newest so many.</summary>
    public List<Incident> Recent(DateTimeOffset since, int atLeast) =>
        Documents(
            """
            SELECT body FROM incident
            WHERE over = 0 OR started_at >= $since OR id IN (SELECT id FROM incident ORDER BY started_at DESC, id LIMIT $count)
            ORDER BY started_at DESC, id
            """,
            StatusJson.Default.Incident,
            ("$since", since.ToUnixTimeMilliseconds()),
            ("$count", atLeast)
        );

    /// <summary>Incidents that began in a span of time, newest first.</summary>
    public List<Incident> Between(DateTimeOffset from, DateTimeOffset until) =>
        Documents(
            "SELECT body FROM incident WHERE started_at >= $from AND started_at < $until ORDER BY started_at DESC, id",
            StatusJson.Default.Incident,
            ("$from", from.ToUnixTimeMilliseconds()),
            ("$until", until.ToUnixTimeMilliseconds())
        );

    /// <summary>One incident, or null.</summary>
    public Incident? Incident(string id) =>
        Documents("SELECT body FROM incident WHERE id = $id", StatusJson.Default.Incident, ("$id", id)).SingleOrDefault();

    /// <summary>When the oldest incident began, or null when there never was one.</summary>
    public DateTimeOffset? Oldest()
    {
        using var command = Command("SELECT min(started_at) FROM incident");
        return command.ExecuteScalar() is long at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;
    }

    /// <summary>Every change of a component's state since then, and the last one before, oldest first.</summary>
    public List<(string Component, DateTimeOffset At, ComponentStatus Status)> Changes(DateTimeOffset since)
    {
        using var command = Command(
            """
            SELECT component, at, status FROM component_change AS change
            WHERE at >= $since
               OR at = (SELECT max(at) FROM component_change WHERE component = change.component AND at < $since)
            ORDER BY at, rowid
            """,
            ("$since", since.ToUnixTimeMilliseconds())
        );
        using var reader = command.ExecuteReader();
        var changes = new List<(string, DateTimeOffset, ComponentStatus)>();
        while (reader.Read())
        {
            if (StatusWords<ComponentStatus>.TryRead(reader.GetString(2), out var status))
            {
                changes.Add((reader.GetString(0), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(1)), status));
            }
        }

        return changes;
    }

    /// <summary>Every watch, oldest first.</summary>
    public List<Watch> Watches() => Documents("SELECT body FROM watch ORDER BY rowid", StatusJson.Default.Watch);

    /// <summary>Drafts that are under way, oldest first.</summary>
    public List<Draft> ActiveDrafts() =>
        Documents("SELECT body FROM draft WHERE active = 1 ORDER BY opened_at, rowid", StatusJson.Default.Draft);

    /// <summary>One draft, or null.</summary>
    public Draft? Draft(string id) =>
        Documents("SELECT body FROM draft WHERE id = $id", StatusJson.Default.Draft, ("$id", id)).SingleOrDefault();

    /// <summary>What a detector had learned, or null.</summary>
    public byte[]? Learned(string key)
    {
        using var command = Command("SELECT body FROM learned WHERE key = $key", ("$key", key));
        return command.ExecuteScalar() as byte[];
    }

    /// <summary>Whether there is a token at all.</summary>
    public bool HasTokens()
    {
        using var command = Command("SELECT EXISTS (SELECT 1 FROM token)");
        return (long)command.ExecuteScalar()! != 0;
    }

    /// <summary>Writes all of it or, when it throws, none.</summary>
    /// <exception cref="SqliteException">The disk is full, or gone.</exception>
    public void Write(Action<StatusTransaction> write)
    {
        using var transaction = connection.BeginTransaction();
        write(new StatusTransaction(connection, transaction));
        transaction.Commit();
    }

    public void Dispose() => connection.Dispose();

    private void Prepare(string path)
    {
        Run("PRAGMA busy_timeout = 5000");
        Run("PRAGMA journal_mode = WAL");
        Run("PRAGMA synchronous = FULL");
        using var command = Command("PRAGMA user_version");
        var version = (long)command.ExecuteScalar()!;
        if (version > StatusSchema.Version)
        {
            throw new StatusStoreException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the status page's store {path} was written by a newer Holdfast (schema {version}, this one knows {StatusSchema.Version}); start that one, or restore an older copy of the file"
                )
            );
        }

        if (version < StatusSchema.Version)
        {
            Write(transaction => StatusSchema.Upgrade(transaction, version));
        }
    }

    private void Run(string sql)
    {
        using var command = Command(sql);
        command.ExecuteNonQuery();
    }

    private List<T> Documents<T>(
        string sql,
        System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type,
        params (string, object)[] parameters
    )
    {
        using var command = Command(sql, parameters);
        using var reader = command.ExecuteReader();
        var documents = new List<T>();
        while (reader.Read())
        {
            documents.Add(System.Text.Json.JsonSerializer.Deserialize(reader.GetString(0), type)!);
        }

        return documents;
    }

    private SqliteCommand Command(string sql, params (string Name, object Value)[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }
}
