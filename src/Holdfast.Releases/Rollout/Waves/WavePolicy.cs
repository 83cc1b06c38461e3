using System.Collections.Immutable;
using Holdfast.Model.Releases;

namespace Holdfast.Releases.Rollout.Waves;

/// <summary>How a release of a kind of artifact reaches the fleet. The figures are the design's.</summary>
public sealed record WavePolicy
{
    /// <summary>
    /// What touches many zones: one edge of a hundred, and at least one, then a tenth, half, all; a minute between them when all of a wave have
    /// it in full.
    /// </summary>
    public static WavePolicy Staged { get; } =
        new()
        {
            Shares = [0.01, 0.1, 0.5, 1],
            Soak = TimeSpan.FromSeconds(60),
            Patience = TimeSpan.FromMinutes(2),
            Bake = TimeSpan.FromMinutes(10),
        };

    /// <summary>Kill switches: one edge for two seconds, then all; they do not wait for an edge that says nothing.</summary>
    public static WavePolicy KillSwitch { get; } =
        new()
        {
            Shares = [0, 1],
            Soak = TimeSpan.FromSeconds(2),
            Patience = TimeSpan.FromSeconds(5),
            GoesOnUnanswered = true,
            Bake = TimeSpan.FromSeconds(60),
        };

    /// <summary>
    /// The part of the fleet that has the release after each wave, ascending, from 0 to 1; the last is 1. A wave is one edge at least, and a
    /// wave that would be no larger than the one before it is left out.
    /// </summary>
    public required ImmutableArray<double> Shares { get; init; }

    /// <summary>How long all edges of a wave have it in full, with nothing refused and nothing reverted, before the next wave.</summary>
    public required TimeSpan Soak { get; init; }

    /// <summary>How long edges of a wave that say nothing are waited for, if another of them has it in full.</summary>
    public required TimeSpan Patience { get; init; }

    /// <summary>Whether it goes on after <see cref="Patience"/> although no edge of the wave has it in full.</summary>
    public bool GoesOnUnanswered { get; init; }

    /// <summary>How long all edges have it in full before it is good; shorter when all of them say so themselves.</summary>
    public required TimeSpan Bake { get; init; }

    /// <summary>A kind's policy; null for what goes to all edges at once, each of which slices it by itself.</summary>
    public static WavePolicy? Of(ArtifactKind kind) =>
        kind switch
        {
            ArtifactKind.List or ArtifactKind.AccountRuleset or ArtifactKind.BotFeatures => Staged,
            ArtifactKind.KillSwitch => KillSwitch,
            _ => null,
        };

    /// <summary>How many of so many edges have it after each wave: ascending, each once, the last is all of them.</summary>
    /// <param name="edges">From 1.</param>
    public ImmutableArray<int> Sizes(int edges) =>
        [.. Shares.Select(share => Math.Clamp((int)Math.Ceiling(share * edges), 1, edges)).Distinct()];
}
