using System.Text;
using Holdfast.Model.Zones;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Holdfast.Control.Storage;

/// <summary>
/// The names and types of all zones, in memory: read from the database when they are first asked for, and kept up with each write from then on.
/// It holds what has been committed, and nothing else. Safe to use from several threads.
/// </summary>
/// <param name="load">Reads them from the database.</param>
internal sealed class ZoneNames(Func<Task<ZoneNameIndex>> load)
{
    private readonly Lock _gate = new();

    // What was committed since the index was made, or since its loading began.
    private readonly Dictionary<string, ZoneType?> _changes = new(StringComparer.Ordinal);
    private ZoneNameIndex? _index;
    private Task<ZoneNameIndex>? _loading;

    /// <summary>All zones as of now.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot be read.</exception>
    public async ValueTask<ZoneNameIndex> NowAsync()
    {
        while (true)
        {
            TaskCompletionSource<ZoneNameIndex>? own = null;
            Task<ZoneNameIndex> loading;
            lock (_gate)
            {
                if (_index is not null)
                {
                    return Current(_index);
                }

                if (_loading is null)
                {
                    own = new TaskCompletionSource<ZoneNameIndex>(TaskCreationOptions.RunContinuationsAsynchronously);
                    _loading = own.Task;
                    _changes.Clear();
                }

                loading = _loading;
            }

            if (own is null)
            {
                await loading.ConfigureAwait(false);
                continue;
            }

            try
            {
                var loaded = await load().ConfigureAwait(false);
                lock (_gate)
                {
                    if (_loading == own.Task)
                    {
                        (_index, _loading) = (loaded, null);
                    }
                }

                own.SetResult(loaded);
            }
            catch (Exception e)
            {
                lock (_gate)
                {
                    _loading = _loading == own.Task ? null : _loading;
                }

                own.SetException(e);
                await own.Task.ConfigureAwait(false);
            }
        }
    }

    /// <summary>Reads them before anybody asks, so that the first who searches a million zones need not wait for it.</summary>
    public async Task ReadAheadAsync()
    {
        try
        {
            await NowAsync().ConfigureAwait(false);
        }
        catch (StorageUnavailableException)
        {
            // Whoever asks is told.
        }
    }

    /// <summary>Takes note of what a transaction has committed. In the order of the transactions.</summary>
    /// <param name="changes">Zones that there are now, with their types, and names of zones that there are no more, with null.</param>
    public void Committed(IReadOnlyDictionary<string, ZoneType?> changes)
    {
        lock (_gate)
        {
            if (_index is null && _loading is null)
            {
                return;
            }

            foreach (var (name, type) in changes)
            {
                _changes[name] = type;
            }
        }
    }

    /// <summary>Takes note that nobody knows what a transaction has committed: everything is read again.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _changes.Clear();
            (_index, _loading) = (null, null);
        }
    }

    /// <summary>Collects what a context's writes do to names and types.</summary>
    /// <returns>What they have done so far.</returns>
    public static IReadOnlyDictionary<string, ZoneType?> Watch(ControlDbContext context)
    {
        var changes = new Dictionary<string, ZoneType?>(StringComparer.Ordinal);
        context.SavingChanges += (_, _) =>
        {
            foreach (var entry in context.ChangeTracker.Entries<ZoneRow>())
            {
                if (entry.State == EntityState.Deleted)
                {
                    changes[entry.Entity.Name] = null;
                }
                else if (
                    entry.State == EntityState.Added
                    || (entry.State == EntityState.Modified && entry.Property(row => row.Type).IsModified)
                )
                {
                    changes[entry.Entity.Name] = (ZoneType)entry.Entity.Type;
                }
            }
        };
        return changes;
    }

    /// <summary>Reads them. Row by row and without the mapper, because there may be a million.</summary>
    /// <exception cref="SqliteException">They cannot be read.</exception>
    public static async Task<ZoneNameIndex> ReadAsync(string connectionString)
    {
        await using var connection = new SqliteConnection(connectionString);
        await connection.OpenAsync().ConfigureAwait(false);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT \"Name\", \"Type\" FROM \"zones\" ORDER BY \"Name\"";
        await using var rows = await command.ExecuteReaderAsync().ConfigureAwait(false);
        var builder = new ZoneNameIndex.Builder(0, 0);
        while (await rows.ReadAsync().ConfigureAwait(false))
        {
            builder.Add(Encoding.UTF8.GetBytes(rows.GetString(0)), (ZoneType)rows.GetInt32(1));
        }

        return builder.Made();
    }

    private ZoneNameIndex Current(ZoneNameIndex index)
    {
        if (_changes.Count > 0)
        {
            _index = index = index.With(_changes);
            _changes.Clear();
        }

        return index;
    }
}
