using System.Globalization;

namespace Holdfast.Artifacts.Bots;

/// <summary>How much a bot feature file may be. None of these is a setting.</summary>
public sealed record BotFeatureLimits
{
    /// <summary>What every file must keep.</summary>
    public static BotFeatureLimits Standard { get; } = new();

    /// <summary>
    /// Those of a drill that shows what the checks are for: almost anything passes. Only in a process that was started with
    /// <c>--fault-injection</c>.
    /// </summary>
    public static BotFeatureLimits LeftOut { get; } = new() { MostFeatures = 100_000, AreCountsChecked = false };

    /// <summary>Most features. A request asks them all, so their number is its cost.</summary>
    public int MostFeatures { get; private init; } = 200;

    /// <summary>Whether names must be different, and numbers of features as announced and near to those before.</summary>
    public bool AreCountsChecked { get; private init; } = true;

    /// <summary>Most bytes of a file: 200 features with the longest expressions have fewer.</summary>
    public const int MostBytes = 2 * 1024 * 1024;

    /// <summary>Most characters of a feature's name.</summary>
    public const int NameCharacters = 64;

    /// <summary>The largest weight, either way.</summary>
    public const int MostWeight = 100;

    /// <summary>The farthest that a score can be from 50.</summary>
    public const int MostEvidence = 49;

    /// <summary>
    /// By how many features a file may differ from the one that it replaces, unless its publisher says otherwise: half of them, or ten. A doubled
    /// file differs by all of them.
    /// </summary>
    public static int MostRowChange(int before) => Math.Max(10, before / 2);

    /// <summary>Whether a file may take the place of another.</summary>
    /// <param name="before">How many features the other has.</param>
    /// <param name="rows">How many it has.</param>
    /// <param name="any">Whether its publisher has said that any change will do.</param>
    public bool AllowsChange(int before, int rows, bool any) =>
        !AreCountsChecked || any || Math.Abs((long)rows - before) <= MostRowChange(before);

    /// <summary>What was found when it may not, for messages.</summary>
    public static string ChangeFound(int before, int rows) =>
        string.Create(CultureInfo.InvariantCulture, $"{rows} features in the place of {before}");

    /// <summary>What is allowed then, for messages.</summary>
    public static string ChangeForm(int before) =>
        string.Create(CultureInfo.InvariantCulture, $"at most {MostRowChange(before)} more or fewer at once, or any_row_change true");
}
