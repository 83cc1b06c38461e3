using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Holdfast.Control.Storage;
using Holdfast.Control.Tests.Audit;

namespace Holdfast.Control.Tests.Faults;

/// <summary>
/// kill -9 at every step of every write of the API. What a killed process leaves is its files as they are at that moment: they are
/// copied between any two steps, and a control that starts on the copy must find the state before the write or the state after it.
/// </summary>
public sealed class KilledWritesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ConcurrentQueue<(string Step, string Copy)> _steps = new();
    private string _data = "";
    private string _last = "";
    private volatile bool _watching;
    private int _copies;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task EveryChangingOperation_KilledAtEveryStep_IsDoneOrNotDone()
    {
        await using var control = await StartAsync();
        using var calls = new AuditCoverageTests.Calls(control) { WithEdges = false };
        var all = await calls.InOrderAsync();
        var steps = 0;
        var before = await StateAsync();
        foreach (var (operation, call) in all)
        {
            _watching = true;
            var answer = await call();
            _watching = false;
            Assert.True(
                answer.Status is HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.NoContent,
                $"{operation}: {answer.Body.ToJsonString()}"
            );

            // What was acknowledged is on the disk, whatever becomes of the process now.
            var after = await StateAsync();
            Assert.NotEqual(before, after);
            var committed = _steps.Count(step => step.Step == WriteSteps.Committed);
            Assert.True(committed >= 1 && _steps.Count > 3, $"{operation}: {string.Join(" | ", _steps.Select(step => step.Step))}");
            var commits = 0;
            while (_steps.TryDequeue(out var step))
            {
                steps++;
                commits += step.Step == WriteSteps.Committed ? 1 : 0;
                if (step.Copy.Length == 0)
                {
                    // The files are those of the step before.
                    continue;
                }

                var found = await StoredState.CheckAndReadAsync(step.Copy);
                Assert.True(
                    found == before || found == after,
                    $"{operation}, killed at '{step.Step}': half of it is there; found:\n{Beside(found, after)}\nand not, as after it:\n{Beside(after, found)}"
                );
                Assert.True(commits < committed || found == after, $"{operation}, killed at '{step.Step}': it is committed and not there");
                Directory.Delete(step.Copy, recursive: true);
            }

            before = after;
        }

        Assert.True(steps > 5 * all.Count, $"{steps} steps of {all.Count} operations");
        TestContext.Current.TestOutputHelper!.WriteLine($"{steps} steps of {all.Count} operations, {_copies} moments looked at");
    }

    private static string Beside(string text, string other) => string.Join('\n', text.Split('\n').Except(other.Split('\n')));

    [Fact]
    public async Task FirstStart_KilledAtEveryStep_TheNextOneGoesOn()
    {
        _watching = true;
        await using (await StartAsync(token: null))
        {
            _watching = false;
        }

        var copies = _steps.Where(step => step.Copy.Length > 0).ToList();
        Assert.True(copies.Count > 2, $"{copies.Count} different moments");
        foreach (var (step, copy) in copies)
        {
            await using var next = await TestControl.StartAsync(copy, token: null);

            // The first token was shown to nobody yet: the start that is not killed shows one.
            Assert.True(next.Host.FirstAdminToken is not null || step == WriteSteps.Committed, $"killed at '{step}'");
        }
    }

    [Fact]
    public async Task Commit_CutOffAtEveryFrame_IsDoneOrNotDone()
    {
        await using var control = await StartAsync();
        var zone = await control.AddZoneAsync("example.com");
        var before = await StateAsync();
        var wal = Path.Combine(_data, "control", "control.db-wal");
        var from = new FileInfo(wal).Length;
        var record = """{"name":"www","type":"A","content":"192.0.2.1","proxied":true}""";
        Assert.Equal(HttpStatusCode.OK, (await control.PostAsync($"/client/v4/zones/{zone}/dns_records", record)).Status);
        var after = await StateAsync();
        var to = new FileInfo(wal).Length;
        Assert.True(to > from, "the write is at the log's end");

        // A frame is a page and a head of 24 bytes; a power cut may leave any part of the last ones.
        for (var length = from; length < to; length += 2_060)
        {
            var copy = NewCopy();
            using (var file = new FileStream(Path.Combine(copy, "control", "control.db-wal"), FileMode.Open))
            {
                file.SetLength(length);
            }

            Assert.Equal(before, await StoredState.CheckAndReadAsync(copy));
            Directory.Delete(copy, recursive: true);
        }

        Assert.Equal(after, await StateAsync());
    }

    private async Task<TestControl> StartAsync(string? token = TestControl.Token)
    {
        _data = Path.Combine(_directory.Path, "data");
        return await TestControl.StartAsync(
            _data,
            token: token,
            time: new Untimed(),
            configure: options => options with { AtWriteStep = AtStep }
        );
    }

    private void AtStep(string step)
    {
        if (!_watching)
        {
            return;
        }

        var files = Digest();
        _steps.Enqueue((step, files == _last ? "" : NewCopy()));
        _last = files;
    }

    private async Task<string> StateAsync()
    {
        var copy = NewCopy();
        _last = Digest();
        var state = await StoredState.CheckAndReadAsync(copy);
        Directory.Delete(copy, recursive: true);
        return state;
    }

    private string NewCopy()
    {
        var copy = Path.Combine(_directory.Path, "copy-" + Interlocked.Increment(ref _copies).ToString(CultureInfo.InvariantCulture));
        StoredState.Copy(_data, copy);
        return copy;
    }

    // Of the log, which every write goes to first, and of what lies beside it; the database itself must not be opened and closed here.
    private string Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var files = Directory.GetFiles(_data, "*", SearchOption.AllDirectories);
        foreach (var file in files.Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(file));
            var info = new FileInfo(file);
            hash.AppendData(BitConverter.GetBytes(info.Length));
            hash.AppendData(BitConverter.GetBytes(info.LastWriteTimeUtc.Ticks));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>The system's clock, whose timers never fire: nothing is written but what a request writes.</summary>
    private sealed class Untimed : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Silent();

        private sealed class Silent : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose() { }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
