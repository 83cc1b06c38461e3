using System.Collections.Frozen;
using System.Collections.Immutable;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Uptime;
using Microsoft.Data.Sqlite;

namespace Holdfast.Status.Storage;

/// <summary>
/// What the page says, in memory, and the file it is kept in. Readers take <see cref="Current"/> and wait for nobody; writers take turns,
/// and a write is on the disk before it is seen. When the disk is lost the page goes on from memory and writes fail.
/// </summary>
internal sealed class StatusStore : IDisposable
{
    /// <summary>How far back incidents are kept in memory: what the first view shows of the past, and a day for time zones.</summary>
    private static readonly TimeSpan Recent = TimeSpan.FromDays(16);

    /// <summary>Incidents kept in memory however old: Statuspage's <c>incidents.json</c> has the newest fifty.</summary>
    private const int RecentCount = 50;

    private readonly StatusDatabase database;
    private readonly TimeProvider time;
    private readonly Lock turn = new();
    private volatile StatusSnapshot current;

    private StatusStore(StatusDatabase database, StatusPageProfile profile, TimeProvider time)
    {
        this.database = database;
        this.time = time;
        current = Load(profile, 1);
    }

    /// <summary>Something on the page has changed. Called in turn with writers: whoever listens only makes a note.</summary>
    public event Action? Changed;

    /// <summary>What the page says now.</summary>
    public StatusSnapshot Current => current;

    /// <summary>The store's file below a data folder.</summary>
    public static string PathIn(string dataDirectory) => Path.Combine(Path.GetFullPath(dataDirectory), "status", "status.db");

    /// <summary>Opens the store; a new one gets a page of this name and address.</summary>
    /// <exception cref="StatusStoreException">The file can't be used.</exception>
    public static StatusStore Open(string path, string name, string url, TimeProvider time)
    {
        var database = StatusDatabase.Open(path);
        try
        {
            var profile = database.Profile();
            if (profile is null)
            {
                profile = new StatusPageProfile
                {
                    Id = StatusIds.New(),
                    Name = name,
                    Url = url,
                    UpdatedAt = Now(time),
                };
                database.Write(transaction => transaction.Put(profile));
            }

            return new StatusStore(database, profile, time);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Changes something: all of it, or nothing when <paramref name="change"/> or the disk throws.</summary>
    /// <param name="who">Who does, for the audit log.</param>
    /// <param name="change">Reads <see cref="StatusChange.State"/> and says what is to be.</param>
    /// <exception cref="StatusStoreException">The disk is full, or gone: nothing was changed.</exception>
    public T Change<T>(string who, Func<StatusChange, T> change) =>
        InTurn(() =>
        {
            var draft = new StatusChange(current.State, Now(time), who, database.Incident);
            var result = change(draft);
            if (draft.IsEmpty)
            {
                return result;
            }

            var profile = draft.Profile with { UpdatedAt = draft.Now };
            database.Write(transaction =>
            {
                transaction.Put(profile);
                draft.Apply(transaction);
            });
            current = After(draft.State with { Profile = profile });
            Changed?.Invoke();
            return result;
        });

    /// <summary>One incident however old, or null.</summary>
    public Incident? Incident(string id)
    {
        if (current.State.Incidents.FirstOrDefault(incident => incident.Id == id) is { } recent)
        {
            return recent;
        }

        return InTurn(() => database.Incident(id));
    }

    /// <summary>Incidents that began in a span of time, newest first.</summary>
    public List<Incident> Between(DateTimeOffset from, DateTimeOffset until) => InTurn(() => database.Between(from, until));

    /// <summary>When the oldest incident began, or null.</summary>
    public DateTimeOffset? Oldest() => InTurn(database.Oldest);

    /// <summary>Reads something else.</summary>
    public T Read<T>(Func<StatusDatabase, T> read) => InTurn(() => read(database));

    /// <summary>Writes something that the page does not show.</summary>
    public void Write(Action<StatusTransaction, DateTimeOffset> write) =>
        InTurn(() =>
        {
            database.Write(transaction => write(transaction, Now(time)));
            return true;
        });

    public void Dispose() => database.Dispose();

    /// <summary>Now, to the millisecond: what the format can tell.</summary>
    private static DateTimeOffset Now(TimeProvider time) =>
        DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>What the page says after a write: it is on the disk, so a disk that can't be read then doesn't undo it.</summary>
    private StatusSnapshot After(StatusPageState state)
    {
        try
        {
            return Load(state.Profile, current.Version + 1);
        }
        catch (SqliteException)
        {
            return current with { State = state, Version = current.Version + 1 };
        }
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

    private StatusSnapshot Load(StatusPageProfile profile, long version)
    {
        var now = time.GetUtcNow();
        var history = database
            .Changes(now - TimeSpan.FromDays(StatusPageLimits.UptimeDays + 2))
            .GroupBy(change => change.Component)
            .ToFrozenDictionary(
                changes => changes.Key,
                changes => new ComponentHistory([.. changes.Select(change => new StateChange(change.At, change.Status))])
            );
        return new StatusSnapshot(
            new StatusPageState
            {
                Profile = profile,
                Components = [.. database.Components()],
                Incidents = [.. database.Recent(now - Recent, RecentCount)],
            },
            history,
            version
        );
    }
}

/// <summary>What the page says at one moment.</summary>
/// <param name="State">Components and incidents.</param>
/// <param name="History">Each component's states over the last days, by its id.</param>
/// <param name="Version">Higher with every change since the start.</param>
internal sealed record StatusSnapshot(StatusPageState State, FrozenDictionary<string, ComponentHistory> History, long Version)
{
    /// <summary>A component's past; of one that never changed, nothing.</summary>
    public ComponentHistory HistoryOf(Component component) => History.GetValueOrDefault(component.Id, ComponentHistory.Empty);
}
