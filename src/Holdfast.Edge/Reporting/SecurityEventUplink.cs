using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Edge.Rules.Counting;
using Holdfast.Edge.Rules.Events;
using Holdfast.Model.Uplink;
using Holdfast.Releases.Uplink;

namespace Holdfast.Edge.Reporting;

/// <summary>
/// Carries security events and the rules' counts up to control: gathers what rules have written four times a second, puts it into a ring of
/// its own on the disk, and sends from there. While control is not there the ring is where events wait; when it is full the oldest go.
/// </summary>
internal sealed class SecurityEventUplink : IDisposable
{
    // A record of events: far below the ring's limit of one, so that the last event always fits.
    private const int RecordBytes = 40 * 1024;

    // Rules in a record of counts, each at most some 130 bytes.
    private const int MostCounts = 400;

    // Records that may wait while counts are added: beyond that control is not there, and they add themselves up in memory.
    private const int MostWaiting = 8;

    private readonly RuleCounts _counts;
    private readonly SecurityEventOptions _options;
    private readonly TimeProvider _time;
    private readonly ArrayBufferWriter<byte> _record = new();
    private long _told;
    private bool _hasHandedOver;

    /// <summary>What waits on the disk is read now; nothing is sent yet.</summary>
    public SecurityEventUplink(string node, string directory, RuleCounts counts, SecurityEventOptions options, TimeProvider time)
    {
        _counts = counts;
        _options = options;
        _time = time;
        Events = new SecurityEvents(time);
        Ring = new UplinkRing(node, directory, time, options.DiskBytes, Weigh);
    }

    /// <summary>Where rules write.</summary>
    public SecurityEvents Events { get; }

    /// <summary>What waits for control.</summary>
    public UplinkRing Ring { get; }

    /// <summary>Gathers and sends until it is told to stop.</summary>
    public Task RunAsync(IEdgeUplink uplink, CancellationToken cancellationToken) =>
        Task.WhenAll(GatherAsync(cancellationToken), new UplinkSender(Ring, uplink, _time, Random.Shared).RunAsync(cancellationToken));

    /// <summary>Puts what rules have written onto the disk, where the next start finds it.</summary>
    public void Dispose()
    {
        if (!_hasHandedOver)
        {
            HandOver();
        }

        Ring.Dispose();
    }

    /// <summary>The same, and writes nothing more: a successor has the files. Call it when it gathers no more.</summary>
    public void HandOver()
    {
        _hasHandedOver = true;
        Gather();
        while (AddCounts()) { }

        Ring.HandOver();
    }

    /// <summary>Puts into the ring what rules have written.</summary>
    internal void Gather()
    {
        while (Events.TryTake(out var taken))
        {
            _record.Write(_record.WrittenCount == 0 ? "{\"events\":["u8 : ","u8);
            _record.Write(taken.Json.Span);
            Events.Return(taken);
            if (_record.WrittenCount >= RecordBytes)
            {
                EndRecord();
            }
        }

        if (_record.WrittenCount > 0)
        {
            EndRecord();
        }
    }

    private async Task GatherAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(_options.Gathering, _time);
        var counted = _time.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                Gather();
                if (_time.GetElapsedTime(counted) >= _options.Counting && Ring.Count < MostWaiting)
                {
                    counted = _time.GetTimestamp();
                    AddCounts();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }

    private void EndRecord()
    {
        // What was lost before the ring; what is lost in it, it tells itself.
        var lost = Events.Dropped + Events.Oversized;
        _record.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"],\"dropped\":{lost - _told}}}")));
        _told = lost;
        using (var document = JsonDocument.Parse(_record.WrittenMemory))
        {
            Ring.Add(UplinkRecordTypes.SecurityEvents, document.RootElement.Clone());
        }

        _record.ResetWrittenCount();
    }

    // Whether there were any.
    private bool AddCounts()
    {
        var taken = _counts.Take(MostCounts);
        if (taken.Count == 0)
        {
            return false;
        }

        var rules = taken.Select(count =>
            (JsonNode)
                new JsonObject
                {
                    ["zone"] = count.Zone,
                    ["rule"] = count.Rule,
                    ["acted"] = count.Acted,
                    ["last"] = count.Last,
                }
        );
        Ring.Add(UplinkRecordTypes.RuleCounts, new JsonObject { ["rules"] = new JsonArray([.. rules]) });
        return true;
    }

    // How many events are lost with a record.
    private static long Weigh(UplinkRecord record) =>
        record.Type == UplinkRecordTypes.SecurityEvents && record.Body.TryGetProperty("events", out var events)
            ? events.GetArrayLength()
            : 0;
}
