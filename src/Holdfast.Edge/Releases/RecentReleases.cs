using Holdfast.Model.Releases;

namespace Holdfast.Edge.Releases;

/// <summary>The releases that something was done with last on this edge: what somebody asks for when errors begin. Any thread.</summary>
internal sealed class RecentReleases(TimeProvider time)
{
    /// <summary>How many are remembered: what goes out within minutes, and a document that stays small.</summary>
    public const int Most = 20;

    /// <summary>Characters of a reason.</summary>
    private const int MostReason = 300;

    private readonly RecentRelease[] _all = new RecentRelease[Most];
    private readonly Lock _turn = new();
    private int _count;

    /// <summary>Those remembered, in no order.</summary>
    public RecentRelease[] All
    {
        get
        {
            lock (_turn)
            {
                return _all[.._count];
            }
        }
    }

    /// <summary>Something was done with a release; what it met before is kept.</summary>
    /// <param name="kind">The artifact's kind.</param>
    /// <param name="name">Which artifact.</param>
    /// <param name="generation">The release's generation.</param>
    /// <param name="step">What was done: <c>slice</c>, <c>live</c>, <c>good</c>, <c>reverted</c> or <c>refused</c>.</param>
    /// <param name="reason">Why, for people; null where there is nothing to say.</param>
    public void Note(ArtifactKind kind, string name, long generation, string step, string? reason)
    {
        var now = time.GetUtcNow();
        reason = reason?.Length > MostReason ? reason[..MostReason] : reason;
        lock (_turn)
        {
            for (var i = 0; i < _count; i++)
            {
                if (_all[i] is var known && known.Kind == kind && known.Generation == generation && known.Name == name)
                {
                    _all[i] = known with { Step = step, ChangedAt = now, Reason = reason };
                    return;
                }
            }

            // One that was good before the start of the process is no news.
            if (step != "good")
            {
                _all[_count < Most ? _count++ : Oldest()] = new RecentRelease(kind, name, generation, step, now, now, reason);
            }
        }
    }

    private int Oldest()
    {
        var oldest = 0;
        for (var i = 1; i < _count; i++)
        {
            oldest = _all[i].ChangedAt < _all[oldest].ChangedAt ? i : oldest;
        }

        return oldest;
    }
}

/// <summary>One of <see cref="RecentReleases"/>.</summary>
/// <param name="Kind">The artifact's kind.</param>
/// <param name="Name">Which artifact.</param>
/// <param name="Generation">The release's generation.</param>
/// <param name="Step">What was done last.</param>
/// <param name="At">When requests first met it, or it was refused.</param>
/// <param name="ChangedAt">When the last was done.</param>
/// <param name="Reason">Why, or null.</param>
internal readonly record struct RecentRelease(
    ArtifactKind Kind,
    string Name,
    long Generation,
    string Step,
    DateTimeOffset At,
    DateTimeOffset ChangedAt,
    string? Reason
);
