using Holdfast.Artifacts.Zones;
using Holdfast.Edge.Origins;
using Holdfast.Edge.Zones;
using Holdfast.Model.Releases;
using Holdfast.Model.Zones;
using Holdfast.Releases.Intake;

namespace Holdfast.Edge.Releases;

/// <summary>
/// Takes zones into use: compiles each off the request path and swaps the map. Requests in flight finish on the zone they began with;
/// connections, to visitors and to origins, stay.
/// </summary>
internal sealed class ZoneConsumer(ZoneDirectory zones, OriginTargets targets) : IReleaseConsumer
{
    // Releases name their zone by id; the map knows it by name, which a new release may change.
    private readonly Dictionary<string, ZoneRuntime> _byId = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ArtifactKind Kind => ArtifactKind.Zone;

    /// <inheritdoc/>
    public void Activate(Release release)
    {
        if (!ZoneArtifact.TryParse(release.FormatVersion, release.Payload.Span, out var config, out var problems))
        {
            throw new ArtifactRefusedException(string.Join("; ", problems));
        }

        if (config.Id != release.Name)
        {
            throw new ArtifactRefusedException($"the release is named {release.Name} and holds the zone {config.Id}");
        }

        var map = zones.Current;
        if (map.Named(config.Name) is { } holder && holder.Config.Id != config.Id)
        {
            throw new ArtifactRefusedException($"the name {config.Name} belongs to the zone {holder.Config.Id}");
        }

        var runtime = Compile(config, release.Generation);
        if (_byId.TryGetValue(config.Id, out var before) && before.Config.Name != config.Name)
        {
            map = map.Without(before.Config.Name);
        }

        zones.Current = map.With(runtime);
        _byId[config.Id] = runtime;
        before?.Origins.Leave();
    }

    /// <inheritdoc/>
    public void Deactivate(Release tombstone)
    {
        if (_byId.Remove(tombstone.Name, out var zone))
        {
            zones.Current = zones.Current.Without(zone.Config.Name);
            zone.Origins.Leave();
        }
    }

    private ZoneRuntime Compile(ZoneConfig config, long generation) => new(config, generation, ZoneOrigins.Of(config, targets));
}
