using Holdfast.Edge.Guard;
using Holdfast.Edge.Guard.Faults;
using Holdfast.Edge.KillSwitches;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Rules;
using Holdfast.Edge.Zones;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.Releases;

/// <summary>Makes of a zone's configuration what requests run on. The edge and its taster use this one alike.</summary>
/// <param name="targets">The origins.</param>
/// <param name="rules">What rules get of the edge.</param>
/// <param name="guard">What guards the zones' modules.</param>
/// <param name="kills">The kill switches.</param>
/// <param name="faults">The faults that this process was started with, or null.</param>
internal sealed class ZoneCompiler(
    OriginTargets targets,
    RuleContext rules,
    EdgeGuard guard,
    KillSwitchBoard kills,
    LoaderFaults? faults = null
)
{
    /// <summary>What guards the zones' modules.</summary>
    public EdgeGuard Guard => guard;

    /// <summary>Compiles a zone; its origins are in use until <see cref="ZoneReader.Dropped"/>.</summary>
    /// <param name="config">The zone.</param>
    /// <param name="generation">The release's generation.</param>
    /// <param name="own">The guard of a candidate that is beside what is live; null for the zone's.</param>
    public ZoneRuntime Compile(ZoneConfig config, long generation, ZoneGuard? own = null)
    {
        faults?.Meet(config.Name);
        var zone = own ?? guard.Of(config.Id);
        zone.Meet(FaultPoint.ZoneLoad);
        var set = kills.Set;
        var left = set.Apply(config, out var notes);
        var account = rules.Account.Current.Without(set, left, ref notes);
        return new ZoneRuntime(left, generation, ZoneOrigins.Of(left, targets), zone, ZoneRules.Of(left, rules, account))
        {
            KillSwitches = notes,
            Killed = set.ModulesOf(config.Id),
            IsCandidate = own is not null,
        };
    }
}
