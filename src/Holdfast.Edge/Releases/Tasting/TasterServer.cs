using System.Buffers.Binary;
using System.Text;
using System.Threading.Channels;
using Holdfast.Edge.Rehearsing;
using Holdfast.Model.Releases;
using Holdfast.Model.Releases.Rehearsals;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Rehearsals;
using Holdfast.Releases.Wire;

namespace Holdfast.Edge.Releases.Tasting;

/// <summary>
/// The taster's process: it reads candidates from one stream, tastes one after the other, and says on another stream what came of each. It
/// holds nothing that anybody would miss.
/// </summary>
internal static class TasterServer
{
    // What a candidate leaves running gets this long to show itself before the batch is said to be over.
    private static readonly TimeSpan SettleTime = TimeSpan.FromMilliseconds(5);

    /// <summary>Runs until the edge closes its end of the input, or is gone.</summary>
    /// <param name="input">Where candidates come from.</param>
    /// <param name="output">Where answers go.</param>
    /// <param name="kitchen">Makes what tastes a batch: nothing of one batch is there for the next.</param>
    /// <param name="rehearse">Plays a script.</param>
    /// <param name="gone">Called when the input ends, from whichever thread sees it, while a candidate may hold the others up for ever.</param>
    /// <param name="time">The clock.</param>
    public static async Task RunAsync(
        Stream input,
        Stream output,
        Func<ICandidateTrial> kitchen,
        Func<RehearsalScript, Task<RehearsalReport>> rehearse,
        Action gone,
        TimeProvider time
    )
    {
        var frames = Channel.CreateUnbounded<TasterFrame>();

        // A thread of its own: the end of the edge must be seen whatever a candidate does to the pool's threads.
        new Thread(() => Read(input, frames.Writer, gone)) { IsBackground = true, Name = "candidates" }.Start();
        await TasterFrame.WriteAsync(output, TasterFrameType.Ready, new[] { TasterFrame.Version }, default).ConfigureAwait(false);
        ICandidateTrial? trial = null;
        var script = new ScriptReader();
        await foreach (var frame in frames.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            if (frame.Type == TasterFrameType.Candidate)
            {
                trial ??= kitchen();
                await TasterFrame.WriteAsync(output, TasterFrameType.Begun, default, default).ConfigureAwait(false);
                await TasteAsync(trial, frame.Content, output).ConfigureAwait(false);
            }
            else if (script.Takes(frame))
            {
                if (script.Whole is { } whole)
                {
                    script = new ScriptReader();
                    await RehearseAsync(whole, rehearse, output).ConfigureAwait(false);
                }
            }
            else
            {
                if (trial is not null)
                {
                    await trial.DisposeAsync().ConfigureAwait(false);
                    trial = null;
                }

                // Nor may what it has left to be collected.
                GC.Collect();
                GC.WaitForPendingFinalizers();
                await Task.Delay(SettleTime, time).ConfigureAwait(false);
                await TasterFrame.WriteAsync(output, TasterFrameType.Settled, default, default).ConfigureAwait(false);
            }
        }
    }

    private static void Read(Stream input, ChannelWriter<TasterFrame> frames, Action gone)
    {
        try
        {
            while (TasterFrame.Read(input, ReleaseCodec.MaxEncodedBytes) is { } frame)
            {
                // An edge sends a batch, which has its limits, and waits.
                frames.TryWrite(frame);
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            // An edge that speaks no sense is as good as gone.
        }

        gone();
        frames.Complete();
    }

    private static async Task TasteAsync(ICandidateTrial trial, ReadOnlyMemory<byte> encoded, Stream output)
    {
        TasteVerdict verdict;
        try
        {
            verdict = ReleaseCodec.TryDecode(encoded.ToArray(), out var release, out var error)
                ? await trial.TasteAsync(release).ConfigureAwait(false)
                : new TasteVerdict(TasteOutcome.Refused, error);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            verdict = new TasteVerdict(TasteOutcome.Refused, ReasonOf(e));
        }

        if (verdict.Outcome == TasteOutcome.Good)
        {
            var cost = new byte[16];
            BinaryPrimitives.WriteInt64LittleEndian(cost, verdict.Cost.Microseconds);
            BinaryPrimitives.WriteInt64LittleEndian(cost.AsSpan(8), verdict.Cost.Bytes);
            await TasterFrame.WriteAsync(output, TasterFrameType.Good, cost, default).ConfigureAwait(false);
        }
        else
        {
            await TasterFrame.WriteAsync(output, TasterFrameType.Refused, Bounded(verdict.Reason ?? ""), default).ConfigureAwait(false);
        }
    }

    private static async Task RehearseAsync(RehearsalScript script, Func<RehearsalScript, Task<RehearsalReport>> rehearse, Stream output)
    {
        RehearsalReport report;
        try
        {
            report = await rehearse(script).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            report = new RehearsalReport { Id = script.Id, Problem = ReasonOf(e) };
        }

        var bytes = Encoding.UTF8.GetBytes(RehearsalCodec.Encode(RehearsalCodec.Bounded(report)).ToJsonString());
        await TasterFrame.WriteAsync(output, TasterFrameType.Rehearsed, bytes, default).ConfigureAwait(false);
    }

    /// <summary>Why a release that threw is refused.</summary>
    public static string ReasonOf(Exception e) =>
        e is ArtifactRefusedException ? e.Message : $"it cannot be used: {e.GetType().Name}: {e.Message}";

    private static byte[] Bounded(string reason)
    {
        var bytes = new byte[Math.Min(TasterFrame.MostAnswerBytes, Encoding.UTF8.GetMaxByteCount(reason.Length))];
        Encoding.UTF8.GetEncoder().Convert(reason, bytes, flush: true, out _, out var used, out _);
        return bytes[..used];
    }
}

/// <summary>What tastes the candidates of one batch.</summary>
internal interface ICandidateTrial : IAsyncDisposable
{
    /// <summary>Does with a candidate what an edge would do with it, and runs requests through it.</summary>
    /// <returns>The verdict. It may throw instead, hang or end the process: this is the process for that.</returns>
    Task<TasteVerdict> TasteAsync(Release release);
}
