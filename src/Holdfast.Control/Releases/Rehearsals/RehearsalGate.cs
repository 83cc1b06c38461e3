using System.Globalization;
using Holdfast.Control.Envelope;
using Holdfast.Control.Storage;
using Holdfast.Model.Releases;
using Holdfast.Releases.Wire;
using Microsoft.Extensions.Logging;

namespace Holdfast.Control.Releases.Rehearsals;

/// <summary>
/// Before its first wave, has a release rehearsed and says whether it is within the limits; only where there are any. What cannot be rehearsed goes
/// on: every edge tastes and slices it all the same. One thread at a time.
/// </summary>
internal sealed class RehearsalGate(RehearsalDesk desk, ReleaseLog releases, RolloutStore rollouts, ReleaseSignal signal, ILogger logger)
{
    /// <summary>Decisions of rollouts that say what came of a rehearsal.</summary>
    public const string Decision = "rehearse";

    private readonly Dictionary<long, Task<RehearsalVerdict>> _asked = [];
    private readonly HashSet<long> _passed = [];

    /// <summary>Whether a release waits for its rehearsal before the first wave.</summary>
    public bool IsFor(RolloutRow row) =>
        desk.Limits.IsSet && !_passed.Contains(row.Id) && ReleasePlanEndpoint.IsRehearsed((ArtifactKind)row.Kind);

    /// <summary>What is to become of a release; the first look asks for the rehearsal.</summary>
    /// <param name="row">Its rollout.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null while it is under way: then the signal says when to look again. The same verdict until <see cref="Done"/>.</returns>
    public async Task<RehearsalVerdict?> LookAsync(RolloutRow row, CancellationToken cancellationToken)
    {
        if (!_asked.TryGetValue(row.Id, out var asked))
        {
            if (await rollouts.HasDecidedAsync(row.Id, Decision).ConfigureAwait(false))
            {
                // Before a restart: whoever let it go on has let it go on.
                return RehearsalVerdict.None;
            }

            _asked[row.Id] = asked = AskAsync(row, cancellationToken);
            _ = asked.ContinueWith(
                static (_, waiting) => ((ReleaseSignal)waiting!).Wake(),
                signal,
                CancellationToken.None,
                TaskContinuationOptions.None,
                TaskScheduler.Default
            );
        }

        if (!asked.IsCompleted)
        {
            return null;
        }

        var verdict = await asked.ConfigureAwait(false);
        if (verdict == RehearsalVerdict.Busy)
        {
            _asked.Remove(row.Id);
            return null;
        }

        return verdict;
    }

    /// <summary>A release's verdict is written down: it is not rehearsed again.</summary>
    public void Done(RolloutRow row)
    {
        _asked.Remove(row.Id);
        _passed.Add(row.Id);
    }

    /// <summary>Forgets rollouts that are over.</summary>
    /// <param name="running">Those that are not.</param>
    public void Keep(IReadOnlyCollection<long> running)
    {
        _passed.IntersectWith(running);
        foreach (var gone in _asked.Keys.Except(running).ToList())
        {
            _asked.Remove(gone);
        }
    }

    private async Task<RehearsalVerdict> AskAsync(RolloutRow row, CancellationToken cancellationToken)
    {
        try
        {
            var envelope = await releases.EnvelopeAsync(row.Kind, row.Name, row.ReleaseGeneration).ConfigureAwait(false);
            if (envelope is null || !ReleaseCodec.TryDecode(envelope, out var release, out _) || release.Removed)
            {
                return RehearsalVerdict.None;
            }

            var answer = await desk.AskAsync(
                    new ProposedArtifact(release.Kind, release.Name, release.FormatVersion, release.Payload),
                    RehearsalDesk.Waves,
                    cancellationToken
                )
                .ConfigureAwait(false);
            if (
                answer.Report is var report
                && (report.IsUnable || report.Problem is not null || report.Requests < RehearsalLimits.LeastRequests)
            )
            {
                var why =
                    report.Problem
                    ?? string.Create(CultureInfo.InvariantCulture, $"it replayed {report.Requests} requests, too few to judge by");
                return new RehearsalVerdict(false, $"not rehearsed on {answer.Node}: {why}");
            }

            var beyond = desk.Limits.Beyond(answer.Report);
            return beyond.IsEmpty
                ? new RehearsalVerdict(false, $"{answer.Node} replayed {answer.Report.Requests} requests: within the limits")
                : new RehearsalVerdict(true, $"the rehearsal on {answer.Node} is beyond the limits: {string.Join("; ", beyond)}");
        }
        catch (ApiException busy) when (busy.Status == 503)
        {
            // As many are under way as may be: it waits its turn.
            return RehearsalVerdict.Busy;
        }
        catch (ApiException nothing)
        {
            return new RehearsalVerdict(false, $"not rehearsed: {nothing.Errors[0].Message}");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            ControlLog.RolloutFailed(logger, e);
            return new RehearsalVerdict(false, $"not rehearsed: {e.Message}");
        }
    }
}

/// <summary>What came of a release's rehearsal.</summary>
/// <param name="Holds">Whether a person has to let it go on.</param>
/// <param name="Text">Why, as a sentence; null when there is nothing to say.</param>
internal sealed record RehearsalVerdict(bool Holds, string? Text)
{
    /// <summary>It goes on, and that needs no words.</summary>
    public static RehearsalVerdict None { get; } = new(false, null);

    /// <summary>It has to be asked for again.</summary>
    public static RehearsalVerdict Busy { get; } = new(false, "busy");
}
