using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Model.Releases.Rehearsals;

namespace Holdfast.Control.Releases.Rehearsals;

/// <summary>
/// How much of the recent requests a change may treat otherwise than what is live does. What goes beyond it is not wrong: a person has to say that
/// it is wanted.
/// </summary>
public sealed record RehearsalLimits
{
    /// <summary>Requests that a rehearsal must have replayed before a share of them says something.</summary>
    public const int LeastRequests = 20;

    /// <summary>Most of them that are newly blocked, per cent, 0 to 100; null: as many as there are.</summary>
    public int? NewlyBlockedPercent { get; init; }

    /// <summary>Most of them that the edge newly fails, likewise.</summary>
    public int? NewlyFailingPercent { get; init; }

    /// <summary>Most microseconds that the edge takes longer for a request, by the medians; null: any.</summary>
    public int? AddedMicroseconds { get; init; }

    /// <summary>Whether there is any.</summary>
    public bool IsSet => (NewlyBlockedPercent ?? NewlyFailingPercent ?? AddedMicroseconds) is not null;

    /// <summary>What a report says that is beyond them, a sentence each; empty when there is nothing, or too few requests to say so.</summary>
    public ImmutableArray<string> Beyond(RehearsalReport report)
    {
        if (report.Requests < LeastRequests)
        {
            return [];
        }

        var beyond = ImmutableArray.CreateBuilder<string>();
        Share("newly blocked", report.Of(RehearsalDifference.NewlyBlocked), NewlyBlockedPercent);
        Share("newly failing", report.Of(RehearsalDifference.NewlyFailing), NewlyFailingPercent);
        var added = report.CandidateMicroseconds - report.LiveMicroseconds;
        if (AddedMicroseconds is { } most && added > most)
        {
            beyond.Add(string.Create(CultureInfo.InvariantCulture, $"{added:0.#} microseconds more a request, {most} allowed"));
        }

        return beyond.DrainToImmutable();

        void Share(string what, int requests, int? allowed)
        {
            if (allowed is { } most && 100L * requests > (long)most * report.Requests)
            {
                beyond.Add(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{100.0 * requests / report.Requests:0.#}% of {report.Requests} requests {what}, {most}% allowed"
                    )
                );
            }
        }
    }
}
