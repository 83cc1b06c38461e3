using Holdfast.Artifacts;
using Holdfast.Edge.Releases;
using Holdfast.Edge.Zones;
using Holdfast.Model.Releases;
using Holdfast.Model.Zones;
using Holdfast.Releases;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Store;

namespace Holdfast.Edge.BreakGlass;

/// <summary>An artifact on this edge's disk, as people call it.</summary>
/// <param name="Artifact">What the store says of it.</param>
/// <param name="Name">Its name: an id.</param>
/// <param name="Label">What people call it: a zone's or a list's name; of a certificate the id.</param>
internal sealed record FoundArtifact(StoredArtifact Artifact, string Name, string Label)
{
    // What people pin and revert; kill switches and signing keys come whatever is pinned.
    private static readonly ArtifactKind[] Kinds = [ArtifactKind.Zone, ArtifactKind.List, ArtifactKind.Certificate];

    /// <summary>The kind's name.</summary>
    public string Kind => ArtifactKindNames.Of(Artifact.Kind);

    /// <summary>Whether a kind can be pinned.</summary>
    public static bool CanBePinned(ArtifactKind kind) => Kinds.Contains(kind);

    /// <summary>Finds an artifact. Only for the thread that changes the store, or while it changes nothing.</summary>
    /// <param name="store">The store, opened.</param>
    /// <param name="text">A zone's name, a list's name, or an id.</param>
    /// <returns>Null when there is none that is in use.</returns>
    public static FoundArtifact? Find(ReleaseStore store, string text)
    {
        if (ArtifactId.IsWellFormed(text))
        {
            foreach (var kind in Kinds)
            {
                if (store.Find(kind, text) is { Removed: false } known)
                {
                    return new FoundArtifact(known, text, LabelOf(store, known) ?? text);
                }
            }
        }

        return (ZoneName.TryNormalize(text, out var zone, out _) ? FindZone(store, zone) : null) ?? Named(store, ArtifactKind.List, text);
    }

    /// <summary>Finds a zone by its name or id.</summary>
    public static FoundArtifact? FindZone(ReleaseStore store, string text)
    {
        if (ArtifactId.IsWellFormed(text) && store.Find(ArtifactKind.Zone, text) is { Removed: false } known)
        {
            return new FoundArtifact(known, text, LabelOf(store, known) ?? text);
        }

        if (!ZoneName.TryNormalize(text, out var name, out _))
        {
            return null;
        }

        var key = ZoneKey.Of(name);
        return store
            .Artifacts()
            .Where(artifact => artifact is { Kind: ArtifactKind.Zone, Removed: false } && artifact.Key == key)
            .Where(artifact => LabelOf(store, artifact) == name)
            .Select(artifact => new FoundArtifact(artifact, store.NameOf(artifact.Number), name))
            .FirstOrDefault();
    }

    /// <summary>What people call an artifact; null when none of its generations can be read. Any thread.</summary>
    public static string? LabelOf(ReleaseStore store, StoredArtifact artifact)
    {
        foreach (var stored in store.Generations(artifact.Number))
        {
            if (stored.Release is { Removed: false } release && LabelOf(release) is { } label)
            {
                return label;
            }
        }

        return null;
    }

    private static string? LabelOf(Release release)
    {
        try
        {
            return release.Kind switch
            {
                ArtifactKind.Zone => ZoneReader.TryRead(release, out var zone) is null ? zone!.Name : null,
                ArtifactKind.List => ListConsumer.ConfigOf(release).Name,
                _ => release.Name,
            };
        }
        catch (ArtifactRefusedException)
        {
            return null;
        }
    }

    private static FoundArtifact? Named(ReleaseStore store, ArtifactKind kind, string name) =>
        store
            .Artifacts()
            .Where(artifact => artifact.Kind == kind && !artifact.Removed)
            .Where(artifact => LabelOf(store, artifact) == name)
            .Select(artifact => new FoundArtifact(artifact, store.NameOf(artifact.Number), name))
            .FirstOrDefault();
}
