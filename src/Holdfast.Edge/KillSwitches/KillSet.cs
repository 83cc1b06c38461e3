using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Holdfast.Edge.Guard;
using Holdfast.Model.KillSwitches;
using Holdfast.Model.Rulesets;
using Holdfast.Model.Zones;

namespace Holdfast.Edge.KillSwitches;

/// <summary>The kill switches that are in force. Immutable; what they take out is left out when a zone is compiled, so that requests never meet it.</summary>
internal sealed class KillSet
{
    // What forwarding needs nothing of; the log is kept, so that it can be seen what visitors get.
    private static readonly uint AllButTheLog = EdgeModules
        .All.Where(module => module != EdgeModule.Log)
        .Aggregate(0u, (set, module) => set | module.Bit);

    private static readonly byte[] BypassNote = "local-bypass"u8.ToArray();

    private readonly ImmutableArray<KillSwitchConfig> _all;
    private readonly ImmutableArray<string?> _bypassed;

    /// <summary>Of these.</summary>
    /// <param name="switches">The kill switches.</param>
    /// <param name="bypassed">The ids of the zones that are only forwarded; null among them for all zones. Left out for none.</param>
    public KillSet(IEnumerable<KillSwitchConfig> switches, ImmutableArray<string?>? bypassed = null)
    {
        _all = [.. switches.OrderBy(kill => kill.Id, StringComparer.Ordinal)];
        _bypassed = bypassed ?? [];
        ModulesEverywhere = ModulesOf(kill => kill.ZoneId is null) | (_bypassed.Contains(null) ? AllButTheLog : 0);
    }

    /// <summary>None.</summary>
    public static KillSet Empty { get; } = new([]);

    /// <summary>All of them, by id.</summary>
    public ImmutableArray<KillSwitchConfig> All => _all;

    /// <summary>The modules that are out in every zone, a bit each.</summary>
    public uint ModulesEverywhere { get; }

    /// <summary>The modules that are out in a zone.</summary>
    public uint ModulesOf(string zone) =>
        ModulesOf(kill => kill.ZoneId is null || kill.ZoneId == zone) | (Bypasses(zone) ? AllButTheLog : 0);

    /// <summary>Whether a zone is only forwarded.</summary>
    public bool Bypasses(string zone) => _bypassed.Contains(null) || _bypassed.Contains(zone);

    /// <summary>Whether a release of a zone is out.</summary>
    public bool TakesOut(string zone, long generation) =>
        _all.Any(kill =>
            kill.Subject == KillSubject.Release && kill.ZoneId == zone && kill.Target == generation.ToString(CultureInfo.InvariantCulture)
        );

    /// <summary>A zone without what is out.</summary>
    /// <param name="zone">As its owner wrote it.</param>
    /// <param name="notes">The ids of the switches that are for this zone and have something in it to take out.</param>
    public ZoneConfig Apply(ZoneConfig zone, out ImmutableArray<byte[]> notes)
    {
        notes = [];
        if (Bypasses(zone.Id))
        {
            notes = [BypassNote];
            return zone with { Paused = true, Rulesets = [], AccessRules = [] };
        }

        if (_all.IsEmpty)
        {
            return zone;
        }

        foreach (var kill in _all.Where(kill => kill.ZoneId is null || kill.ZoneId == zone.Id))
        {
            var isModule = kill.Subject == KillSubject.Module && ModuleOf(kill.Target) is not null;
            var left = kill.Subject == KillSubject.Release ? zone.Rulesets : Left(zone.Rulesets, kill);
            var takes =
                isModule
                || kill.Subject == KillSubject.Release
                || left.Sum(set => set.Rules.Length) != zone.Rulesets.Sum(set => set.Rules.Length);
            if (takes)
            {
                notes = notes.Add(Encoding.ASCII.GetBytes(kill.Id));
                zone = zone with { Rulesets = left };
            }
        }

        return zone;
    }

    /// <summary>The account's rulesets without what is out for a zone.</summary>
    /// <param name="account">The rulesets.</param>
    /// <param name="zone">The zone, as it is left.</param>
    /// <param name="notes">Gets the ids of the switches that take out something that the zone's requests could meet.</param>
    /// <returns>The very same when nothing is taken out.</returns>
    public ImmutableArray<RulesetConfig> Apply(ImmutableArray<RulesetConfig> account, ZoneConfig zone, ref ImmutableArray<byte[]> notes)
    {
        foreach (var kill in _all.Where(kill => kill.Subject != KillSubject.Release && (kill.ZoneId is null || kill.ZoneId == zone.Id)))
        {
            var met = ExecutedBy(zone.Rulesets.Concat(account.Where(set => set.Kind != RulesetKind.Custom)));
            var left = Left(account, kill);
            if (
                SizeOf(left, met) != SizeOf(account, met)
                && notes.All(note => !note.AsSpan().SequenceEqual(Encoding.ASCII.GetBytes(kill.Id)))
            )
            {
                notes = notes.Add(Encoding.ASCII.GetBytes(kill.Id));
            }

            account = SizeOf(left, null) == SizeOf(account, null) ? account : left;
        }

        return account;
    }

    // A ruleset counts too, not its rules alone: one without rules can be taken out as well.
    private static int SizeOf(ImmutableArray<RulesetConfig> account, HashSet<string>? met) =>
        account.Where(set => met is null || set.Kind != RulesetKind.Custom || met.Contains(set.Id)).Sum(set => 1 + set.Rules.Length);

    private static HashSet<string> ExecutedBy(IEnumerable<RulesetConfig> rulesets) =>
        rulesets
            .SelectMany(set => set.Rules)
            .Select(rule => rule.Action)
            .OfType<ExecuteAction>()
            .Select(action => action.Ruleset)
            .ToHashSet(StringComparer.Ordinal);

    private static ImmutableArray<RulesetConfig> Left(ImmutableArray<RulesetConfig> rulesets, KillSwitchConfig kill) =>
        [
            .. rulesets
                .Where(set =>
                    !(kill.Subject is KillSubject.Module or KillSubject.Phase && set.Phase == kill.Target)
                    && !(kill.Subject == KillSubject.Ruleset && set.Id == kill.Target)
                )
                .Select(set =>
                    set with
                    {
                        Rules =
                        [
                            .. set.Rules.Where(rule =>
                                !(kill.Subject == KillSubject.Rule && rule.Id == kill.Target)
                                && !(kill.Subject == KillSubject.Action && rule.Action.Name == kill.Target)
                            ),
                        ],
                    }
                ),
        ];

    private uint ModulesOf(Func<KillSwitchConfig, bool> wanted) =>
        _all.Where(kill => kill.Subject is KillSubject.Module or KillSubject.Phase && wanted(kill))
            .Select(kill => ModuleOf(kill.Target))
            .Aggregate(0u, (set, module) => set | (module?.Bit ?? 0));

    private static EdgeModule? ModuleOf(string name) =>
        EdgeModules.All.Cast<EdgeModule?>().FirstOrDefault(module => EdgeModules.NameOf(module!.Value) == name);
}
