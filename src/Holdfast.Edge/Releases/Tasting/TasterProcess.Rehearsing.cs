using System.Text.Json;
using Holdfast.Edge.Rehearsing;
using Holdfast.Model.Releases;
using Holdfast.Model.Releases.Rehearsals;
using Holdfast.Releases.Rehearsals;
using Holdfast.Releases.Wire;

namespace Holdfast.Edge.Releases.Tasting;

// A rehearsal in a taster of its own: nobody tastes a release in it, so that one which ruins it costs nobody anything.
internal sealed partial class TasterProcess
{
    /// <summary>Has a script played.</summary>
    /// <param name="script">The script.</param>
    /// <param name="patience">How long it may take in all.</param>
    /// <param name="cancellationToken">Gives up; the process is of no more use then.</param>
    /// <returns>The report; when the process does not survive it, or takes too long, one whose problem says so.</returns>
    public async Task<RehearsalReport> RehearseAsync(RehearsalScript script, TimeSpan patience, CancellationToken cancellationToken)
    {
        _ = SendAsync(script, cancellationToken);
        var frame = await NextAsync(patience, cancellationToken).ConfigureAwait(false);
        if (frame is { Type: TasterFrameType.Rehearsed, Content: var content } && ReportOf(content, script.Id) is { } report)
        {
            return report;
        }

        _killedFor ??=
            frame is not null ? "it answered what makes no sense"
            : !_process.HasExited && _reading is { IsCompleted: false } ? $"it takes longer than {patience.TotalSeconds:F0} s"
            : null;
        var end = await EndAsync("it ended").ConfigureAwait(false);
        return new RehearsalReport
        {
            Id = script.Id,
            LiveGeneration = script.Live?.Generation ?? 0,
            Note = script.Note,
            Problem = $"the taster does not survive it: {end}",
        };
    }

    private static RehearsalReport? ReportOf(ReadOnlyMemory<byte> content, string id)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            return RehearsalCodec.Decode(document.RootElement) is { } report && report.Id == id ? report : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task SendAsync(RehearsalScript script, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var release in script.Beside)
            {
                await SendAsync(TasterFrameType.Beside, release, cancellationToken).ConfigureAwait(false);
            }

            if (script.Live is { } live)
            {
                await SendAsync(TasterFrameType.Live, live, cancellationToken).ConfigureAwait(false);
            }

            await SendAsync(TasterFrameType.Proposed, script.Proposed, cancellationToken).ConfigureAwait(false);
            foreach (var sample in script.Samples)
            {
                await SendAsync(TasterFrameType.Sample, sample, cancellationToken).ConfigureAwait(false);
            }

            await SendAsync(TasterFrameType.Rehearse, script.Closing(), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Whoever reads its answer sees that it has ended.
        }
    }

    private ValueTask SendAsync(TasterFrameType type, Release release, CancellationToken cancellationToken) =>
        SendAsync(type, ReleaseCodec.Encode(release), cancellationToken);

    private ValueTask SendAsync(TasterFrameType type, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        TasterFrame.WriteAsync(_process.StandardInput.BaseStream, type, content, cancellationToken);
}
