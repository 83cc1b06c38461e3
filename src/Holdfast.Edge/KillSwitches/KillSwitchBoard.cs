using System.Collections.Immutable;
using Holdfast.Model.KillSwitches;

namespace Holdfast.Edge.KillSwitches;

/// <summary>
/// The kill switches of one edge: those that control has released, and those that were set on this machine. Any thread may read; changes are made
/// one at a time.
/// </summary>
internal sealed class KillSwitchBoard
{
    private readonly Lock _gate = new();
    private ImmutableDictionary<string, KillSwitchConfig> _released = ImmutableDictionary<string, KillSwitchConfig>.Empty;
    private ImmutableArray<KillSwitchConfig> _local = [];
    private ImmutableArray<string?> _bypassed = [];
    private volatile KillSet _set = KillSet.Empty;
    private volatile KillSet _inForce = KillSet.Empty;

    /// <summary>What is to be in force: what is compiled from now on is compiled with it.</summary>
    public KillSet Set => _set;

    /// <summary>What is in force: all that requests run on has been compiled with it.</summary>
    public KillSet InForce => _inForce;

    /// <summary>Told of every change, to compile anew the zone that it is for; null for all of them.</summary>
    public Action<string?>? Changed { get; set; }

    /// <summary>A kill switch that control has released.</summary>
    public void Put(KillSwitchConfig kill) => Change(kill.Id, released => released.SetItem(kill.Id, kill));

    /// <summary>Control has taken one back.</summary>
    public void Remove(string id) => Change(id, released => released.Remove(id));

    /// <summary>What was set on this machine, in the place of what was set there before.</summary>
    /// <param name="kills">The kill switches.</param>
    /// <param name="bypassed">The ids of the zones that are only forwarded; null among them for all zones.</param>
    public void SetLocal(IEnumerable<KillSwitchConfig> kills, IEnumerable<string?> bypassed)
    {
        lock (_gate)
        {
            _local = [.. kills];
            _bypassed = [.. bypassed];
            _set = Composed();
            Changed?.Invoke(null);
            _inForce = _set;
        }
    }

    private KillSet Composed() => new(_released.Values.Concat(_local), _bypassed);

    private void Change(
        string id,
        Func<ImmutableDictionary<string, KillSwitchConfig>, ImmutableDictionary<string, KillSwitchConfig>> change
    )
    {
        lock (_gate)
        {
            var before = _released.GetValueOrDefault(id);
            _released = change(_released);
            _set = Composed();
            var after = _released.GetValueOrDefault(id);
            if (before is { } old && after is { } now && old.ZoneId != now.ZoneId)
            {
                Changed?.Invoke(null);
            }
            else if ((after ?? before) is { } changed)
            {
                Changed?.Invoke(changed.ZoneId);
            }

            _inForce = _set;
        }
    }
}
