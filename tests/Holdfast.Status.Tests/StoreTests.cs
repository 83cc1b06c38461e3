using CsCheck;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Storage;
using Holdfast.Status.Uptime;

namespace Holdfast.Status.Tests;

/// <summary>The store and what is computed from it.</summary>
public sealed class StoreTests
{
    private const string FirstBuild = """
        CREATE TABLE page (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
        CREATE TABLE component (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
        CREATE TABLE incident (id TEXT PRIMARY KEY, started_at INTEGER NOT NULL, over INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
        CREATE INDEX incident_started ON incident (started_at);
        CREATE INDEX incident_open ON incident (over) WHERE over = 0;
        CREATE TABLE component_change (component TEXT NOT NULL, at INTEGER NOT NULL, status TEXT NOT NULL) STRICT;
        CREATE INDEX component_change_at ON component_change (component, at);
        CREATE TABLE token (id TEXT PRIMARY KEY, name TEXT NOT NULL, hash BLOB NOT NULL UNIQUE, created_at INTEGER NOT NULL) STRICT;
        CREATE TABLE audit (sequence INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL,
            subject TEXT NOT NULL, before TEXT, after TEXT) STRICT;
        INSERT INTO page VALUES ('abcdefghijkl', '{"id":"abcdefghijkl","name":"Kept","url":"http://x","updated_at":"2025-11-18T00:00:00+00:00"}');
        INSERT INTO token VALUES ('abcdefghijkm', 'first', x'00', 1763424000000);
        INSERT INTO audit (at, who, action, subject) VALUES (1763424000000, 'first', 'page.update', 'abcdefghijkl');
        INSERT INTO audit (at, who, action, subject, before) VALUES (1763424000001, 'first', 'page.update', 'abcdefghijkl', '{}');
        PRAGMA user_version = 1;
        """;

    [Fact]
    public void Store_OfANewerBuild_IsRefusedWithWhatToDo()
    {
        var directory = Directory.CreateTempSubdirectory("holdfast-status-").FullName;
        var path = Path.Combine(directory, "status.db");
        StatusStore.Open(path, "x", "http://x", TimeProvider.System).Dispose();
        Run(path, "PRAGMA user_version = 99");

        var fault = Assert.Throws<StatusStoreException>(() => StatusStore.Open(path, "x", "http://x", TimeProvider.System));

        Assert.Contains(path, fault.Message, StringComparison.Ordinal);
        Assert.Contains("newer Holdfast", fault.Message, StringComparison.Ordinal);
        Directory.Delete(directory, recursive: true);
    }

    /// <summary>A file as the first builds wrote it is brought up: its token may do all, its audit log has a chain.</summary>
    [Fact]
    public void Store_OfTheFirstBuild_IsBroughtUp()
    {
        var directory = Directory.CreateTempSubdirectory("holdfast-status-").FullName;
        var path = Path.Combine(directory, "status.db");
        Run(path, FirstBuild);

        using (var store = StatusStore.Open(path, "x", "http://x", TimeProvider.System))
        {
            Assert.Equal("Kept", store.Current.State.Profile.Name);
            Assert.Empty(store.Read(database => database.Watches()));
            Assert.Empty(store.Read(database => database.ActiveDrafts()));
            Assert.Equal("manage", Assert.Single(store.Read(database => database.Tokens())).Scopes);
            store.Write((transaction, now) => transaction.Audit(now, "x", "x.y", "z", null, null));
            var check = store.Read(database => database.CheckAudit());
            Assert.Equal((3, null), (check.Lines, check.BrokenAt));
        }

        Directory.Delete(directory, recursive: true);
    }

    [Theory]
    [InlineData("UPDATE audit SET who = 'another' WHERE sequence = 2", 2)]
    [InlineData("UPDATE audit SET at = at + 1 WHERE sequence = 1", 1)]
    [InlineData("DELETE FROM audit WHERE sequence = 2", 2)]
    [InlineData("UPDATE audit SET before = NULL, after = before WHERE sequence = 3", 3)]
    public void Audit_ChangedInTheFile_IsFound(string change, long broken)
    {
        var directory = Directory.CreateTempSubdirectory("holdfast-status-").FullName;
        var path = Path.Combine(directory, "status.db");
        using (var store = StatusStore.Open(path, "x", "http://x", TimeProvider.System))
        {
            for (var i = 0; i < 4; i++)
            {
                store.Write((transaction, now) => transaction.Audit(now, "who", "a.b", "c", "{}", null));
            }

            Assert.Null(store.Read(database => database.CheckAudit()).BrokenAt);
        }

        // The table itself refuses; who holds the file can take that away.
        Assert.Contains("only added to", Assert.ThrowsAny<Exception>(() => Run(path, change)).Message, StringComparison.Ordinal);
        Run(path, $"DROP TRIGGER audit_not_changed; DROP TRIGGER audit_not_removed; {change}");

        using (var store = StatusStore.Open(path, "x", "http://x", TimeProvider.System))
        {
            Assert.Equal(broken, store.Read(database => database.CheckAudit()).BrokenAt);
        }

        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public void Store_ThatIsNone_IsRefusedWithItsName()
    {
        var directory = Directory.CreateTempSubdirectory("holdfast-status-").FullName;
        var path = Path.Combine(directory, "status.db");
        File.WriteAllBytes(path, [.. Enumerable.Repeat((byte)'x', 8192)]);

        Assert.Contains(
            path,
            Assert.Throws<StatusStoreException>(() => StatusStore.Open(path, "x", "http://x", TimeProvider.System)).Message,
            StringComparison.Ordinal
        );
        Directory.Delete(directory, recursive: true);
    }

    /// <summary>However the changes lie, the states of a span add up to it, and parts add up to the whole.</summary>
    [Fact]
    public void Times_OfAnyHistory_AddUp() =>
        Gen.Select(Gen.Int[0, 1000].Array[0, 20], Gen.Int[0, 4].Array[20], Gen.Int[0, 1000], Gen.Int[0, 1000], Gen.Int[0, 1000])
            .Sample(
                (minutes, states, first, second, started) =>
                {
                    var zero = new DateTimeOffset(2025, 11, 1, 0, 0, 0, TimeSpan.Zero);
                    var changes = minutes
                        .Order()
                        .Select((minute, i) => new StateChange(zero.AddMinutes(minute), (ComponentStatus)states[i]));
                    var history = new ComponentHistory([.. changes]);
                    var (from, until) = (zero.AddMinutes(Math.Min(first, second)), zero.AddMinutes(Math.Max(first, second)));
                    var middle = from + ((until - from) / 2);
                    var whole = history.Times(from, until, zero.AddMinutes(started));
                    var a = history.Times(from, middle, zero.AddMinutes(started));
                    var b = history.Times(middle, until, zero.AddMinutes(started));
                    Assert.Equal(whole.Observed, a.Observed + b.Observed);
                    Assert.Equal(whole.Major, a.Major + b.Major);
                    Assert.Equal(whole.Partial, a.Partial + b.Partial);
                    Assert.Equal(whole.Degraded, a.Degraded + b.Degraded);
                    Assert.Equal(whole.Maintenance, a.Maintenance + b.Maintenance);
                    Assert.InRange(whole.Major + whole.Partial + whole.Degraded + whole.Maintenance, TimeSpan.Zero, whole.Observed);
                    Assert.InRange(whole.Uptime ?? 1, 0, 1);

                    // The slow way: what it was in each minute.
                    var major = 0;
                    for (var at = from; at < until; at = at.AddMinutes(1))
                    {
                        var now = minutes
                            .Order()
                            .Select((minute, i) => (minute, states[i]))
                            .LastOrDefault(one => zero.AddMinutes(one.Item1) <= at, (0, 0))
                            .Item2;
                        major += at >= zero.AddMinutes(started) && now == (int)ComponentStatus.MajorOutage ? 1 : 0;
                    }

                    Assert.Equal(major, (int)whole.Major.TotalMinutes);
                }
            );

    private static void Run(string path, string sql)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
