using Holdfast.Model.Releases;

namespace Holdfast.Control.Releases.Rehearsals;

/// <summary>An artifact as it would be.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Name">Its id.</param>
/// <param name="FormatVersion">The version of its format.</param>
/// <param name="Payload">Its canonical bytes, checked.</param>
internal sealed record ProposedArtifact(ArtifactKind Kind, string Name, int FormatVersion, ReadOnlyMemory<byte> Payload);
