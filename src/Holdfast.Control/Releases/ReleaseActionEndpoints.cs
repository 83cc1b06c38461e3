using System.Text.Json.Nodes;
using Holdfast.Control.Access;
using Holdfast.Control.Audit;
using Holdfast.Control.Envelope;
using Holdfast.Control.Releases.Rollouts;
using Holdfast.Control.Storage;
using Holdfast.Releases.Rollout.Waves;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Control.Releases;

/// <summary>What people do to releases: hold one that is on its way, end it, go back, pin.</summary>
internal sealed class ReleaseActionEndpoints(ReleaseHistory history, RolloutDriver driver, ReleaseActions actions, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        ReleaseActionOperations.Pause.Map(
            routes,
            context => ActAsync(context, (rollout, _, reason, now) => rollout.Waves.Pause(reason, now), "it is paused already")
        );
        ReleaseActionOperations.Resume.Map(
            routes,
            context => ActAsync(context, (rollout, _, reason, now) => rollout.Waves.Resume(reason, now), "it is not paused")
        );
        ReleaseActionOperations.Skip.Map(
            routes,
            context =>
                ActAsync(
                    context,
                    (rollout, fleet, reason, now) => rollout.Waves.Skip(fleet, reason, now),
                    "there is no wait to cut short: it is paused, every edge may have it, another is before it, or no edge is alive"
                )
        );
        ReleaseActionOperations.Abort.Map(
            routes,
            context => ActAsync(context, (rollout, _, reason, now) => Abort(rollout, reason, now), "it cannot be ended")
        );
        ReleaseActionOperations.Revert.Map(routes, RevertAsync);
        ReleaseActionOperations.Pin.Map(routes, PinAsync);
        ReleaseActionOperations.Unpin.Map(routes, UnpinAsync);
    }

    private async Task ActAsync(
        HttpContext context,
        Func<RunningRollout, IReadOnlyList<WaveEdge>, string, DateTimeOffset, WaveStep> act,
        string otherwise
    )
    {
        var known = Preconditions.IfMatch(context.Request);
        var reason = await ReasonAsync(context).ConfigureAwait(false);
        var story = await ReleaseRequests.StoryAsync(context, history).ConfigureAwait(false);
        if (story.Release.Rollout is not { Phase: < (int)WavePhase.Good } row)
        {
            throw Conflict($"it is {RolloutJson.StateOf(story.Release)}: it is not on its way");
        }

        WaveStep Step(RunningRollout rollout, IReadOnlyList<WaveEdge> fleet, DateTimeOffset now)
        {
            known?.Require(rollout.Row.Version);
            return act(rollout, fleet, reason, now);
        }

        var isDone = await driver
            .ActAsync(row.Id, Step, reason, AuditScope.Of(context), NameOf(context), context.RequestAborted)
            .ConfigureAwait(false);
        if (!isDone)
        {
            throw Conflict(otherwise);
        }

        var after = await ReleaseRequests.StoryAsync(context, history).ConfigureAwait(false);
        Preconditions.SetTag(context.Response, after.Release.Rollout?.Version ?? 0);
        await ApiAnswer.ResultAsync(context, RolloutJson.Of(after, time)).ConfigureAwait(false);
    }

    private static WaveStep Abort(RunningRollout rollout, string reason, DateTimeOffset now)
    {
        if (rollout.Waves.Progress.Phase == WavePhase.Queued)
        {
            // No edge has it, and the one before it is on its way: to go back now would take that one back.
            return WaveStep.None;
        }

        rollout.Waves.End(WavePhase.Aborted);
        return new WaveStep([], [new WaveDecision("abort", $"ended by hand: {reason}", now)]);
    }

    private async Task RevertAsync(HttpContext context)
    {
        Preconditions.RefuseTags(context.Request);
        var (kind, name) = ReleaseRequests.Artifact(context);
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var generation = body.Members.OptionalWhole("generation", 1, long.MaxValue);
        var reason = Reason(body);
        body.Complete();
        var published = await actions
            .RevertAsync(kind, name, generation, reason!, AuditScope.Of(context), context.RequestAborted)
            .ConfigureAwait(false);
        await ApiAnswer.ResultAsync(context, new JsonObject { ["generation"] = published }).ConfigureAwait(false);
    }

    private async Task PinAsync(HttpContext context)
    {
        Preconditions.RefuseTags(context.Request);
        var (kind, name) = ReleaseRequests.Artifact(context);
        var reason = await ReasonAsync(context).ConfigureAwait(false);
        var pin = await actions
            .PinAsync(kind, name, reason, NameOf(context), AuditScope.Of(context), context.RequestAborted)
            .ConfigureAwait(false);
        await ApiAnswer.ResultAsync(context, RolloutJson.Of(pin)).ConfigureAwait(false);
    }

    private async Task UnpinAsync(HttpContext context)
    {
        Preconditions.RefuseTags(context.Request);
        var (kind, name) = ReleaseRequests.Artifact(context);
        var pin = await actions.UnpinAsync(kind, name, AuditScope.Of(context), context.RequestAborted).ConfigureAwait(false);
        await ApiAnswer.ResultAsync(context, RolloutJson.Of(pin)).ConfigureAwait(false);
    }

    private static async Task<string> ReasonAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        var reason = Reason(body);
        body.Complete();
        return reason!;
    }

    // A line of text: it stands in logs and on terminals.
    private static string? Reason(RequestBody body)
    {
        var allowed = $"1 to {ReleaseActionOperations.MaxReasonLength} characters without control characters";
        var reason = body.Members.RequireText("reason", allowed);
        if (
            reason is not null
            && (reason.Trim().Length == 0 || reason.Length > ReleaseActionOperations.MaxReasonLength || reason.Any(char.IsControl))
        )
        {
            body.Members.Report("reason", "another text", allowed);
        }

        return reason;
    }

    private static string NameOf(HttpContext context) =>
        Caller.Find(context)?.Name is { Length: > 0 } name ? name : "a caller without a name";

    private static ApiException Conflict(string message) => new(409, new ApiError(ErrorCodes.Conflict, message));
}
