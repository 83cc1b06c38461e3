using Holdfast.Model.KillSwitches;

namespace Holdfast.Edge.BreakGlass;

/// <summary>This machine's kill switches as the edge's board has them.</summary>
internal static class LocalKills
{
    /// <summary>What the ids of kill switches that were set on this machine begin with.</summary>
    public const string Prefix = "local-";

    /// <summary>The kill switches of a state.</summary>
    public static IEnumerable<KillSwitchConfig> Of(LocalState state) =>
        state.Kills.Select(kill => new KillSwitchConfig
        {
            Id = kill.Id,
            Subject = Enum.Parse<KillSubject>(kill.Subject, ignoreCase: true),
            Target = kill.Target,
            ZoneId = kill.Zone,
            Reason = kill.Order.Reason ?? "set on this machine",
        });
}
