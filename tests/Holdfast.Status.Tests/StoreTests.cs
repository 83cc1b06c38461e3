using CsCheck;
using Holdfast.Model.StatusPage;
using Holdfast.Status.Storage;
using Holdfast.Status.Uptime;

namespace Holdfast.Status.Tests;

/// <summary>The store and what is computed from it.</summary>
public sealed class StoreTests
{
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

    [Fact]
    public void Store_OfTheFirstBuild_IsBroughtUp()
    {
        var directory = Directory.CreateTempSubdirectory("holdfast-status-").FullName;
        var path = Path.Combine(directory, "status.db");
        StatusStore.Open(path, "Kept", "http://x", TimeProvider.System).Dispose();
        Run(path, "DROP TABLE watch; DROP TABLE draft; DROP TABLE learned; PRAGMA user_version = 1");

        using (var store = StatusStore.Open(path, "x", "http://x", TimeProvider.System))
        {
            Assert.Equal("Kept", store.Current.State.Profile.Name);
            Assert.Empty(store.Read(database => database.Watches()));
            Assert.Empty(store.Read(database => database.ActiveDrafts()));
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
