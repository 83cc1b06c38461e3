using Holdfast.Releases.Keys;
using Microsoft.Data.Sqlite;

namespace Holdfast.Control.Storage;

/// <summary>Copies of control's database, taken from outside the process that owns it.</summary>
internal static class DatabaseCopy
{
    /// <summary>Longer than a start of control that fails.</summary>
    private static readonly TimeSpan LongestTry = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan TryInterval = TimeSpan.FromMilliseconds(20);

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

    /// <summary>
    /// Takes control's place at the database, so that none runs and none can start meanwhile. A control that cannot start because the
    /// database is damaged, and is tried again and again, has the place for moments: it is waited for.
    /// </summary>
    /// <returns>Gives the place up when it is disposed.</returns>
    /// <exception cref="ControlDatabaseException">Control runs.</exception>
    public static async Task<IDisposable> HoldStoppedAsync(string database, TimeProvider time, CancellationToken cancellationToken)
    {
        KeyFile.CreateDirectory(Path.GetDirectoryName(database)!);
        var begun = time.GetTimestamp();
        while (true)
        {
            try
            {
                return ControlDatabase.TakeOwnership(database + ".lock");
            }
            catch (ControlDatabaseException) when (time.GetElapsedTime(begun) < LongestTry)
            {
                await Task.Delay(TryInterval, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static string Text(string path, SqliteOpenMode mode) =>
        new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = mode,
            Pooling = false,
            DefaultTimeout = 30,
        }.ConnectionString;
}
