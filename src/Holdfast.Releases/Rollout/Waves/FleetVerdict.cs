namespace Holdfast.Releases.Rollout.Waves;

/// <summary>
/// How many edges must fail with a release before it is the release, and not chance or an edge that is sick. One of a few edges is enough; of ten
/// thousand some are always sick, and some verdicts wrong: each edge goes back by itself, and the fleet does not follow every one.
/// </summary>
public static class FleetVerdict
{
    /// <summary>
    /// The probability that one edge fails with a release that is good: three slices with a verdict that is wrong once in
    /// <see cref="ChanceTest.Enough"/> at most, and the edge's own misfortune.
    /// </summary>
    public const double Misfortune = 1.0 / 2_000;

    /// <summary>The probability of so many failures or more by misfortune alone, from which on they are believed.</summary>
    public const double Doubt = 0.002;

    /// <summary>
    /// The same for a release that goes to every edge at once, such as a zone's: of a fleet of several it takes two at least. What one edge alone
    /// sees may be its place's, the way from there to the zone's origin above all; it has gone back by itself, and only the zone's visitors there met it.
    /// </summary>
    /// <param name="edges">How many edges there are, from 1.</param>
    public static int NeededWithoutWaves(int edges) => Math.Max(Needed(edges), Math.Min(2, edges));

    /// <summary>The least number of failing edges that is more than misfortune: 1 of up to 4 edges, 2 of 100, 4 of 1,000, 14 of 10,000.</summary>
    /// <param name="edges">How many edges may have the release, from 1.</param>
    public static int Needed(int edges)
    {
        // The binomial distribution from its beginning: P(0) + P(1) + ... until what is left is improbable.
        var probability = Math.Pow(1 - Misfortune, edges);
        var fewer = probability;
        var failing = 1;
        while (1 - fewer > Doubt && failing < edges)
        {
            probability *= (edges - failing + 1.0) / failing * (Misfortune / (1 - Misfortune));
            fewer += probability;
            failing++;
        }

        return failing;
    }
}
