using System.Threading.Channels;
using Holdfast.Edge.BreakGlass;
using Holdfast.Edge.Releases.Tasting;
using Holdfast.Model.Releases;
using Holdfast.Model.Releases.Rehearsals;
using Holdfast.Model.Uplink;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Rehearsals;
using Holdfast.Releases.Store;
using Holdfast.Releases.Uplink;
using Microsoft.Extensions.Logging;

namespace Holdfast.Edge.Rehearsing;

/// <summary>
/// Rehearses what control proposes: has a taster of its own replay the edge's samples through what is live and what is proposed, and sends the
/// report up. One at a time, behind everything else; nothing of it touches what serves.
/// </summary>
internal sealed partial class Rehearser(
    TasterOptions options,
    SampleRing samples,
    ReleaseStore store,
    ReleaseIntake intake,
    BreakGlassDesk desk,
    IUplinkSink uplink,
    TimeProvider time,
    ILogger<Rehearser> logger
)
{
    /// <summary>Most requests of one rehearsal.</summary>
    public const int MostSamples = 1_000;

    // What is for every zone is rehearsed with those that had most visitors.
    private const int MostZones = 50;

    // What is in use beside it is loaded too; a list that is larger than what is left is not.
    private const long MostBesideBytes = 32L * 1024 * 1024;

    private const int MostLeftOut = 8;
    private const int MostWaiting = 4;

    // Two sides, a thousand requests each, some 100 us a request; a busy machine gets a hundred times that.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Channel<RehearsalOrder> _orders = Channel.CreateBounded<RehearsalOrder>(
        new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true }
    );

    /// <summary>Takes an order; never waits. One too many is answered at once.</summary>
    public void Take(RehearsalOrder order)
    {
        if (!_orders.Writer.TryWrite(order))
        {
            Report(
                new RehearsalReport
                {
                    Id = order.Id,
                    IsUnable = true,
                    Problem = $"{MostWaiting} rehearsals wait on this edge already",
                }
            );
        }
    }

    /// <summary>Rehearses until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var order in _orders.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                Report(await RehearseAsync(order, cancellationToken).ConfigureAwait(false));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Told to stop.
        }
    }

    private async Task<RehearsalReport> RehearseAsync(RehearsalOrder order, CancellationToken cancellationToken)
    {
        try
        {
            var script = ScriptOf(order);
            if (script.Samples.Count == 0)
            {
                return new RehearsalReport
                {
                    Id = order.Id,
                    LiveGeneration = script.Live?.Generation ?? 0,
                    IsUnable = true,
                    Problem = "this edge has no sample of requests that it could be rehearsed with",
                };
            }

            using var process = await TasterProcess.StartAsync(options, time, cancellationToken).ConfigureAwait(false);
            return await process.RehearseAsync(script, Patience, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(e, order.Id);
            return new RehearsalReport { Id = order.Id, Problem = $"it cannot be rehearsed here: {e.Message}" };
        }
    }

    private RehearsalScript ScriptOf(RehearsalOrder order)
    {
        var proposed = RehearsalScript.ReleaseOf(order);
        var isZone = order.Kind == ArtifactKind.Zone;
        var newest = samples.Newest(sample => !isZone || System.Text.Ascii.Equals(RequestSample.ZoneOf(sample), order.Name), MostSamples);
        var beside = new List<Release>();
        var left = MostBesideBytes;
        var leftOut = 0;
        foreach (
            var artifact in intake
                .Live()
                .Where(artifact => artifact.Kind is ArtifactKind.List or ArtifactKind.AccountRuleset or ArtifactKind.BotFeatures)
        )
        {
            if (leftOut >= MostLeftOut)
            {
                // To know how large it is, it would have to be read.
                leftOut++;
                continue;
            }

            if (InUse(artifact) is not { } release || (release.Kind == order.Kind && release.Name == order.Name))
            {
                continue;
            }

            if (release.Payload.Length > left)
            {
                leftOut++;
                continue;
            }

            left -= release.Payload.Length;
            beside.Add(release);
        }

        if (!isZone)
        {
            beside.AddRange(ZonesOf(newest));
        }

        return new RehearsalScript
        {
            Id = order.Id,
            Proposed = proposed,
            Live = intake.InUse(order.Kind, order.Name) is { } known ? InUse(known) : null,
            Beside = beside,
            Samples = newest,
            Note =
                leftOut > 0
                    ? $"{leftOut} lists of the account are too large to be loaded beside it: rules read them as unknown on both sides"
                    : null,
        };
    }

    private IEnumerable<Release> ZonesOf(IReadOnlyList<byte[]> newest) =>
        newest
            .GroupBy(sample => System.Text.Encoding.ASCII.GetString(RequestSample.ZoneOf(sample)))
            .OrderByDescending(zone => zone.Count())
            .Take(MostZones)
            .Select(zone => intake.InUse(ArtifactKind.Zone, zone.Key) is { } artifact ? InUse(artifact) : null)
            .OfType<Release>();

    private Release? InUse(StoredArtifact artifact)
    {
        var generation = desk.GenerationInUse(artifact, store.NameOf(artifact.Number));
        return store.Generations(artifact.Number).FirstOrDefault(stored => stored.Release?.Generation == generation)?.Release;
    }

    private void Report(RehearsalReport report)
    {
        LogDone(report.Id, report.Requests, report.Problem ?? "");
        uplink.Add(UplinkRecordTypes.ReleaseRehearsed, RehearsalCodec.Encode(report));
    }

    [LoggerMessage(EventId = 1151, Level = LogLevel.Information, Message = "Rehearsal {Id}: {Requests} requests replayed. {Problem}")]
    private partial void LogDone(string id, int requests, string problem);

    [LoggerMessage(EventId = 1152, Level = LogLevel.Error, Message = "Rehearsal {Id} met a fault of the edge.")]
    private partial void LogFailed(Exception exception, string id);
}
