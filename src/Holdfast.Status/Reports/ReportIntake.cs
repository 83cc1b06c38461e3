using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Holdfast.Status.Storage;
using Microsoft.Extensions.Logging;

namespace Holdfast.Status.Reports;

/// <summary>
/// Takes reports: one loop writes what has come in together, and answers each when the disk has it. The more come, the more a write takes
/// with it.
/// </summary>
internal sealed class ReportIntake(
    ReportDatabase database,
    ConcurrentDictionary<string, ReportTally> tallies,
    TimeProvider time,
    ILogger logger
)
{
    private readonly Channel<(Report Report, TaskCompletionSource<ReportOutcome> Done)> waiting = Channel.CreateBounded<(
        Report,
        TaskCompletionSource<ReportOutcome>
    )>(new BoundedChannelOptions(ReportLimits.Queue) { SingleReader = true });
    private ReportDay? day;

    /// <summary>Takes a report.</summary>
    /// <returns>What became of it; when it was taken, it is on the disk.</returns>
    /// <exception cref="StatusStoreException">The disk is full, or gone: it was not taken.</exception>
    public Task<ReportOutcome> TakeAsync(Report report)
    {
        var done = new TaskCompletionSource<ReportOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        return waiting.Writer.TryWrite((report, done)) ? done.Task : Task.FromResult(ReportOutcome.Busy);
    }

    /// <summary>Writes until <see cref="Complete"/>; what has come in by then is written.</summary>
    public async Task RunAsync()
    {
        var batch = new List<(Report Report, TaskCompletionSource<ReportOutcome> Done)>();
        while (await waiting.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (batch.Count < ReportLimits.Batch && waiting.Reader.TryRead(out var one))
            {
                batch.Add(one);
            }

            Write(batch);
            batch.Clear();
        }
    }

    /// <summary>No more are taken.</summary>
    public void Complete() => waiting.Writer.TryComplete();

    private void Write(List<(Report Report, TaskCompletionSource<ReportOutcome> Done)> reports)
    {
        var outcomes = new ReportOutcome[reports.Count];
        try
        {
            var (today, written) = (day, default(ReportBatch));
            var now = time.GetUtcNow();

            // A clock that is set back stays in the day that has begun: the earlier one's salt is gone.
            var number = Math.Max(ReportDay.Of(now), today?.Day ?? 0);
            var begun = false;
            database.Write(tables =>
            {
                if (today?.Day != number)
                {
                    today = ReportDay.Read(tables, number);
                    begun = today is null;
                    today ??= ReportDay.Begin(tables, number);
                }

                written = new ReportBatch(tables, today!, now);
                for (var i = 0; i < outcomes.Length; i++)
                {
                    outcomes[i] = written.Take(
                        reports[i].Report,
                        (service, network, more) => IsOrdinary(service, written.Slot, network, more)
                    );
                }

                written.Count();
            });
            day = today;
            if (begun)
            {
                database.Truncate();
            }

            Apply(today!, written!);
        }
        catch (StatusStoreException fault)
        {
            // A day that began in what was undone has not begun.
            day = null;
            foreach (var (_, done) in reports)
            {
                done.TrySetException(fault);
            }

            return;
        }
        catch (Exception fault)
        {
            // The loop goes on whatever a report was like.
            StatusLog.Failed(logger, fault, "/reports");
            day = null;
            foreach (var (_, done) in reports)
            {
                done.TrySetException(fault);
            }

            return;
        }

        for (var i = 0; i < outcomes.Length; i++)
        {
            reports[i].Done.TrySetResult(outcomes[i]);
        }
    }

    private void Apply(ReportDay today, ReportBatch written)
    {
        today.Persons += written.Taken.Count;
        foreach (var key in written.Taken)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(today.Networks, key, out _)++;
            tallies.GetOrAdd(key.Service, _ => new ReportTally()).Add(written.Slot, key.Network);
        }
    }

    private bool IsOrdinary(string service, long slot, long network, int more)
    {
        if (!tallies.TryGetValue(service, out var tally))
        {
            return more < NetworkShare.Least;
        }

        return tally.Of(slot, network) + more < Math.Max(NetworkShare.Least, NetworkShare.Most * tally[slot].Counted);
    }
}
