using System.Runtime.CompilerServices;
using Holdfast.Control.Audit;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>The audit log in a database file, read without control: whether control runs, is stopped, or is not trusted.</summary>
public static class AuditFile
{
    /// <summary>Every entry, in order. Nothing is written.</summary>
    /// <param name="databaseFile"><c>DATA/control/control.db</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ControlDatabaseException">The file is missing, damaged, or no database of control.</exception>
    public static async IAsyncEnumerable<AuditEntry> ReadAsync(
        string databaseFile,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (!File.Exists(databaseFile))
        {
            throw new ControlDatabaseException($"{databaseFile} is not there");
        }

        var connection = new SqliteConnectionStringBuilder
        {
            DataSource = databaseFile,
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
        };
        await using var context = new ControlDbContext(
            new DbContextOptionsBuilder<ControlDbContext>().UseSqlite(connection.ConnectionString).Options
        );
        await using var entries = AuditLog.ReadAllAsync(context, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await MoveAsync(entries, databaseFile).ConfigureAwait(false))
        {
            yield return entries.Current;
        }
    }

    private static async Task<bool> MoveAsync(IAsyncEnumerator<AuditEntry> entries, string databaseFile)
    {
        try
        {
            return await entries.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception e)
            when (e is SqliteException or InvalidOperationException or InvalidCastException or ArgumentException or FormatException)
        {
            throw new ControlDatabaseException($"{databaseFile} cannot be read after the entries so far: {e.Message}", e);
        }
    }
}
