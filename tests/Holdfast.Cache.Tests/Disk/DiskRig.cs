using System.Text;
using Holdfast.Cache.Disk;
using Holdfast.Cache.Exchange;
using Holdfast.Cache.Policy;
using Holdfast.Cache.Purging;
using Holdfast.Cache.Storage;
using Holdfast.Cache.Tests.Conversations;
using Holdfast.Cache.Tests.Purging;
using Holdfast.Model.Zones;

namespace Holdfast.Cache.Tests.Disk;

/// <summary>A directory that goes when the test ends.</summary>
internal sealed class DiskDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("holdfast-disk-").FullName;

    public string Cache => System.IO.Path.Combine(Path, "cache");

    /// <summary>What a process that is killed now would leave.</summary>
    public DiskDirectory Copy()
    {
        var copy = new DiskDirectory();
        Directory.CreateDirectory(copy.Cache);
        foreach (var file in Directory.GetFiles(Cache).Where(file => System.IO.Path.GetFileName(file) != "lock"))
        {
            // A checkpoint that is being written beside the old one belongs to nothing yet, and is somebody's alone while it is: leaving it out is a kill a moment earlier.
            if (System.IO.Path.GetExtension(file) != ".new")
            {
                File.Copy(file, System.IO.Path.Combine(copy.Cache, System.IO.Path.GetFileName(file)));
            }
        }

        return copy;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>A date that goes on when it is told to, and timers that run.</summary>
internal sealed class SteppedTime : TimeProvider
{
    private long _milliseconds = 1_800_000_000_000;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Interlocked.Read(ref _milliseconds));

    public void Advance(TimeSpan by) => Interlocked.Add(ref _milliseconds, (long)by.TotalMilliseconds);
}

/// <summary>A memory store with a disk beside it, and what an edge does with them.</summary>
internal sealed class DiskRig : IAsyncDisposable
{
    public const string Zone = PurgedStore.Zone;
    public const ulong Seed = 0x1234_5678_9ABC_DEF0;

    private readonly CachePolicy _policy = new() { Profile = CacheProfile.Standard };

    private DiskRig(DiskStore disk, PurgeMarks purges, long memory, SteppedTime time)
    {
        Disk = disk;
        Time = time;
        Store = new MemoryStore(new MemoryStoreLimits { Budget = memory }, purges) { Disk = disk };
    }

    public DiskStore Disk { get; }

    public MemoryStore Store { get; }

    public SteppedTime Time { get; }

    public long Now => Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Opens what lies in a directory.</summary>
    public static async Task<DiskRig> OpenAsync(
        DiskDirectory directory,
        DiskStoreLimits? limits = null,
        ulong seed = Seed,
        SteppedTime? time = null,
        long memory = 64 * 1024 * 1024,
        Func<Task>? beforeReading = null,
        Action<PurgeMarks>? boot = null
    )
    {
        time ??= new SteppedTime();
        var purges = new PurgeMarks(time);
        boot?.Invoke(purges);
        var disk = new DiskStore(limits ?? Small, directory.Cache, seed, purges, time)
        {
            BeforeReading = beforeReading ?? (static () => Task.CompletedTask),
        };
        var rig = new DiskRig(disk, purges, memory, time);
        disk.Start();
        await disk.Opened.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        return rig;
    }

    /// <summary>Sixteen megabytes, in segments of one.</summary>
    public static DiskStoreLimits Small { get; } =
        new()
        {
            Budget = 16 * 1024 * 1024,
            ShortestPause = TimeSpan.FromMilliseconds(1),
            ReadTimeout = TimeSpan.FromSeconds(30),
        };

    /// <summary>Bytes that say which they are.</summary>
    public static byte[] Body(int length, int seed = 1)
    {
        var body = new byte[length];
        new Random(seed).NextBytes(body);
        return body;
    }

    /// <summary>Fetches and stores a response, whatever is stored.</summary>
    public void Put(string target, byte[] body, TextFields? request = null, params string[] fields)
    {
        using var exchange = new Ending(new CacheExchange(Store));
        var step = exchange.Exchange.Begin(Request(target, "GET"), request ?? new TextFields(), _policy, Now);
        while (step is RequestStep.Serve or RequestStep.Read)
        {
            Store.Remove(KeyOf(target));
            step = exchange.Exchange.Begin(Request(target, "GET"), request ?? new TextFields(), _policy, Now);
        }

        Receive(exchange.Exchange, 200, body, fields);
    }

    /// <summary>The origin's answer to an exchange.</summary>
    public ResponseStep Receive(CacheExchange exchange, int status, byte[] body, params string[] fields)
    {
        var step = exchange.Received(status, new TextFields(["Cache-Control: max-age=999999", .. fields]), body.Length, Now, Now);
        if (step == ResponseStep.PassAndStore)
        {
            exchange.Fill!.Append(body);
            exchange.Fill.Complete();
        }

        return step;
    }

    /// <summary>An unsafe request that the origin takes.</summary>
    public void Post(string target)
    {
        var exchange = new CacheExchange(Store);
        Assert.Equal(RequestStep.Pass, exchange.Begin(Request(target, "POST"), new TextFields(), _policy, Now));
        exchange.Received(204, new TextFields(), 0, Now, Now);
    }

    /// <summary>What a request gets from the store, or null.</summary>
    public async Task<Answer?> GetAsync(string target, params string[] fields)
    {
        using var exchange = new Ending(new CacheExchange(Store));
        return await AskAsync(exchange.Exchange, target, fields) is RequestStep.Serve ? await AnswerAsync(exchange.Exchange, fields) : null;
    }

    /// <summary>Begins a request, to the point where it is served or the origin is asked.</summary>
    public async Task<RequestStep> AskAsync(CacheExchange exchange, string target, params string[] fields)
    {
        var request = new TextFields(fields);
        var step = exchange.Begin(Request(target, "GET"), request, _policy, Now);
        while (step == RequestStep.Read)
        {
            await exchange.ReadAsync(Now);
            step = exchange.Resume(request, Now);
        }

        return step;
    }

    /// <summary>What is served.</summary>
    public async Task<Answer> AnswerAsync(CacheExchange exchange, params string[] fields)
    {
        var stored = exchange.Stored!;
        var answer = exchange.Answer(new TextFields(fields), Now);
        var body = new MemoryStream();
        for (var offset = answer.Start; offset < answer.Start + answer.Length; )
        {
            var left = answer.Start + answer.Length - offset;
            ReadOnlyMemory<byte> piece;
            if (stored.OnDisk is { } onDisk)
            {
                var chunk = new byte[onDisk.LengthOfChunk(offset)];
                if (!await onDisk.ReadChunkAsync(offset, chunk))
                {
                    return new Answer(answer.Status, [], "", IsBrokenOff: true, false);
                }

                piece = chunk.AsMemory((int)(offset % DiskBody.ChunkBytes));
            }
            else
            {
                piece = stored.BodyAt(offset);
            }

            piece = piece[..(int)Math.Min(piece.Length, left)];
            body.Write(piece.Span);
            offset += piece.Length;
        }

        var status = new byte[CacheExchange.LongestCacheStatus];
        var text = Encoding.ASCII.GetString(status.AsSpan(0, exchange.WriteCacheStatus(status, Now)));
        return new Answer(answer.Status, body.ToArray(), text, false, stored.OnDisk is not null);
    }

    /// <summary>Ends it as a process ends that is told to, once everything was written.</summary>
    public async ValueTask DisposeAsync()
    {
        await Disk.DisposeAsync();
        Assert.True(Disk.Ended.IsCompletedSuccessfully);
    }

    private static byte[] KeyOf(string target) =>
        [.. Encoding.ASCII.GetBytes(Zone), 0, .. Encoding.ASCII.GetBytes("https://example.com" + target)];

    private static CacheRequest Request(string target, string method) =>
        new()
        {
            Method = Encoding.ASCII.GetBytes(method),
            Scope = Encoding.ASCII.GetBytes(Zone),
            Scheme = "https"u8,
            Host = "example.com"u8,
            Path = Encoding.ASCII.GetBytes(target),
            Query = default,
        };

    internal sealed record Answer(int Status, byte[] Body, string CacheStatus, bool IsBrokenOff, bool IsOnDisk);

    private sealed record Ending(CacheExchange Exchange) : IDisposable
    {
        public void Dispose() => Exchange.Reset();
    }
}
