using Holdfast.Artifacts.KillSwitches;
using Holdfast.Edge.KillSwitches;
using Holdfast.Model.KillSwitches;
using Holdfast.Model.Releases;
using Holdfast.Releases.Intake;
using Holdfast.Releases.Store;

namespace Holdfast.Edge.Releases;

/// <summary>Takes kill switches into force. They are few and are read at the start, before the first zone is compiled.</summary>
internal sealed class KillSwitchConsumer(KillSwitchBoard board) : IReleaseConsumer
{
    /// <inheritdoc/>
    public ArtifactKind Kind => ArtifactKind.KillSwitch;

    /// <inheritdoc/>
    public PreparedRelease Prepare(Release release)
    {
        if (!KillSwitchArtifact.TryParse(release.FormatVersion, release.Payload.Span, out var kill, out var problems))
        {
            throw new ArtifactRefusedException(string.Join("; ", problems));
        }

        if (kill.Id != release.Name)
        {
            throw new ArtifactRefusedException($"the release is named {release.Name} and holds the kill switch {kill.Id}");
        }

        if (board.Set.All.Length >= KillSwitchConfig.MostAtOnce && board.Set.All.All(known => known.Id != kill.Id))
        {
            throw new ArtifactRefusedException($"there are {KillSwitchConfig.MostAtOnce} kill switches, which is the most there can be");
        }

        return new PreparedRelease(0, (_, _) => board.Put(kill));
    }

    /// <inheritdoc/>
    public void Deactivate(StoredArtifact before, Release tombstone) => board.Remove(tombstone.Name);
}
