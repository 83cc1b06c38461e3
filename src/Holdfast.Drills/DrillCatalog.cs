using Holdfast.Drills.Replays;

namespace Holdfast.Drills;

/// <summary>The drills that can be held.</summary>
public static class DrillCatalog
{
    /// <summary>All of them: those with a precedent first.</summary>
    public static IReadOnlyList<Drill> All { get; } =
    [
        new DoubledFeatures(),
        new KilledExecute(),
        new MixedBuilds(),
        new LatentFault(),
        new CatastrophicRegex(),
        new StalePlan(),
        new EmptySelector(),
        new ThunderingSignIn(),
        new ControlDown(),
        new ColdBoot(),
        new StoreCorrupt(),
        new SplitFeed(),
        new EdgeCrashLoop(),
        new DiskFull(),
        new ClockJump(),
    ];

    /// <summary>The drill of a name, or null.</summary>
    public static Drill? Find(string name) => All.FirstOrDefault(drill => drill.Name == name);
}
