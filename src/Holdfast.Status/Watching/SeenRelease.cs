using System.Collections.Immutable;
using System.Text.Json;

namespace Holdfast.Status.Watching;

/// <summary>A release that an edge did something with.</summary>
internal sealed record SeenRelease
{
    /// <summary>Most characters of a reason that are kept.</summary>
    private const int ReasonLength = 300;

    /// <summary>The artifact's kind: <c>bot-features</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Which artifact; a zone's id.</summary>
    public required string Name { get; init; }

    /// <summary>The release's generation.</summary>
    public required long Generation { get; init; }

    /// <summary>What was done last: <c>slice</c>, <c>live</c>, <c>good</c>, <c>reverted</c>, <c>refused</c>.</summary>
    public required string Step { get; init; }

    /// <summary>When requests first met it, or it was refused.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>When the last was done.</summary>
    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>Why, or null.</summary>
    public string? Reason { get; init; }

    /// <summary>The edges that told of it, by the names of their watches.</summary>
    public ImmutableArray<string> Where { get; init; } = [];

    /// <summary>Whether the edges do without it now: they refused it, or went back.</summary>
    public bool IsOut => Step is "reverted" or "refused";

    /// <summary>What people call it at the command line, without its generation: <c>list/offices</c>.</summary>
    public string Artifact => $"{Kind}/{Name}";

    /// <summary>Reads the members.</summary>
    public static SeenRelease Read(JsonElement json) =>
        new()
        {
            Kind = EdgeHealth.Name(json, "kind"),
            Name = EdgeHealth.Name(json, "name"),
            Generation = json.GetProperty("generation").GetInt64(),
            Step = EdgeHealth.Name(json, "step"),
            At = json.GetProperty("at").GetDateTimeOffset(),
            ChangedAt = json.GetProperty("changed_at").GetDateTimeOffset(),
            Reason = json.GetProperty("reason").GetString() is { Length: > 0 } reason
                ? reason.Length > ReasonLength
                    ? reason[..ReasonLength]
                    : reason
                : null,
        };
}

/// <summary>
/// The releases that an edge told of over the last hour: an edge that dies of one and is replaced knows nothing of it any more. One thread at
/// a time.
/// </summary>
internal sealed class SeenReleases
{
    private const int Most = 50;

    private readonly List<SeenRelease> all = [];

    /// <summary>Those of the last hour.</summary>
    public IReadOnlyList<SeenRelease> All => all;

    /// <summary>Takes what an edge tells.</summary>
    /// <param name="now">The time here.</param>
    /// <param name="health">What it tells; its times are moved by what its clock is off.</param>
    /// <param name="name">What the edge is called.</param>
    public void Take(DateTimeOffset now, EdgeHealth health, string name)
    {
        var off = health.At is { } at ? now - at : TimeSpan.Zero;
        foreach (var told in health.Releases)
        {
            var release = told with { At = Moved(told.At), ChangedAt = Moved(told.ChangedAt), Where = [name] };
            var known = all.FindIndex(other => other.Kind == told.Kind && other.Generation == told.Generation && other.Name == told.Name);
            if (known < 0)
            {
                all.Add(release);
            }
            else if (all[known].Step != release.Step || all[known].Reason != release.Reason)
            {
                // When it came is known from the first time: a process that was replaced has it from its disk, later.
                all[known] = release with
                {
                    At = all[known].At,
                };
            }
        }

        all.RemoveAll(release => now - release.ChangedAt > WatchLimits.ReleasesFor);
        if (all.Count > Most)
        {
            all.Sort((one, other) => one.ChangedAt.CompareTo(other.ChangedAt));
            all.RemoveRange(0, all.Count - Most);
        }

        DateTimeOffset Moved(DateTimeOffset told)
        {
            try
            {
                var moved = told + off;
                return moved < now ? moved : now;
            }
            catch (ArgumentOutOfRangeException)
            {
                return now;
            }
        }
    }
}
