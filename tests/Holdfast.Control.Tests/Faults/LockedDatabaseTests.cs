using System.Net;
using Microsoft.Data.Sqlite;

namespace Holdfast.Control.Tests.Faults;

/// <summary>Somebody else holds the database's lock: a backup tool, a person with a shell.</summary>
public sealed class LockedDatabaseTests
{
    private const string NewZone = """{"name":"new.example"}""";

    [Fact]
    public async Task Write_WhileLocked_Is503WithRetryAfterAndChangesNothing()
    {
        await using var control = await TestControl.StartAsync(configure: options => options with { LockWait = TimeSpan.FromSeconds(1) });
        var zone = await control.AddZoneAsync("example.com");
        var changes = new Func<Task<Answer>>[]
        {
            () => control.PostAsync("/client/v4/zones", NewZone),
            () => control.PatchAsync($"/client/v4/zones/{zone}/settings/http2", """{"value":"off"}"""),
            () => control.PostAsync($"/client/v4/zones/{zone}/dns_records", """{"name":"www","type":"A","content":"192.0.2.1"}"""),
        };
        using (new OtherProcess(control.Data))
        {
            var refused = await Task.WhenAll(changes.Select(change => change()));
            Assert.All(
                refused,
                answer =>
                {
                    Assert.Equal((HttpStatusCode.ServiceUnavailable, 50003), (answer.Status, answer.Code));
                    Assert.InRange(answer.RetryAfter!.Value.TotalSeconds, 1, 10);
                    Assert.StartsWith("the database is busy; nothing was changed", answer.Error["message"]!.GetValue<string>());
                }
            );

            // Readers do not wait for writers.
            Assert.Single((await control.GetAsync("/client/v4/zones")).Result.AsArray());
        }

        Assert.All(await Task.WhenAll(changes.Select(change => change())), answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
    }

    [Fact]
    public async Task Write_LockIsLetGoInTime_IsMade()
    {
        await using var control = await TestControl.StartAsync();
        Task<Answer> writing;
        using (new OtherProcess(control.Data))
        {
            writing = control.PostAsync("/client/v4/zones", NewZone);
            Assert.Empty((await control.GetAsync("/client/v4/zones")).Result.AsArray());
        }

        Assert.Equal(HttpStatusCode.OK, (await writing).Status);
    }

    [Fact]
    public async Task Write_BehindMoreThanItWaitsFor_Is503()
    {
        // Each of the first ones waits a second for the lock; the last ones would wait for all of them.
        await using var control = await TestControl.StartAsync(configure: options => options with { LockWait = TimeSpan.FromSeconds(1) });
        using var other = new OtherProcess(control.Data);
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => control.PostAsync("/client/v4/zones", NewZone)));
        Assert.All(answers, answer => Assert.Equal((HttpStatusCode.ServiceUnavailable, 50003), (answer.Status, answer.Code)));
    }

    /// <summary>Holds the lock that a writer has. To SQLite every connection is somebody else, of whichever process.</summary>
    private sealed class OtherProcess : IDisposable
    {
        private readonly SqliteConnection _connection;

        public OtherProcess(string data)
        {
            var source = new SqliteConnectionStringBuilder { DataSource = Path.Combine(data, "control", "control.db"), Pooling = false };
            _connection = new SqliteConnection(source.ConnectionString);
            _connection.Open();
            Run("BEGIN IMMEDIATE");
        }

        public void Dispose()
        {
            Run("ROLLBACK");
            _connection.Dispose();
        }

        private void Run(string sql)
        {
            using var command = _connection.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }
    }
}
