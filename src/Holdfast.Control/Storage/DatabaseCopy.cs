using Microsoft.Data.Sqlite;

namespace Holdfast.Control.Storage;

/// <summary>Copies of control's database, taken from outside the process that owns it.</summary>
internal static class DatabaseCopy
{
    /// <summary>Copies one moment's state with SQLite's online backup; writers are not held up.</summary>
    /// <exception cref="ControlDatabaseException">The database cannot be read, or the copy cannot be written.</exception>
    public static async Task CopyAsync(string from, string to)
    {
        if (!File.Exists(from))
        {
            throw new ControlDatabaseException($"{from} is not there");
        }

        try
        {
            await using var source = new SqliteConnection(Text(from, SqliteOpenMode.ReadOnly));
            await using var target = new SqliteConnection(Text(to, SqliteOpenMode.ReadWriteCreate));
            await source.OpenAsync().ConfigureAwait(false);
            await target.OpenAsync().ConfigureAwait(false);
            source.BackupDatabase(target);

            // The copy stands alone: without a write-ahead log beside it.
            await using var command = target.CreateCommand();
            command.CommandText = "PRAGMA journal_mode=DELETE";
            await command.ExecuteNonQueryAsync().ConfigureAwait(false);
        }
        catch (SqliteException e)
        {
            throw new ControlDatabaseException($"{from} cannot be copied: {e.Message}", e);
        }
    }

    /// <summary>Takes control's place at the database, so that none runs and none can start meanwhile.</summary>
    /// <returns>Gives the place up when it is disposed.</returns>
    /// <exception cref="ControlDatabaseException">Control runs.</exception>
    public static IDisposable? HoldStopped(string database) =>
        Directory.Exists(Path.GetDirectoryName(database)) ? ControlDatabase.TakeOwnership(database + ".lock") : null;

    private static string Text(string path, SqliteOpenMode mode) =>
        new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = mode,
            Pooling = false,
            DefaultTimeout = 30,
        }.ConnectionString;
}
