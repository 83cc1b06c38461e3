using System.Text;
using System.Text.Json;
using Holdfast.Edge.Reporting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Tests.Reporting;

public sealed class AccessLogTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("holdfast-log-").FullName;
    private readonly EdgeCounters _counters = new([]);
    private readonly ListLogger<AccessLog> _logger = new();

    private string Logs => Path.Combine(_directory, "logs");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Append_FromManyThreads_EveryRecordArrivesOnce()
    {
        await using var log = Open(o => o with { MaxQueueBytes = 200_000_000 });

        await Parallel.ForAsync(
            0,
            20_000,
            (i, _) =>
            {
                Append(log, i);
                return ValueTask.CompletedTask;
            }
        );

        Assert.True(await log.FlushAsync(TestContext.Current.CancellationToken));
        Assert.Equal(Enumerable.Range(0, 20_000), Numbers(log.Path).Order());
        Assert.Equal(20_000, _counters.Value(EdgeCounters.Single.LogRecords));
        Assert.Equal(0, _counters.LogDrops);
    }

    [Fact]
    public async Task Append_WithoutFlush_ArrivesByItself()
    {
        await using var log = Open();
        Append(log, 1);
        await Eventually(() => File.Exists(log.Path) && Numbers(log.Path).SequenceEqual([1]));

        Append(log, 2);

        await Eventually(() => Numbers(log.Path).SequenceEqual([1, 2]));
    }

    [Fact]
    public async Task Dispose_RecordsWaiting_AreWritten()
    {
        var log = Open();
        Append(log, 1);
        await log.DisposeAsync();
        Append(log, 2);

        Assert.Equal([1], Numbers(log.Path));
        Assert.Equal(1, _counters.Value(LogDropReason.Stopped));
        Assert.True(await log.FlushAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task File_New_IsReadableByOwnerAndGroupOnly()
    {
        await using var log = Open();
        Append(log, 1);
        await log.FlushAsync(TestContext.Current.CancellationToken);

        if (!OperatingSystem.IsWindows())
        {
            var mode = File.GetUnixFileMode(log.Path);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, mode & ~UnixFileMode.GroupRead);
        }
    }

    [Fact]
    public async Task File_PastItsSize_IsRotatedAndTheOldestDeleted()
    {
        await using var log = Open(o => o with { MaxFileBytes = 1, KeptFiles = 2 });

        for (var i = 1; i <= 5; i++)
        {
            Append(log, i);
            Assert.True(await log.FlushAsync(TestContext.Current.CancellationToken));
        }

        Assert.Equal([5], Numbers(log.Path));
        Assert.Equal([4], Numbers(log.Path + ".1"));
        Assert.Equal([3], Numbers(log.Path + ".2"));
        Assert.Equal(3, Directory.GetFiles(Logs).Length);
    }

    [Theory]
    [InlineData("removed")]
    [InlineData("moved")]
    [InlineData("replaced")]
    [InlineData("directory removed")]
    public async Task File_TakenAway_IsMadeAgain(string how)
    {
        await using var log = Open();
        Append(log, 1);
        await log.FlushAsync(TestContext.Current.CancellationToken);

        switch (how)
        {
            case "removed":
                File.Delete(log.Path);
                break;
            case "moved":
                File.Move(log.Path, log.Path + ".old");
                break;
            case "replaced":
                File.Move(log.Path, log.Path + ".old");
                File.WriteAllText(log.Path, "");
                break;
            default:
                Directory.Delete(Logs, recursive: true);
                break;
        }

        Append(log, 2);

        Assert.True(await log.FlushAsync(TestContext.Current.CancellationToken));
        Assert.Equal([2], Numbers(log.Path));
    }

    [Fact]
    public async Task File_EmptiedInPlace_IsAppendedToFromItsNewEnd()
    {
        await using var log = Open();
        Append(log, 1);
        await log.FlushAsync(TestContext.Current.CancellationToken);
        using (var file = new FileStream(log.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(0);
        }

        Append(log, 2);
        await log.FlushAsync(TestContext.Current.CancellationToken);

        Assert.Equal([2], Numbers(log.Path));
    }

    [Fact]
    public async Task File_WithHalfALineAtItsEnd_IsContinuedOnANewLine()
    {
        Directory.CreateDirectory(Logs);
        File.WriteAllText(Path.Combine(Logs, "edge-1.jsonl"), "{\"RayID\":\"cut o");
        await using var log = Open();
        Append(log, 1);
        await log.FlushAsync(TestContext.Current.CancellationToken);

        var lines = File.ReadAllLines(log.Path);
        Assert.Equal("{\"RayID\":\"cut o", lines[0]);
        Assert.Equal(1, Number(lines[1]));
    }

    [Fact]
    public async Task TwoLogs_OnOneFile_DoNotOverwriteEachOther()
    {
        await using var draining = Open();
        await using var successor = Open();
        for (var i = 0; i < 50; i++)
        {
            Append(draining, i);
            Append(successor, 100 + i);
            await Task.WhenAll(
                draining.FlushAsync(TestContext.Current.CancellationToken),
                successor.FlushAsync(TestContext.Current.CancellationToken)
            );
        }

        Assert.Equal(Enumerable.Range(0, 50).Concat(Enumerable.Range(100, 50)), Numbers(draining.Path).Order());
    }

    [Fact]
    public async Task Directory_NotToBeHad_KeepsRecordsUntilItIsAndSaysSoOnce()
    {
        // A regular file in its place: fails for root too, as a read-only directory would not.
        File.WriteAllText(Logs, "");
        await using var log = Open(o => o with { MinBackOff = TimeSpan.FromMilliseconds(1), MaxBackOff = TimeSpan.FromMilliseconds(2) });
        Append(log, 1);
        Assert.False(await log.FlushAsync(TestContext.Current.CancellationToken));
        Append(log, 2);
        Assert.False(await log.FlushAsync(TestContext.Current.CancellationToken));

        File.Delete(Logs);

        await Eventually(() => File.Exists(log.Path) && Numbers(log.Path).Order().SequenceEqual([1, 2]));
        await Eventually(() => _logger.Messages.Count == 2);
        Assert.Contains("cannot be written", _logger.Messages[0]);
        Assert.Contains("written again", _logger.Messages[1]);
        Assert.Equal(0, _counters.LogDrops);
    }

    [Fact]
    public async Task Queue_Full_DropsAndCounts()
    {
        File.WriteAllText(Logs, "");
        var log = Open(o => o with { MaxQueueBytes = 1, MinBackOff = TimeSpan.FromHours(1) });
        var agent = new byte[4000];
        agent.AsSpan().Fill((byte)'a');

        var appended = 0;
        for (; _counters.LogDrops < 10 && appended < 200_000; appended++)
        {
            log.Append(new AccessLogEntry { ConnectionRequests = appended, UserAgent = agent });
        }

        Assert.Equal(10, _counters.Value(LogDropReason.QueueFull));
        Assert.InRange(appended, 20, 100_000);
        await log.DisposeAsync();
        Assert.Equal(appended, _counters.LogDrops);
    }

    [Fact]
    public async Task Append_SteadyState_AllocatesNothing()
    {
        await using var log = Open(o => o with { BatchDelay = TimeSpan.FromHours(1) });
        Append(log, 0);
        for (var i = 0; i < 20; i++)
        {
            Append(log, i);
        }

        // Steady is what is left when the code is compiled for good and every core's stripe has its buffer: the best of many rounds.
        var least = long.MaxValue;
        for (var round = 0; round < 40; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 50; i++)
            {
                Append(log, i);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.InRange(least, 0, 100);
    }

    private static void Append(AccessLog log, int number) =>
        log.Append(
            new AccessLogEntry
            {
                RayId = "9a3f6c1d2b7e4f80"u8,
                ConnectionRequests = number,
                Uri = "/path?query=\"1\""u8,
            }
        );

    private static IEnumerable<int> Numbers(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file, Encoding.UTF8);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Number)];
    }

    private static int Number(string line)
    {
        using var json = JsonDocument.Parse(line);
        return json.RootElement.GetProperty("ConnectionRequests").GetInt32();
    }

    private static async Task Eventually(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            await Task.Delay(2, deadline.Token);
        }
    }

    private AccessLog Open(Func<AccessLogOptions, AccessLogOptions>? change = null)
    {
        var options = new AccessLogOptions { Directory = Logs, Node = "edge-1" };
        return new AccessLog(change is null ? options : change(options), _counters, TimeProvider.System, _logger);
    }

    private sealed class ListLogger<T> : ILogger<T>
    {
        private readonly List<string> _messages = [];

        public IReadOnlyList<string> Messages
        {
            get
            {
                lock (_messages)
                {
                    return [.. _messages];
                }
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            lock (_messages)
            {
                _messages.Add(formatter(state, exception));
            }
        }
    }
}
