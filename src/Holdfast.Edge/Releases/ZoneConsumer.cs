using Holdfast.Edge.KillSwitches;
using Holdfast.Edge.Zones;
using Holdfast.Model.Releases;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Rollout;
using Holdfast.Releases.Store;

namespace Holdfast.Edge.Releases;

/// <summary>
/// Takes zones into use. At a start it notes where they are and reads none. A changed zone is compiled off the request path before it
/// is accepted. Requests in flight finish on the zone they began with; connections, to visitors and to origins, stay.
/// </summary>
internal sealed class ZoneConsumer(ZoneDirectory zones, ZoneReader reader, ReleaseStore store, KillSwitchBoard kills, ZoneTrials trials)
    : IReleaseConsumer
{
    /// <inheritdoc/>
    public ArtifactKind Kind => ArtifactKind.Zone;

    /// <inheritdoc/>
    public ulong KeyOf(Release release) =>
        !release.Removed && ZoneReader.TryRead(release, out var config) is null ? ZoneKey.Of(config!.Name) : 0;

    /// <inheritdoc/>
    public bool Restore(StoredArtifact artifact)
    {
        zones.Add(artifact.Number, artifact.Key);
        return true;
    }

    /// <inheritdoc/>
    public PreparedRelease Prepare(Release release)
    {
        if (ZoneReader.TryRead(release, out var config) is { } problem)
        {
            throw new ArtifactRefusedException(problem);
        }

        var key = ZoneKey.Of(config!.Name);
        var own = store.Find(ArtifactKind.Zone, release.Name)?.Number;
        foreach (var other in zones.WithKey(key).Where(artifact => artifact != own))
        {
            if (reader.ReadConfig(other) is not { } holder || holder.Config.Name == config.Name)
            {
                throw new ArtifactRefusedException($"the name {config.Name} belongs to the zone {store.NameOf(other)}");
            }
        }

        var set = kills.Set;
        var zone = reader.Compile(config, release.Generation);
        var isMet = own is { } number && zones.IsWarm(number);
        var sides = new ZoneSides(reader.Compiler, kills, trials, config, release.Generation, isMet) { Waiting = zone };
        return new PreparedRelease(
            key,
            (artifact, before) =>
            {
                sides.Waiting = null;
                zones.Put(artifact, key, before?.Key, zone);
                if (sides.IsOutdated || set != kills.Set || kills.Set.TakesOut(release.Name, release.Generation))
                {
                    // It is read again when it is asked for, with the switches and the account's rulesets of now; one that is taken out leaves the one before it.
                    zones.Refresh(release.Name);
                }
            }
        )
        {
            Sides = sides,
        };
    }

    /// <inheritdoc/>
    public IReleaseSides? Watch(Release release) =>
        ZoneReader.TryRead(release, out var config) is null
            ? new ZoneSides(reader.Compiler, kills, trials, config!, release.Generation, isMet: false)
            : null;

    /// <inheritdoc/>
    public void Deactivate(StoredArtifact before, Release tombstone) => zones.Remove(before.Number, before.Key);
}
