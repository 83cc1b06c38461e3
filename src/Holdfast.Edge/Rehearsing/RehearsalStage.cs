using System.Diagnostics;
using Holdfast.Edge.Bots;
using Holdfast.Edge.Lists;
using Holdfast.Edge.Releases;
using Holdfast.Edge.Releases.Tasting;
using Holdfast.Model.Releases;
using Holdfast.Model.Releases.Rehearsals;
using Holdfast.Releases.Intake;

namespace Holdfast.Edge.Rehearsing;

/// <summary>Plays a script within the taster: every request of the sample through live and proposed, one after the other.</summary>
internal sealed class RehearsalStage(
    IReadOnlyList<IArtifactCheck> checks,
    ListCompiler lists,
    BotFeatureLoader features,
    InsideOrigin origin,
    LoaderFaults? faults,
    TimeProvider time
)
{
    /// <summary>Plays it.</summary>
    /// <returns>The report. It may throw instead, hang or end the process: this is the process for that.</returns>
    public async Task<RehearsalReport> PlayAsync(RehearsalScript script)
    {
        var report = new RehearsalReport
        {
            Id = script.Id,
            LiveGeneration = script.Live?.Generation ?? 0,
            Note = script.Note,
        };
        await using var live = new RehearsalSide(lists, features, origin, faults, time);
        await using var candidate = new RehearsalSide(lists, features, origin, faults, time);
        try
        {
            var proposed = script.Proposed;
            var check = checks.FirstOrDefault(check => check.Kind == proposed.Kind);
            if (check is null || check.Check(proposed.FormatVersion, proposed.Payload.Span) is { Count: > 0 })
            {
                var problems = check?.Check(proposed.FormatVersion, proposed.Payload.Span);
                return report with
                {
                    Problem = problems is null ? "this build does not know its kind of artifact" : ArtifactProblem.Summary(problems),
                };
            }

            Load(live, script.Live, script.Beside);
            Load(candidate, proposed, script.Beside);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return report with { Problem = TasterServer.ReasonOf(e) };
        }

        return await PlayAsync(script, report, live, candidate).ConfigureAwait(false);
    }

    private static async Task<RehearsalReport> PlayAsync(
        RehearsalScript script,
        RehearsalReport report,
        RehearsalSide live,
        RehearsalSide candidate
    )
    {
        var diff = new RehearsalDiff();
        var (before, after) = (new List<long>(), new List<long>());
        foreach (var sample in InOrder(script.Samples))
        {
            // By turns, so that neither side always finds what the other has warmed.
            var isFirst = before.Count % 2 == 0;
            var first = await (isFirst ? live : candidate).ReplayAsync(sample).ConfigureAwait(false);
            var second = await (isFirst ? candidate : live).ReplayAsync(sample).ConfigureAwait(false);
            if ((isFirst ? first : second) is not { } then || (isFirst ? second : first) is not { } now)
            {
                continue;
            }

            diff.Add(sample, then.Outcome, now.Outcome);
            before.Add(then.Ticks);
            after.Add(now.Ticks);
            report = report with { Oldest = report.Oldest ?? sample.At };
        }

        return report with
        {
            Requests = before.Count,
            Changes = diff.Changes,
            LiveMicroseconds = Median(before),
            CandidateMicroseconds = Median(after),
        };
    }

    private static void Load(RehearsalSide side, Release? own, IReadOnlyList<Release> beside)
    {
        foreach (var release in (own is null ? beside : [.. beside, own]).OrderBy(release => release.Kind == ArtifactKind.Zone))
        {
            side.Load(release);
        }
    }

    private static IEnumerable<RequestSample> InOrder(IReadOnlyList<byte[]> samples) =>
        samples
            .Select(bytes => RequestSample.TryDecode(bytes, out var sample) ? sample : null)
            .OfType<RequestSample>()
            .OrderBy(sample => sample.At);

    private static double Median(List<long> ticks)
    {
        ticks.Sort();
        return ticks.Count == 0 ? 0 : ticks[ticks.Count / 2] * 1_000_000.0 / Stopwatch.Frequency;
    }
}
