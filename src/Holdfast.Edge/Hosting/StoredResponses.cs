using Holdfast.Cache.Disk;
using Holdfast.Cache.Purging;
using Holdfast.Cache.Storage;
using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Hosting;

/// <summary>The cache's two stores: the memory, and the disk behind it where it is on. A fault of the disk costs the disk.</summary>
internal sealed partial class StoredResponses : IAsyncDisposable
{
    // How long a start waits for the cache on the disk to be found.
    private static readonly TimeSpan DiskTime = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>The stores of an edge. The disk is not read before <see cref="Start"/>.</summary>
    /// <param name="options">Their sizes.</param>
    /// <param name="home">Where they lie.</param>
    public StoredResponses(EdgeOptions options, EdgeHome home)
    {
        _time = options.Time;
        _logger = options.Loggers.CreateLogger<EdgeHost>();
        var marks = new PurgeMarks(_time);
        var directory = Path.Combine(home.Data, "cache");
        Disk =
            options.Disk.Budget > 0
                ? new DiskStore(options.Disk, Path.Combine(directory, options.Name), home.CacheSeed, marks, _time)
                : null;
        Memory = new MemoryStore(options.Cache with { SpillDirectory = directory }, marks) { Disk = Disk };
    }

    /// <summary>The memory tier, through which all is read and stored.</summary>
    public MemoryStore Memory { get; }

    /// <summary>The disk tier, or null where it is off.</summary>
    public DiskStore? Disk { get; }

    /// <summary>Begins to find what lies on the disk.</summary>
    public void Start() => Disk?.Start();

    /// <summary>
    /// Waits until it is found, so that a restart is no storm on the origins. A slow disk delays nobody for long: what is not found by then is
    /// found later.
    /// </summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        if (Disk is not null)
        {
            await Disk.Opened.WaitAsync(DiskTime, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Frees what purges have taken, and says so when the disk tier ends by a fault of its own.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(new PurgeSweep(Memory, _time).RunAsync(cancellationToken), WatchDiskAsync(cancellationToken));

    /// <summary>Closes the disk, so that another process can have it. The memory goes on.</summary>
    public ValueTask DisposeAsync() => Disk?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task WatchDiskAsync(CancellationToken cancellationToken)
    {
        if (Disk is null)
        {
            return;
        }

        await ((Task)Task.WhenAny(Disk.Ended, Task.Delay(Timeout.Infinite, cancellationToken))).ConfigureAwait(false);
        if (Disk.Ended.Exception is { } fault)
        {
            LogDiskFault(_logger, fault.InnerException ?? fault);
        }
    }

    [LoggerMessage(
        EventId = 1111,
        Level = LogLevel.Error,
        Message = "The cache on the disk met a fault of the edge, and is not used any more."
    )]
    private static partial void LogDiskFault(ILogger logger, Exception exception);
}
