using Holdfast.Cache.Decisions;
using Holdfast.Cache.Disk;
using Holdfast.Cache.Exchange;

namespace Holdfast.Cache.Tests.Disk;

/// <summary>Stores of which the disk takes what is too large for memory, and what can become of such a body.</summary>
internal static class LargeBodies
{
    // An eighth of it is the largest body that memory takes: 100,000 bytes.
    private const long Memory = 800_000;

    /// <summary>4 MiB is the largest body that such a disk takes.</summary>
    public static readonly DiskStoreLimits Limits = DiskRig.Small with { Budget = 32 * 1024 * 1024, SegmentLength = 1024 * 1024 };

    /// <summary>How a body can end without being whole.</summary>
    public static TheoryData<string> Ends => ["broken off", "invalidated", "purged", "abandoned"];

    public static Task<DiskRig> OpenAsync(DiskDirectory directory) => DiskRig.OpenAsync(directory, Limits, memory: Memory);

    /// <summary>The files of large bodies that are still coming.</summary>
    public static string[] PartsIn(DiskDirectory directory) => Directory.GetFiles(directory.Cache, "*" + LargeFile.Extension);

    /// <summary>Ends a body for <c>/large</c> in one of <see cref="Ends"/>, has its rest come all the same, and looks that nothing of it is left.</summary>
    public static async Task EndAsync(DiskRig rig, DiskDirectory directory, CacheExchange exchange, ReadOnlyMemory<byte> rest, string how)
    {
        var fill = exchange.Fill!;
        Assert.NotEmpty(PartsIn(directory));
        switch (how)
        {
            case "broken off":
                fill.Break(1);
                break;
            case "invalidated":
                rig.Post("/large");
                break;
            case "purged":
                rig.Store.Purges.ApplyToAll();
                break;
            default:
                fill.Abandon();
                Assert.False(await fill.SettleAsync());
                fill.Break(1);
                break;
        }

        fill.Append(rest.Span);
        await fill.KeepAsync();
        fill.Complete();
        exchange.Reset();
        await rig.Disk.SettledAsync();
        Assert.NotEqual(NoCacheReason.None, fill.Reason);
        Assert.Empty(PartsIn(directory));
        Assert.Equal((0, 0), (rig.Disk.Count, rig.Store.Fills.Spill.Bytes));
        Assert.Null(await rig.GetAsync("/large"));
    }
}
