using System.Collections.Concurrent;
using System.Net;
using Holdfast.Control.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Holdfast.Control.Tests.Faults;

/// <summary>A page of the database is damaged while control runs: a disk that returns what was never written.</summary>
public sealed class DamagedPageTests
{
    [Fact]
    public async Task Read_OfADamagedPage_Is503AndTheLogSaysWhatToDo()
    {
        using var data = new TemporaryDirectory();
        await using (var control = await TestControl.StartAsync(data.Path))
        {
            for (var i = 0; i < 40; i++)
            {
                await control.AddZoneAsync($"z{i}.example");
            }
        }

        // Beyond the size that is read through at a start, damage is met by the request that needs the page; here it comes after the start.
        var logs = new Lines();
        using var loggers = LoggerFactory.Create(builder => builder.AddProvider(logs));
        await using var damaged = await TestControl.StartAsync(data.Path, configure: options => options with { LoggerFactory = loggers });
        var file = Path.Combine(data.Path, "control", "control.db");
        var (root, size) = RootPage(file, "zones");
        SqliteConnection.ClearAllPools();
        await using (var disk = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            disk.Position = (root - 1) * size;
            disk.Write(Enumerable.Repeat((byte)0xAA, (int)size).ToArray());
        }

        var answer = await damaged.GetAsync("/client/v4/zones");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, 50003), (answer.Status, answer.Code));
        Assert.StartsWith("the database is damaged; control's log says what to do", answer.Error["message"]!.GetValue<string>());
        Assert.DoesNotContain(data.Path, answer.Body.ToJsonString(), StringComparison.Ordinal);
        var line = Assert.Single(logs.All, line => line.Contains("damaged", StringComparison.Ordinal));
        Assert.Contains(file, line, StringComparison.Ordinal);
        Assert.Contains("'holdfast restore FILE' moves control.db away and puts a backup in its place", line, StringComparison.Ordinal);

        var write = await damaged.PostAsync("/client/v4/zones", """{"name":"new.example"}""");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, 50003), (write.Status, write.Code));

        // What does not need the page works.
        Assert.Equal(HttpStatusCode.OK, (await damaged.GetAsync("/client/v4/user/tokens")).Status);
    }

    [Fact]
    public async Task Start_DamagedPage_IsFoundBeforeAnybodyAsks()
    {
        using var data = new TemporaryDirectory();
        await using (var control = await TestControl.StartAsync(data.Path))
        {
            await control.AddZoneAsync("example.com");
        }

        var file = Path.Combine(data.Path, "control", "control.db");
        var (root, size) = RootPage(file, "audit_log");
        await using (var disk = new FileStream(file, FileMode.Open, FileAccess.Write))
        {
            disk.Position = (root - 1) * size;
            disk.Write(Enumerable.Repeat((byte)0xAA, 100).ToArray());
        }

        var error = await Assert.ThrowsAsync<ControlDatabaseException>(() => TestControl.StartAsync(data.Path));
        Assert.StartsWith($"{file} is damaged", error.Message, StringComparison.Ordinal);
        Assert.Contains("'holdfast restore FILE' moves control.db away", error.Message, StringComparison.Ordinal);
    }

    /// <summary>The number of the page that everything in a table is found through, and how large pages are.</summary>
    private static (long Root, long Size) RootPage(string file, string table)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
        command.ExecuteNonQuery();
        command.CommandText = $"SELECT rootpage FROM sqlite_master WHERE name = '{table}'";
        var root = (long)command.ExecuteScalar()!;
        command.CommandText = "PRAGMA page_size";
        return (root, (long)command.ExecuteScalar()!);
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> All { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (logLevel >= LogLevel.Warning)
            {
                All.Enqueue($"{formatter(state, exception)} {exception?.Message}");
            }
        }

        public void Dispose() { }
    }
}
